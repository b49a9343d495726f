"""The synthesiser port over any engine: personas, pauses, marks, the phrase cache, and sound that is made ahead."""

from __future__ import annotations

import zlib
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from device.core.types import SpeechChunk
from device.voice.ahead import ahead
from device.voice.cache import Phrase, phrase_key
from device.voice.clean import pieces
from device.voice.sentence import Sounding, sounded

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator, Sequence

    from device.core.types import Mark, Narration, Speech
    from device.voice.cache import PhraseCache
    from device.voice.engine import Engine, Manner
    from device.voice.personas import Personas
    from device.voice.pronunciations import Pronunciations
    from device.voice.resting import RestingEngine
    from device.voice.schedule import Schedule


@dataclass(frozen=True, slots=True, kw_only=True)
class _Piece:
    """What an engine says at once; after it `later` times as much is to be made, as far as that is known."""

    utterance: int
    text: str
    manner: Manner
    later: float = 0.0

    @property
    def seed(self) -> int:
        """The same text always sounds the same."""
        return zlib.crc32(self.text.encode())


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineSynthesiser:
    """A voice. For one thread; the sound is made in another one.

    Attributes:
        engine: Who makes the sound.
        personas: Who can speak, and in which moods.
        schedule: Is told what is handed on.
        cache: Phrases that were said before; None for none.
        pronunciations: The words that the engine was taught: what was kept before they were is not said again.
    """

    engine: RestingEngine
    personas: Personas
    schedule: Schedule
    cache: PhraseCache | None = None
    pronunciations: Pronunciations | None = None

    @property
    def voice(self) -> str:
        """The name of the voice."""
        return self.engine.name

    @property
    def sample_rate(self) -> int:
        """Samples a second."""
        return self.engine.sample_rate

    def synthesise(self, utterances: Narration) -> Speech:
        """Levelled sound, as it is made, with a pause before each sentence but the first.

        Raises:
            UsageError: An utterance names a persona or a mood that is not there.
        """
        return ahead(self._speech(utterances), monotonic=self.schedule.monotonic, begins=lambda: self.schedule.begins)

    def rest(self) -> None:
        """Let the voice go; it is loaded again when it is needed."""
        self.engine.rest()

    def _speech(self, utterances: Narration) -> Generator[SpeechChunk, None, None]:
        self.schedule.begin()
        said: Iterable[_Piece] = self._pieces(utterances)
        if not self.schedule.keeps_up:
            said = self._with_later(list(said))
        new: dict[str, Phrase] = {}
        with ExitStack() as stack:
            for chunk in self._made(said, _Waking(self.engine, stack), new):
                self.schedule.handed(chunk.seconds)
                yield chunk
        # Last of all: the card may be slow, and nobody waits any more.
        for key, phrase in new.items():
            if self.cache is not None:
                self.cache.put(key, phrase)

    def _pieces(self, utterances: Narration) -> Iterator[_Piece]:
        for index, utterance in enumerate(utterances):
            manner = self.personas.manner(utterance.persona, utterance.mood)
            for text in pieces(utterance.text, language=utterance.language):
                yield _Piece(utterance=index, text=text, manner=manner)

    def _with_later(self, said: Sequence[_Piece]) -> Iterator[_Piece]:
        """The same; each knows how much is to be made after it: how long that is, is taken from the letters."""
        later = sum(len(piece.text) for piece in said if not self._kept(piece))
        for piece in said:
            later -= 0 if self._kept(piece) else len(piece.text)
            yield replace(piece, later=later / len(piece.text))

    def _kept(self, piece: _Piece) -> bool:
        return self.cache is not None and self._key(piece) in self.cache

    def _made(self, said: Iterable[_Piece], waking: _Waking, new: dict[str, Phrase]) -> Iterator[SpeechChunk]:
        """The chunks as they are made, their marks counted from the start of the speech."""
        place, pause = 0, 0
        for piece in said:
            # Drawing the next sentence may take its time too, but is no making of sound.
            asked = self.schedule.monotonic()
            self.schedule.expect(piece.later)
            begun = False
            for sounding, cached in self._sounding(piece, waking, new):
                if not begun and pause:
                    silence = np.zeros(pause, np.int16)
                    yield SpeechChunk(pcm=silence, sample_rate=self.sample_rate, utterance=piece.utterance)
                    place += pause
                if not begun:
                    begun, first = True, place
                now = self.schedule.monotonic()
                yield SpeechChunk(
                    pcm=sounding.pcm,
                    sample_rate=self.sample_rate,
                    utterance=piece.utterance,
                    marks=_moved(sounding.marks, first),
                    cached=cached,
                    making_seconds=now - asked,
                )
                place += len(sounding.pcm)
                asked = self.schedule.monotonic()
            if begun:
                pause = round(piece.manner.pause_seconds * self.sample_rate)

    def _sounding(self, piece: _Piece, waking: _Waking, new: dict[str, Phrase]) -> Iterator[tuple[Sounding, bool]]:
        """A piece and whether it was kept; what is made anew is put into `new` once it is whole."""
        key = self._key(piece)
        kept = self.cache.get(key) if self.cache is not None else None
        if kept is not None:
            yield Sounding(pcm=kept.pcm, marks=kept.marks), True
            return
        whole: list[Sounding] = []
        for sounding in sounded(waking.engine, piece.text, manner=piece.manner, seed=piece.seed):
            whole.append(sounding)
            yield sounding, False
        if whole:
            new[key] = Phrase(
                pcm=np.concatenate([each.pcm for each in whole]),
                sample_rate=self.sample_rate,
                marks=tuple(mark for each in whole for mark in each.marks),
            )

    def _key(self, piece: _Piece) -> str:
        taught = repr(self.pronunciations.parts(piece.text)) if self.pronunciations is not None else None
        return phrase_key(
            voice=self.voice, rate=self.sample_rate, manner=asdict(piece.manner), text=piece.text, spoken=taught
        )


class _Waking:
    """The engine of one speech: loaded where the first sentence needs it, for what was kept needs none."""

    def __init__(self, resting: RestingEngine, stack: ExitStack) -> None:
        self._resting = resting
        self._stack = stack
        self._engine: Engine | None = None

    @property
    def engine(self) -> Engine:
        if self._engine is None:
            self._engine = self._stack.enter_context(self._resting.awake())
        return self._engine


def _moved(marks: tuple[Mark, ...], by: int) -> tuple[Mark, ...]:
    return tuple(replace(mark, first=mark.first + by, end=mark.end + by) for mark in marks)
