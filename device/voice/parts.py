"""The two halves of a prepared voice: phonemes to a prior, once a sentence; frames to samples, any number a call."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from device.core.errors import MissingModelError
from device.voice import runtime
from device.voice.plan import StreamPlan

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from device.voice.engine import Samples

ENCODER, STREAM, NAMES = "encoder.onnx", "stream.onnx", "names.json"

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class EncoderNames:
    """What the inputs and outputs of an encoder are called; a voice without random durations has no noise.

    Attributes:
        duration_noise_rows: How many random numbers a phoneme takes.
        static: What the stream takes besides frames.
    """

    mean: str
    spread: str
    durations: str
    duration_noise: str | None
    duration_noise_rows: int
    static: tuple[str, ...]

    def write(self, folder: Path) -> None:
        """Put them beside the encoder."""
        (folder / NAMES).write_text(json.dumps(asdict(self)), encoding="utf-8")

    @classmethod
    def read(cls, folder: Path) -> EncoderNames:
        """The names beside the encoder.

        Raises:
            MissingModelError: They are damaged.
        """
        try:
            values = json.loads((folder / NAMES).read_text(encoding="utf-8"))
            return cls(static=tuple(values.pop("static")), **values)
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise MissingModelError(f"{folder / NAMES} is damaged; mend it with: voxframe models fetch") from error


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Prior:
    """What the encoder makes of N phonemes.

    Attributes:
        mean: [C, N].
        spread: The logarithm of the standard deviation, [C, N].
        durations: Frames of each phoneme, whole numbers as floats, [N].
        static: For the stream, in the order of its plan.
    """

    mean: Floats
    spread: Floats
    durations: Floats
    static: tuple[Floats, ...]


class Encoder:
    """Phonemes to a prior.

    Raises:
        MissingModelError: The files are damaged.
    """

    def __init__(self, folder: Path, *, file: str = ENCODER, optimised: bool = True) -> None:
        self._session = runtime.session(folder / file, optimised=optimised)
        self._names = EncoderNames.read(folder)
        self._inputs = {each.name for each in self._session.get_inputs()}
        self._outputs = [self._names.mean, self._names.spread, self._names.durations, *self._names.static]
        if not {each.name for each in self._session.get_outputs()}.issuperset(self._outputs):
            raise MissingModelError(f"{folder / NAMES} is of another voice; mend it with: voxframe models fetch")

    def run(
        self,
        ids: Sequence[int],
        *,
        length: float = 1.0,
        noise: float = 0.0,
        speaker: int = 0,
        random: np.random.Generator | None = None,
    ) -> Prior:
        """The prior of these phonemes.

        Args:
            ids: The phonemes as the voice numbers them.
            length: Above 1 is slower.
            noise: How much chance there is in the durations.
            speaker: Which one of a voice that has several.
            random: Where chance comes from; None for none.
        """
        names = self._names
        feeds: dict[str, npt.NDArray[np.generic]] = {
            "input": np.array([ids], np.int64),
            "input_lengths": np.array([len(ids)], np.int64),
            "scales": np.array([0.0, length, noise if random else 0.0], np.float32),
            "sid": np.array([speaker], np.int64),
        }
        if names.duration_noise:
            shape = (1, names.duration_noise_rows, len(ids))
            drawn = random.standard_normal(shape, np.float32) if random else np.zeros(shape, np.float32)
            feeds[names.duration_noise] = drawn
        wanted = {name: value for name, value in feeds.items() if name in self._inputs}
        mean, spread, durations, *static = self._session.run(self._outputs, wanted)
        return Prior(mean=mean[0], spread=spread[0], durations=durations.reshape(-1), static=tuple(static))


class Stream:
    """Frames to samples; the first call of a sentence comes after `begin`.

    Raises:
        MissingModelError: The files are damaged.
    """

    def __init__(self, folder: Path, *, file: str = STREAM, optimised: bool = True) -> None:
        self._session = runtime.session(folder / file, optimised=optimised)
        try:
            self.plan = StreamPlan.from_json(self._session.get_modelmeta().custom_metadata_map["stream"])
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise MissingModelError(f"{folder / file} is damaged; mend it with: voxframe models fetch") from error
        numbers = range(len(self.plan.states))
        self._outputs = [self._session.get_outputs()[0].name, *(f"next_{i}" for i in numbers)]
        self._states: list[Floats] = []
        self._static: dict[str, Floats] = {}

    def begin(self, static: Sequence[Floats]) -> None:
        """Forget the sentence before; `static` is the encoder's."""
        zeros = (np.zeros((1, state.channels, state.first), np.float32) for state in self.plan.states)
        self._states = [self._lifted(each) for each in zeros]
        self._static = {name: self._lifted(value) for name, value in zip(self.plan.static, static, strict=True)}

    def feed(self, frames: Floats, *, last: bool) -> Samples:
        """The samples that these frames, [C, n], make known; all that are left where they are the `last`.

        The first call of a sentence takes at least `plan.look_ahead` frames, unless it is the last.
        """
        feeds: dict[str, npt.NDArray[np.generic]] = {
            self.plan.latent: self._lifted(np.ascontiguousarray(frames[None])),
            "last": np.array([int(last)], np.int64),
            **self._static,
            **{f"state_{i}": state for i, state in enumerate(self._states)},
        }
        samples, *self._states = self._session.run(self._outputs, feeds)
        flat: Samples = samples.reshape(-1)
        return flat

    def _lifted(self, value: Floats) -> Floats:
        return value[:, :, None] if self.plan.planar else value
