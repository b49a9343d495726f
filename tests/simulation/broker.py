"""A broker in virtual time, which outlives the lives of the device.

It keeps QoS 1, retained messages, wills, and the messages of a client that is away; and it can do all that a broker and
a network do to a device: refuse, stay silent, cut a connection around an acknowledgement, say a thing twice, deny a
topic, forget.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Literal, TypeAlias

from paho.mqtt.client import topic_matches_sub

from tests.simulation.bus import SimBus
from tests.simulation.link import Client, Heard, Link, Parcel
from tests.simulation.wire import Agenda, Pipe

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable
    from random import Random

    from device.core.types import Message, Subscription
    from tests.simulation.bus import Living, SimSession

MOST_IN_FLIGHT = 4
KEEPALIVE_SECONDS = 45.0
"""A broker waits one and a half times the thirty seconds that a device asks for."""

UNNOTICED_SHARE = 0.25
"""How often a device learns of a cut only because nobody answers any more."""

Receiver: TypeAlias = Literal["device", "broker"]


class SimBroker:
    """The broker, and the house behind it.

    Args:
        random: The one source of chance.
        slowest_seconds: The longest that a packet takes.

    Attributes:
        heard: What devices told the house, in order, their wills too.
        retained: What lies there for who comes later.
        acknowledged: The messages of kept subscriptions that a device has acknowledged, at the moment of its call.
        on_acknowledged: Called at that very moment.
        denied: The topics that nobody may publish to.
        abandoned: The connections that a device has let go of without a word.
        unsaid: How often a device closed a connection in order, which takes its will back, and had not said itself
            what the will says.
    """

    def __init__(self, random: Random, *, slowest_seconds: float = 0.2) -> None:
        self.heard: list[Heard] = []
        self.retained: dict[str, bytes] = {}
        self.acknowledged: list[tuple[str, bytes]] = []
        self.on_acknowledged: Callable[[str, bytes], None] = lambda _topic, _payload: None
        self.denied: set[str] = set()
        self.unsaid = 0
        self.abandoned: set[int] = set()
        self._random = random
        self._slowest_seconds = slowest_seconds
        self._agenda = Agenda()
        self._clients: dict[str, Client] = {}
        self._links: list[Link] = []
        self._numbers = 0
        self._refuses_until = float("-inf")
        self._cuts: list[tuple[Receiver, bool]] = []

    # For the world

    def bus(self, life: Living, loop: asyncio.AbstractEventLoop, client_id: str) -> SimBus:
        """A way to this broker, for one life."""
        for link in [link for link in self._links if not link.is_alive()]:
            self.lost(link.life, power=self._random.random() < 0.5)
        self._agenda.use(loop)
        return SimBus(broker=self, life=life, loop=loop, client_id=client_id)

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        """Somebody in the house says something."""
        if retain:
            self._retain(topic, payload)
        self._route(topic, payload)

    def connection(self, client_id: str) -> int | None:
        """The number of its connection, where there is one over which each hears the other."""
        client = self._clients.get(client_id)
        link = client.link if client else None
        return link.number if link and link in self._links and not link.down.silent else None

    def waiting(self, client_id: str) -> int:
        """How many messages the broker still has for it."""
        client = self._clients.get(client_id)
        return len(client.waiting) + len(client.in_flight) if client else 0

    def refuse(self, seconds: float) -> None:
        """Nobody gets a connection for so long; who has one keeps it."""
        self._refuses_until = self._agenda.now() + seconds

    def cut(self, client_id: str | None = None) -> None:
        """Each connection breaks, or that of one client; of what was on its way some arrives."""
        for link in [link for link in self._links if client_id in (None, link.client_id)]:
            self._cut(link)

    def cut_around_puback(self, to: Receiver, *, before: bool) -> None:
        """The connection breaks at the next acknowledgement to the device or the broker, just before it or after."""
        self._cuts.append((to, before))

    def silence(self, client_id: str | None = None) -> None:
        """Nothing comes to the device any more over its connection, and nobody says why; its pings are not answered."""
        for link in self._links:
            if client_id in (None, link.client_id):
                link.down.silent = True
                self._agenda.at(self._agenda.now() + KEEPALIVE_SECONDS, partial(self._cut, link))

    def restart(self, *, forget: bool) -> None:
        """It stops, and is there again at once; without persistence it has forgotten everything. No will is said."""
        for link in list(self._links):
            link.will = None
            self._cut(link)
        for client in self._clients.values():
            # Of the dead, too: whom it waited for it does not know any more.
            if client.link is not None:
                client.link.will, client.link.open, client.link = None, False, None
        if forget:
            self._clients.clear()
            self.retained.clear()

    def lost(self, life: Living, *, power: bool) -> None:
        """A life has ended: of a killed process all that it sent arrives, and the broker knows soon.

        Where the power went, it learns of it only because nobody answers any more.
        """
        for link in [link for link in self._links if link.life is life]:
            self._links.remove(link)
            link.down.cut(keep=False)
            if power:
                link.up.cut()
                end = self._agenda.now() + self._random.random() * KEEPALIVE_SECONDS
            else:
                link.up.end()
                end = link.up.next_arrival()
            self._agenda.at(end, partial(self._broken, link))

    # For the other side of a connection: what a device does

    def dial(self, device: SimSession, *, life: Living, client_id: str) -> Link:
        """A connection is tried; who is refused hears it."""
        self._numbers += 1
        up, down = (
            Pipe(agenda=self._agenda, random=self._random, slowest_seconds=self._slowest_seconds) for _ in range(2)
        )
        link = Link(number=self._numbers, client_id=client_id, life=life, device=device, up=up, down=down)
        self._links.append(link)
        return link

    def abandon(self, link: Link) -> None:
        """The device lets go of a connection without a word."""
        self.abandoned.add(link.number)
        self._cut(link)

    def acknowledges(self, parcel: Parcel) -> None:
        """A device says that it is safe there; it has still to arrive here."""
        self.acknowledged.append((parcel.topic, parcel.payload))
        self.on_acknowledged(parcel.topic, parcel.payload)

    # What arrives at the broker

    def connect(self, link: Link, will: Message) -> None:
        """The first packet of a connection."""
        if self._agenda.now() < self._refuses_until:
            if self._random.random() < UNNOTICED_SHARE:
                link.down.silent = True
            self._cut(link)
            return
        client = self._clients.setdefault(link.client_id, Client())
        if client.link is not None:
            # Mosquitto says no will where the same client goes on with its session; others do.
            if self._random.random() < 0.5:
                client.link.will = None
            self._cut(client.link)
        client.link, link.will, link.open = link, will, True
        link.down.send(link.device.accept)
        for parcel in client.in_flight:
            link.down.send(partial(link.device.came, parcel))
        self._pump(client)

    def subscribe(self, link: Link, subscriptions: tuple[Subscription, ...]) -> None:
        """It wants these topics; what is retained there comes at once."""
        if not link.open:
            return
        client = self._clients.get(link.client_id)
        if client is None:
            return
        client.subscriptions |= {each.topic: each.kept for each in subscriptions}
        link.down.send(link.device.granted)
        for each in subscriptions:
            for topic, payload in self.retained.items():
                if topic_matches_sub(each.topic, topic):
                    self._give(client, Parcel(topic=topic, payload=payload, retained=True, kept=each.kept))

    def take(self, link: Link, packet: int, message: Message) -> None:
        """A device says something."""
        if not link.open:
            return
        if message.topic in self.denied:
            link.down.send(partial(link.device.taken, packet, f"{message.topic}: Not authorized"))
            return
        self._hear(link, message)
        if self._cuts_here("device", before=True):
            self._cut(link)
            return
        link.down.send(partial(link.device.taken, packet))
        if self._cuts_here("device", before=False):
            self._cut(link)

    def acknowledged_by(self, link: Link, parcel: Parcel) -> None:
        """A device has it, and it need not be kept any longer."""
        if not link.open:
            return
        if self._cuts_here("broker", before=True):
            self._cut(link)
            return
        client = self._clients.get(link.client_id)
        if client is None:
            return
        if parcel in client.in_flight:
            client.in_flight.remove(parcel)
        self._pump(client)
        if self._cuts_here("broker", before=False):
            self._cut(link)

    def farewell(self, link: Link) -> None:
        """The connection ends in order."""
        if link.open and link.will and self.retained.get(link.will.topic) != link.will.payload:
            self.unsaid += 1
        link.will = None
        self._broken(link)
        link.down.send(partial(link.device.lose, "it was closed"))
        if link in self._links:
            self._links.remove(link)

    # What it does

    def _hear(self, link: Link, message: Message) -> None:
        self.heard.append(
            Heard(
                time=self._agenda.now(),
                topic=message.topic,
                payload=message.payload,
                retain=message.retain,
                connection_number=link.number,
            )
        )
        if message.retain:
            self._retain(message.topic, message.payload)
        self._route(message.topic, message.payload)

    def _retain(self, topic: str, payload: bytes) -> None:
        self.retained[topic] = payload
        if not payload:
            del self.retained[topic]

    def _route(self, topic: str, payload: bytes) -> None:
        for client in self._clients.values():
            kept = [kept for wanted, kept in client.subscriptions.items() if topic_matches_sub(wanted, topic)]
            if kept:
                self._give(client, Parcel(topic=topic, payload=payload, retained=False, kept=any(kept)))

    def _give(self, client: Client, parcel: Parcel) -> None:
        if parcel.kept:
            client.waiting.append(parcel)
            self._pump(client)
        elif client.link is not None:
            client.link.down.send(partial(client.link.device.came, parcel))

    def _pump(self, client: Client) -> None:
        link = client.link
        while link and client.waiting and len(client.in_flight) < MOST_IN_FLIGHT:
            parcel = client.waiting.popleft()
            client.in_flight.append(parcel)
            link.down.send(partial(link.device.came, parcel))

    def _cuts_here(self, to: Receiver, *, before: bool) -> bool:
        if (to, before) not in self._cuts:
            return False
        self._cuts.remove((to, before))
        return True

    def _cut(self, link: Link) -> None:
        if link in self._links:
            self._links.remove(link)
            link.up.cut(keep=False)
            unnoticed = link.down.silent or self._random.random() < UNNOTICED_SHARE
            link.down.cut()
            wait = self._random.random() * KEEPALIVE_SECONDS if unnoticed else 0.0
            self._agenda.at(link.down.next_arrival() + wait, partial(self._notice, link))
        self._broken(link)

    def _notice(self, link: Link) -> None:
        if link.is_alive():
            link.device.lose("it closes the connection")

    def _broken(self, link: Link) -> None:
        """The broker sees the end of a connection, and says the will."""
        if not link.open:
            return
        link.open = False
        client = self._clients.get(link.client_id)
        if client and client.link is link:
            client.link = None
        if link.will is not None:
            self._hear(link, link.will)
