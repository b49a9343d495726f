"""What the simulated broker knows of a connection, and of a client that may come again."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.simulation.life import PowerCut

if TYPE_CHECKING:
    from device.core.types import Message
    from tests.simulation.bus import Living, SimSession
    from tests.simulation.wire import Pipe


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What the house heard, in virtual seconds; a will counts to its connection."""

    time: float
    topic: str
    payload: bytes
    retain: bool
    connection_number: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Parcel:
    """A message for one client."""

    topic: str
    payload: bytes
    retained: bool
    kept: bool


@dataclass(slots=True, kw_only=True, eq=False)
class Link:
    """One connection; `open` is what the broker believes, and with `down` it says something to the device."""

    number: int
    client_id: str
    life: Living
    device: SimSession
    up: Pipe
    down: Pipe
    will: Message | None = None
    open: bool = False

    def is_alive(self) -> bool:
        """Whether there is still a process at the other end."""
        try:
            self.life.check()
        except PowerCut:
            return False
        return True


@dataclass(slots=True, kw_only=True, eq=False)
class Client:
    """What a broker keeps of a client that is away."""

    subscriptions: dict[str, bool] = field(default_factory=dict)
    waiting: deque[Parcel] = field(default_factory=deque)
    in_flight: list[Parcel] = field(default_factory=list)
    link: Link | None = None
