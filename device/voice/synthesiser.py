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
    """What an engine says at once."""

    utterance: int
    text: str
    manner: Manner

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
        return ahead(self._speech(utterances))

    def rest(self) -> None:
        """Let the voice go; it is loaded again when it is needed."""
        self.engine.rest()

    def _speech(self, utterances: Narration) -> Generator[SpeechChunk, None, None]:
        self.schedule.begin()
        said: Iterable[_Piece] = self._pieces(utterances)
        new: dict[str, Phrase] = {}
        with ExitStack() as stack:
            waking = _Waking(self.engine, stack)
            if self.schedule.held_back(1.0) > 0:
                said = list(said)
                made = self._held_back(self._made(said, waking, new), said)
            else:
                made = self._made(said, waking, new)
            for chunk in made:
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

    def _made(self, said: Iterable[_Piece], waking: _Waking, new: dict[str, Phrase]) -> Iterator[SpeechChunk]:
        """The chunks as they are made, their marks counted from the start of the speech."""
        place, pause = 0, 0
        for piece in said:
            # Drawing the next sentence may take its time too, but is no making of sound.
            asked = self.schedule.monotonic()
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

    def _held_back(self, made: Iterator[SpeechChunk], said: Sequence[_Piece]) -> Iterator[SpeechChunk]:
        """The same for a device that is slower than the speech: it waits once, in front of everything.

        The length of the first sentence is known from its marks, and that of the others is taken from their letters.
        """
        waiting: list[SpeechChunk] = []
        missing: float | None = None
        for chunk in made:
            if missing is None:
                seconds = _announced(chunk) * sum(len(piece.text) for piece in said) / len(said[0].text)
                missing = self.schedule.held_back(seconds, ratio=said[0].manner.ratio)
            missing -= chunk.seconds
            waiting.append(chunk)
            if missing <= 0:
                yield from waiting
                waiting = []
        yield from waiting

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


def _announced(chunk: SpeechChunk) -> float:
    """Seconds of the sentence that begins with this chunk; 0 where none does."""
    samples = sum(mark.end - mark.first for mark in chunk.marks if mark.kind == "sentence")
    return samples / chunk.sample_rate
