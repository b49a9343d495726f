"""What the surgery leaves for those who run what it made: how a stream is fed, and how fast it was."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What one layer remembers: so many channels, so many columns at first (zeros), so many afterwards."""

    channels: int
    first: int
    kept: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamPlan:
    """What the inputs and outputs of a stream are.

    Attributes:
        latent: The input of frames, [1, C, n].
        hop: Samples a frame.
        look_ahead: Frames that the first call needs at least, unless it is the last one too.
        static: The inputs that stay the same over a sentence; the encoder gives them.
        states: What is carried over: inputs state_0 and so on, outputs next_0 and so on.
        planar: Whether the frame axis is the fourth and not the third.
    """

    latent: str
    hop: int
    look_ahead: int
    static: tuple[str, ...]
    states: tuple[State, ...]
    planar: bool = False

    def as_json(self) -> str:
        """The plan as text."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> StreamPlan:
        """The plan from its text.

        Raises:
            ValueError, KeyError, TypeError: It is none.
        """
        values = json.loads(text)
        states = tuple(State(**each) for each in values.pop("states"))
        return cls(states=states, static=tuple(values.pop("static")), **values)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What the surgery found in a voice.

    Attributes:
        report: A line for a person; why not, of a voice that does not fit.
        hop: Samples a frame; 0 where it does not fit.
        seconds_a_frame: What making one took on this processor, in calls of many.
    """

    report: str
    hop: int = 0
    seconds_a_frame: float = 0.0

    def as_json(self) -> str:
        """What was found as text."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Found:
        """What was found from its text.

        Raises:
            ValueError, TypeError: It is none.
        """
        return cls(**json.loads(text))
