"""A way into a loudspeaker, as the player sees it: ALSA by its library, a sound server, or `aplay` as a child."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import threading

    from device.core.types import Pcm


class SinkLostError(Exception):
    """The sink is not there, or no longer; the text says why, in a few words."""


class OpenSink(Protocol):
    """A sink that takes sound; `drop` may be called from any thread, the rest from one.

    All but `drop` and `close` raise SinkLostError where it is gone.

    Attributes:
        tail: How many samples of silence it wants after the last one, so that nothing of an earlier sound is heard.
    """

    tail: int

    def write(self, samples: Pcm) -> int:
        """Hand it some samples; returns how many it took, which is fewer where its buffer is full or it was dropped."""

    def left_seconds(self) -> float:
        """How long until the last sample that it took is heard."""

    def finish(self, stopped: threading.Event) -> None:
        """Return when the last sample was heard, or as soon as `stopped` is set."""

    def drop(self) -> None:
        """Be silent at once, and take nothing more."""

    def close(self) -> None:
        """Let go of it; what is not yet heard is not heard."""


class Sink(Protocol):
    """A sink by its name."""

    @property
    def name(self) -> str:
        """What an error calls it."""

    @property
    def others(self) -> str:
        """How a person finds out what there is."""

    def open(self, sample_rate: int) -> OpenSink:
        """Take it, for 16 bits and one channel.

        Raises:
            SinkLostError: It is not there, or somebody else has it.
        """
