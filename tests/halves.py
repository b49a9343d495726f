"""The two halves of a voice, and the whole that they are held against."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from device.voice import runtime
from device.voice.parts import Encoder, Stream

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from device.voice.engine import Samples
    from device.voice.parts import Prior

MADE_UP = {name: Path(__file__).parent / "voices" / f"{name}.onnx" for name in ("speakers", "high", "odd")}
"""See tests/voices/README.md."""

SPEAKERS = {"speakers": 4, "high": 1, "odd": 1}

SYMBOLS = 256
"""Of the made-up voices."""


def random_ids(count: int, *, seed: int) -> list[int]:
    """So many phonemes of a made-up voice."""
    return [int(each) for each in np.random.default_rng(seed).integers(0, SYMBOLS, count)]


class Whole:
    """A voice as it was published; the runtime works on it as it loads it, unless it is not to be `optimised`."""

    def __init__(self, voice: Path, *, optimised: bool = True) -> None:
        self._session = runtime.session(voice, optimised=not optimised)
        self._inputs = {each.name for each in self._session.get_inputs()}

    def say(self, ids: Sequence[int], *, speaker: int = 0, length: float = 1.0) -> Samples:
        """All samples, without chance."""
        feeds: dict[str, npt.NDArray[Any]] = {
            "input": np.array([ids], np.int64),
            "input_lengths": np.array([len(ids)], np.int64),
            "scales": np.array([0, length, 0], np.float32),
            "sid": np.array([speaker], np.int64),
        }
        given = {name: value for name, value in feeds.items() if name in self._inputs}
        samples: Samples = self._session.run(None, given)[0].reshape(-1)
        return samples


@dataclass(frozen=True, slots=True)
class Halves:
    """A voice as it was cut."""

    encoder: Encoder
    stream: Stream

    @classmethod
    def load(cls, folder: Path) -> Halves:
        """Those of a folder."""
        return cls(Encoder(folder), Stream(folder))

    def say(self, ids: Sequence[int], sizes: Iterable[int], *, speaker: int = 0, length: float = 1.0) -> Samples:
        """All samples, by chunks of these sizes."""
        return fed(self.stream, self.encoder.run(ids, speaker=speaker, length=length), sizes)


def frames_of(prior: Prior) -> npt.NDArray[np.float32]:
    """What a stream takes, without chance."""
    return np.repeat(prior.mean, prior.durations.astype(int), axis=1)


def fed(stream: Stream, prior: Prior, sizes: Iterable[int]) -> Samples:
    """A sentence in chunks of these sizes; after the last of them in one."""
    frames = frames_of(prior)
    stream.begin(prior.static)
    pieces, start = [], 0
    for end in ends(frames.shape[1], sizes, least=stream.plan.look_ahead):
        pieces.append(stream.feed(frames[:, start:end], last=end == frames.shape[1]))
        start = end
    return np.concatenate(pieces)


def ends(frames: int, sizes: Iterable[int], *, least: int) -> Iterator[int]:
    """Where each chunk ends; the first one is lengthened to what a stream needs at least."""
    end = 0
    for size in sizes:
        end = max(end + size, least)
        if end >= frames:
            break
        yield end
    yield frames


@dataclass(slots=True)
class Difference:
    """How far samples are from those that they should be."""

    error: float = 0.0
    least_decibels: float = field(default=float("inf"))
    _power: float = 0.0
    _difference: float = 0.0

    def add(self, made: Samples, wanted: Samples) -> None:
        """One sentence."""
        assert made.shape == wanted.shape
        off = (made - wanted).astype(float)
        power, difference = float((wanted.astype(float) ** 2).sum()), float((off**2).sum())
        self.error = max(self.error, float(np.abs(off).max()))
        self.least_decibels = min(self.least_decibels, _decibels(power, difference))
        self._power += power
        self._difference += difference

    @property
    def decibels(self) -> float:
        """The sound over the difference, in all."""
        return _decibels(self._power, self._difference)

    def __str__(self) -> str:
        return (
            f"{self.decibels:.1f} dB in all, {self.least_decibels:.1f} dB in the worst sentence, error {self.error:.1e}"
        )


def _decibels(power: float, difference: float) -> float:
    return float(10 * np.log10(power / max(difference, 1e-30)))
