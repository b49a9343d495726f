"""Piper: a trained voice, in halves that stream where it was prepared, whole sentence by whole sentence elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from device.voice import level, runtime
from device.voice.engine import Stretch
from device.voice.long_words import is_spoken
from device.voice.piper_marks import is_heard, marks_of
from device.voice.prosody import contour, durations, roles_of
from device.voice.schedule import Course
from device.voice.shape import withheld_seconds

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from device.voice.engine import Manner, Samples
    from device.voice.parts import Encoder, Floats, Stream
    from device.voice.phonemes import PiperPhonemes, Sentence
    from device.voice.prosody import Frames
    from device.voice.schedule import Schedule
    from device.voice.traits import Traits

GAIN = 2.2
"""Brings the default voice to the loudness that is aimed at."""


_SEMITONES = 1.1
"""Of one unit of a manner's pitch; a unit of the learnt direction is one semitone, from -3 to 4."""

_QUIETER = 10 ** (-0.62 / 20)
"""The voice gets louder by 0.62 dB with each semitone that it is higher; taken off again."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Line:
    """A sentence, ready to be spoken."""

    mean: Floats
    deviation: Floats
    frames: Frames
    bend: Floats | None
    static: tuple[Floats, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PiperEngine:
    """The two halves of a prepared voice. For one thread.

    Attributes:
        name: The voice's.
        traits: What its settings say.
        phonemes: Text to what it takes.
        encoder: Its first half.
        stream: Its second half.
        schedule: How many frames to make at once; it learns from each call.
        direction: What raises the pitch, [C]; None where nobody learnt it for this voice, and its pitch stays.
    """

    name: str
    traits: Traits
    phonemes: PiperPhonemes
    encoder: Encoder
    stream: Stream
    schedule: Schedule
    direction: Floats | None = None

    @property
    def sample_rate(self) -> int:
        """Samples a second."""
        return self.traits.sample_rate

    @property
    def gain(self) -> float:
        """That of the default voice; others of its family are about as loud."""
        return GAIN

    @property
    def speakers(self) -> int:
        """How many the voice has."""
        return self.traits.speakers

    def say(self, text: str, *, manner: Manner, seed: int) -> Iterator[Stretch]:
        """The sound in chunks: as few frames at first as the schedule can answer for."""
        sentences = _spoken(self.phonemes, text)
        random = np.random.default_rng(seed)
        lines = [self._line(each, manner, random) for each in sentences]
        marks = marks_of(sentences, [line.frames for line in lines], hop=self.stream.plan.hop)
        size = np.float32(_QUIETER ** (_SEMITONES * manner.pitch))
        lengths = [int(line.frames.sum()) for line in lines]
        for number, line in enumerate(lines):
            for samples in self._sound(line, manner, random, after=sum(lengths[number + 1 :])):
                yield Stretch(samples=samples if line.bend is None else samples * size, marks=marks)
                marks = ()

    def _line(self, sentence: Sentence, manner: Manner, random: np.random.Generator) -> _Line:
        prior = self.encoder.run(
            sentence.ids,
            noise=self.traits.duration_noise,
            speaker=manner.speaker % self.speakers,
            random=random if self.traits.duration_noise else None,
        )
        roles = roles_of(sentence)
        frames = durations(prior.durations, roles, manner)
        bent = self.direction is not None and (manner.pitch or manner.accent or manner.fall)
        return _Line(
            mean=prior.mean,
            deviation=np.exp(prior.spread),
            frames=frames,
            bend=np.float32(_SEMITONES) * contour(frames, roles, manner) if bent else None,
            static=prior.static,
        )

    def _sound(self, line: _Line, manner: Manner, random: np.random.Generator, *, after: int) -> Iterator[Samples]:
        plan, schedule = self.stream.plan, self.schedule
        owner = np.repeat(np.arange(len(line.frames)), line.frames)
        course = Course(
            frames=len(owner),
            look_ahead=plan.look_ahead,
            after=after,
            ratio=manner.ratio,
            withheld_seconds=level.withheld_seconds(self.sample_rate) + withheld_seconds(manner),
        )
        self.stream.begin(line.static)
        done = taken = 0
        while done < course.frames:
            frames = schedule.frames(course, done=done)
            last = done + frames == course.frames
            end = course.frames if last else done + frames + plan.look_ahead
            latent = self._latent(line, owner[taken:end], taken, random)
            began = schedule.monotonic()
            samples = self.stream.feed(latent, last=last)
            if done and not last:
                schedule.took(frames, schedule.monotonic() - began)
            yield samples
            done, taken = done + frames, end

    def _latent(self, line: _Line, owner: Frames, start: int, random: np.random.Generator) -> Floats:
        """[C, n]; the noise of a frame is the same however the sentence is cut."""
        latent: Floats = line.mean[:, owner]
        moved: Floats | None = None
        if self.traits.noise:
            moved = random.standard_normal((len(owner), len(latent)), np.float32).T * np.float32(self.traits.noise)
        if line.bend is not None and self.direction is not None:
            bent = self.direction[:, None] * line.bend[start : start + len(owner)]
            moved = bent if moved is None else moved + bent
        return latent if moved is None else latent + line.deviation[:, owner] * moved


class WholePiperEngine:
    """A voice as it was published: whole sentences, without marks, without moved pitch. For one thread.

    It speaks where the halves are missing, or where the voice is built in another way.

    Raises:
        MissingModelError: The file is no model.
    """

    def __init__(self, *, name: str, traits: Traits, phonemes: PiperPhonemes, model: Path) -> None:
        self._name = name
        self._traits = traits
        self._phonemes = phonemes
        self._session = runtime.session(model)
        self._inputs = {each.name for each in self._session.get_inputs()}

    @property
    def name(self) -> str:
        """The voice's."""
        return self._name

    @property
    def sample_rate(self) -> int:
        """Samples a second."""
        return self._traits.sample_rate

    @property
    def gain(self) -> float:
        """That of the default voice."""
        return GAIN

    @property
    def speakers(self) -> int:
        """How many the voice has."""
        return self._traits.speakers

    def say(self, text: str, *, manner: Manner, seed: int) -> Iterator[Stretch]:
        """Each sentence at once. Chance is drawn inside the runtime, which takes no seed here."""
        del seed
        for sentence in _spoken(self._phonemes, text):
            scales = [self._traits.noise, manner.ratio / manner.tempo, self._traits.duration_noise]
            given = {
                "input": np.array([sentence.ids], np.int64),
                "input_lengths": np.array([len(sentence.ids)], np.int64),
                "scales": np.array(scales, np.float32),
                "sid": np.array([manner.speaker % self.speakers], np.int64),
            }
            wanted = {key: value for key, value in given.items() if key in self._inputs}
            yield Stretch(samples=self._session.run(None, wanted)[0].reshape(-1))


def _spoken(phonemes: PiperPhonemes, text: str) -> list[Sentence]:
    """The sentences in which there is anything to say; espeak-ng would name an emoji, and ends at a character 0."""
    if not is_spoken(text):
        return []
    text = text.replace("\0", " ").encode(errors="ignore").decode()
    sentences = phonemes.sentences(text)
    return [each for each in sentences if any(is_heard(symbol.phoneme) for symbol in each.symbols)]
