"""The synthesiser port over any engine: personas, pauses, marks, the phrase cache, and sound that is made ahead."""

from __future__ import annotations

import threading
import zlib
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from device.core.types import SpeechChunk
from device.voice.ahead import ahead
from device.voice.cache import Phrase, phrase_key
from device.voice.clean import pieces
from device.voice.level import as_pcm
from device.voice.period import hush
from device.voice.sentence import Sounding, sounded

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator, Sequence

    from device.core.types import Mark, Narration, Speech
    from device.voice.cache import PhraseCache
    from device.voice.engine import Engine, Manner
    from device.voice.period import Period
    from device.voice.personas import Personas
    from device.voice.pronunciations import Pronunciations
    from device.voice.resting import RestingEngine
    from device.voice.schedule import Schedule


@dataclass(frozen=True, slots=True, kw_only=True)
class _Piece:
    """What an engine says at once; how many letters of it are to be made, and after it, as the schedule counts them."""

    utterance: int
    text: str
    manner: Manner
    letters: float = 0.0
    later: float = 0.0

    @property
    def weight(self) -> float:
        """Its letters, counted by how long the engine works on them."""
        return len(self.text) * self.manner.ratio / self.manner.tempo

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
        period: Which time it shall sound of.
    """

    engine: RestingEngine
    personas: Personas
    schedule: Schedule
    cache: PhraseCache | None = None
    pronunciations: Pronunciations | None = None
    period: Period = "none"
    _speaking: threading.Lock = field(default_factory=threading.Lock)

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
        new: dict[str, Phrase] = {}
        # A speech that somebody left may still be at its last chunk, and tell the schedule of it.
        with self._speaking, ExitStack() as stack:
            self.schedule.begin()
            for chunk in self._made(self._planned(utterances), _Waking(self.engine, stack), new):
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

    def _planned(self, utterances: Narration) -> Iterator[_Piece]:
        """The pieces as they are drawn; where the device does not keep up all the rest, to know how much is to come.

        What drawing them raises is raised behind those that were drawn before.
        """
        drawn = self._pieces(utterances)
        trouble: Exception | None = None
        for piece in drawn:
            if self.schedule.keeps_up(piece.manner.ratio):
                yield piece
                continue
            said = [piece]
            try:
                said.extend(drawn)
            except Exception as error:  # noqa: BLE001 - it is raised behind what can still be said
                trouble = error
            yield from self._with_letters(said)
        if trouble is not None:
            raise trouble

    def _with_letters(self, said: Sequence[_Piece]) -> Iterator[_Piece]:
        letters = [0.0 if self._kept(piece) else piece.weight for piece in said]
        for number, piece in enumerate(said):
            yield replace(piece, letters=letters[number], later=sum(letters[number + 1 :]))

    def _kept(self, piece: _Piece) -> bool:
        return self.cache is not None and self._key(piece) in self.cache

    def _made(self, said: Iterable[_Piece], waking: _Waking, new: dict[str, Phrase]) -> Iterator[SpeechChunk]:
        """The chunks as they are made, their marks counted from the start of the speech."""
        place, pause = 0, 0
        for piece in said:
            # Drawing the next sentence may take its time too, but is no making of sound.
            asked = self.schedule.monotonic()
            self.schedule.expect(piece.letters, later=piece.later, ratio=piece.manner.ratio)
            begun = False
            for sounding, cached in self._sounding(piece, waking, new):
                if not begun and pause:
                    silence = as_pcm(hush(self.period, pause, sample_rate=self.sample_rate))
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
        made = sounded(waking.engine, piece.text, manner=piece.manner, seed=piece.seed, period=self.period)
        for sounding in made:
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
            voice=self.voice,
            rate=self.sample_rate,
            manner=asdict(piece.manner),
            period=self.period,
            text=piece.text,
            spoken=taught,
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
