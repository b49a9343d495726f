"""The bus and a real Mosquitto, and brokers that are not there, old, silent or full."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import shutil
import signal
import subprocess
import sys
import threading
from functools import partial
from typing import TYPE_CHECKING

import pytest

from device.bus.paho import Connection, PahoBus
from device.core.errors import BusLostError, BusRefusedError
from device.core.types import Message, Subscription
from tests.mosquitto import Mosquitto, free_port, mosquitto, observer, scripted

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from pathlib import Path
    from typing import Any, Literal

    import paho.mqtt.client as paho

    from device.bus.session import PahoSession

LIMIT_BYTES = 1000
WAIT_SECONDS = 60.0
PHOTO = "voxframe/frame/photo/set"
STATE = "voxframe/frame/state"
WILL = Message(topic="voxframe/frame/availability", payload=b"offline", retain=True)
CONNACK, SUBACK_REFUSED_AND_GIVEN = bytes.fromhex("20020000"), bytes.fromhex("900400018001")
UNSUPPORTED_VERSION, BAD_PASSWORD = bytes.fromhex("20020001"), bytes.fromhex("20020004")


def bus_at(port: int, *, connect_seconds: float = 10.0, **changes: Any) -> PahoBus:
    connection = Connection(host="127.0.0.1", port=port, **changes)
    return PahoBus(connection=connection, client_id="frame", limit_bytes=LIMIT_BYTES, connect_seconds=connect_seconds)


async def connect(bus: PahoBus, *topics: str) -> PahoSession:
    return await bus.connect(will=WILL, subscriptions=[Subscription(topic=topic, kept=True) for topic in topics])


def run(story: Callable[[], Coroutine[Any, Any, None]]) -> None:
    async def whole() -> None:
        async with asyncio.timeout(WAIT_SECONDS):
            await story()

    asyncio.run(whole())


def test_a_broker_that_is_not_there_is_told_with_its_place() -> None:
    port = free_port()

    async def story() -> None:
        with pytest.raises(BusLostError, match=rf"^no broker at 127\.0\.0\.1 port {port}: Connection refused$"):
            await connect(bus_at(port))

    run(story)


def test_a_name_that_nobody_knows_is_told() -> None:
    bus = PahoBus(connection=Connection(host="nowhere.invalid"), client_id="frame", limit_bytes=LIMIT_BYTES)

    async def story() -> None:
        with pytest.raises(BusLostError, match=r"^no broker at nowhere\.invalid port 1883: "):
            await connect(bus)

    run(story)


def test_a_broker_that_dies_ends_all_that_waits_and_is_found_when_it_is_back(tmp_path: Path) -> None:
    broker = Mosquitto(tmp_path)
    broker.start()

    async def story() -> None:
        bus = bus_at(broker.port)
        session = await connect(bus, PHOTO)
        waits = asyncio.ensure_future(session.receive())
        await session.publish(Message(topic=STATE, payload=b"1"))
        broker.stop()
        pending = [session.publish(Message(topic=STATE, payload=b"%d" % number)) for number in range(30)]
        for each in (waits, *pending):
            with pytest.raises(BusLostError, match="is lost: "):
                await each
        await session.close()
        with pytest.raises(BusLostError):
            await connect(bus, PHOTO)
        broker.start()
        session = await connect(bus, PHOTO)
        await session.publish(Message(topic=STATE, payload=b"2"))
        await session.close()

    run(story)
    broker.stop()


def test_a_wrong_password_is_told_and_never_itself(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    if not shutil.which("mosquitto_passwd"):
        pytest.skip("mosquitto_passwd is not installed: apt-get install mosquitto")
    caplog.set_level(logging.DEBUG)
    passwords = tmp_path / "passwords"
    subprocess.run(["mosquitto_passwd", "-b", "-c", str(passwords), "frame", "right"], check=True)

    async def story(port: int) -> None:
        wrong = bus_at(port, username="frame", password="wrong-secret")  # noqa: S106 - of the test alone
        for _ in range(4):
            with pytest.raises(BusLostError, match="Not authorized") as told:
                await connect(wrong)
            assert "secret" not in str(told.value)
        right = await connect(bus_at(port, username="frame", password="right"))  # noqa: S106 - of the test alone
        await right.close()

    with mosquitto(tmp_path, "allow_anonymous false", f"password_file {passwords}") as broker:
        run(partial(story, broker.port))
    assert "secret" not in caplog.text
    assert "secret" not in repr(Connection(host="somewhere", password="secret"))  # noqa: S106 - of the test alone


def test_a_broker_that_does_not_answer_is_given_up_in_time_and_the_old_version_is_next() -> None:
    async def story() -> None:
        async with scripted() as broker:
            bus = bus_at(broker.port, connect_seconds=0.3)
            for _ in range(3):
                with pytest.raises(BusLostError, match=r"it does not answer within 0\.3 s"):
                    await asyncio.wait_for(connect(bus), 10)
            assert broker.versions == [5, 4, 5]

    run(story)
    assert_no_thread_is_left()


@pytest.mark.parametrize("answer", [None, UNSUPPORTED_VERSION, bytes.fromhex("2003008400")])
def test_an_old_broker_is_asked_in_the_old_version_next_and_that_is_kept(answer: bytes | None) -> None:
    async def story() -> None:
        async with scripted(answer) as new, scripted(CONNACK) as old:
            bus = bus_at(new.port)
            with pytest.raises(BusLostError):
                await connect(bus)
            bus._connection = Connection(host="127.0.0.1", port=old.port)
            for _ in range(2):
                session = await connect(bus)
                await session.close()
            assert (new.versions, old.versions) == ([5], [4, 4])

    run(story)


def test_a_broker_that_refuses_for_another_reason_is_asked_in_the_same_version_again() -> None:
    async def story() -> None:
        async with scripted(bytes.fromhex("2003008700")) as broker:
            bus = bus_at(broker.port)
            for _ in range(2):
                with pytest.raises(BusLostError, match="Not authorized"):
                    await connect(bus)
            assert broker.versions == [5, 5]

    run(story)


def test_the_old_version_may_be_asked_for() -> None:
    async def story() -> None:
        async with scripted(BAD_PASSWORD) as broker:
            bus = bus_at(broker.port, version="3.1.1")
            with pytest.raises(BusLostError, match="Bad user name or password"):
                await connect(bus)
            assert broker.versions == [4]

    run(story)


def test_a_topic_that_is_not_given_is_told_and_the_other_is_there(caplog: pytest.LogCaptureFixture) -> None:
    async def story() -> None:
        async with scripted(CONNACK, SUBACK_REFUSED_AND_GIVEN) as broker:
            session = await connect(bus_at(broker.port, version="3.1.1"), "refused", "given")
            await session.close()

    run(story)
    assert [record.getMessage().split(" does not give ")[1] for record in caplog.records] == [
        "refused: Unspecified error"
    ]


@pytest.mark.parametrize("version", ["auto", "3.1.1"])
def test_a_photo_above_the_limit_does_not_come_and_the_next_one_does(
    version: Literal["auto", "3.1.1"], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def story(port: int) -> None:
        bus = bus_at(port, version=version)
        session = await connect(bus, PHOTO)
        huge = 100 * LIMIT_BYTES
        for payload in (b"x" * (LIMIT_BYTES + 1), b"x" * huge, b"small"):
            await session.publish(Message(topic=PHOTO, payload=payload))
        came = await session.receive()
        assert came.payload == b"small"
        session.acknowledge(came)
        await session.publish(Message(topic=STATE, payload=b""))
        await session.close()
        # Nor does the broker bring it again.
        session = await connect(bus, PHOTO)
        await session.publish(Message(topic=PHOTO, payload=b"new"))
        assert (await session.receive()).payload == b"new"
        await session.close()

    with mosquitto(tmp_path) as broker:
        run(partial(story, broker.port))
    assert caplog.text.count(f"{LIMIT_BYTES + 1} bytes for {PHOTO} is dropped") == 1


def test_more_photos_than_may_be_on_their_way_all_come(tmp_path: Path) -> None:
    async def story(port: int) -> None:
        session = await connect(bus_at(port), PHOTO)
        for number in range(20):
            await session.publish(Message(topic=PHOTO, payload=b"%d" % number))
        came = []
        for _ in range(20):
            came.append(await session.receive())
            session.acknowledge(came[-1])
        assert [each.payload for each in came] == [b"%d" % number for number in range(20)]
        await session.close()

    with mosquitto(tmp_path) as broker:
        run(partial(story, broker.port))


def test_no_more_photos_than_allowed_lie_in_memory(tmp_path: Path) -> None:
    async def story(port: int) -> None:
        session = await connect(bus_at(port), PHOTO)
        for number in range(20):
            await session.publish(Message(topic=PHOTO, payload=b"%d" % number))
        assert session._arrived.qsize() == 4
        await session.close()

    with mosquitto(tmp_path) as broker:
        run(partial(story, broker.port))


def test_a_message_above_what_the_broker_takes_is_refused_and_the_connection_stays(tmp_path: Path) -> None:
    async def story(port: int) -> None:
        session = await connect(bus_at(port))
        with pytest.raises(BusRefusedError, match="the broker takes 500 bytes"):
            await session.publish(Message(topic=STATE, payload=b"x" * 500))
        with pytest.raises(BusRefusedError):
            await session.publish(Message(topic="voxframe/#", payload=b""))
        await session.publish(Message(topic=STATE, payload=b"x" * 400))
        await session.close()

    with mosquitto(tmp_path, "max_packet_size 500") as broker:
        run(partial(story, broker.port))


def test_the_house_hears_what_is_published_and_the_will_of_a_process_that_is_killed(tmp_path: Path) -> None:
    with (
        mosquitto(tmp_path) as broker,
        observer(broker.port, "frame") as watcher,
        subprocess.Popen([sys.executable, "-c", CHILD, str(broker.port)], stdin=subprocess.PIPE) as child,
    ):
        watcher.wait_for("availability", "online")
        child.send_signal(signal.SIGKILL)
        watcher.wait_for("availability", "offline")


CHILD = """
import asyncio, sys
from device.bus.paho import Connection, PahoBus
from device.core.types import Message

async def main():
    connection = Connection(host="127.0.0.1", port=int(sys.argv[1]))
    bus = PahoBus(connection=connection, client_id="frame", limit_bytes=1000)
    topic = "voxframe/frame/availability"
    session = await bus.connect(will=Message(topic=topic, payload=b"offline", retain=True), subscriptions=[])
    await session.publish(Message(topic=topic, payload=b"online", retain=True))
    await session.receive()

asyncio.run(main())
"""


def test_no_thread_and_no_descriptor_is_left_after_many_connections(tmp_path: Path) -> None:
    async def story(broker: Mosquitto) -> None:
        bus = bus_at(broker.port)

        async def once() -> None:
            session = await connect(bus, PHOTO)
            await session.publish(Message(topic=STATE, payload=b""))
            await session.close()

        await once()
        gc.collect()
        gc.disable()
        before = descriptors()
        for _ in range(30):
            await once()
        assert descriptors() == before
        broker.stop()
        for _ in range(5):
            with pytest.raises(BusLostError):
                await connect(bus)
        assert descriptors() == before

    with mosquitto(tmp_path) as broker:
        try:
            run(partial(story, broker))
        finally:
            gc.enable()
    assert_no_thread_is_left()


def test_an_attempt_that_is_cancelled_leaves_no_thread() -> None:
    async def story() -> None:
        async with scripted() as broker:
            attempt = asyncio.ensure_future(connect(bus_at(broker.port)))
            await broker.reached.wait()
            attempt.cancel()
            with pytest.raises(asyncio.CancelledError):
                await attempt
            for thread in threads():
                await asyncio.to_thread(thread.join, 10)

    run(story)
    assert_no_thread_is_left()


def test_an_attempt_that_is_cancelled_while_it_looks_for_the_broker_ends_when_it_has_found_it() -> None:
    looks, found = threading.Event(), threading.Event()

    class Slow(Connection):
        def introduce(self, client: paho.Client) -> None:
            super().introduce(client)
            looks.set()
            found.wait(10)

    async def story() -> None:
        async with scripted() as broker:
            bus = PahoBus(connection=Slow(host="127.0.0.1", port=broker.port), client_id="frame", limit_bytes=1)
            attempt = asyncio.ensure_future(connect(bus))
            await asyncio.to_thread(looks.wait, 10)
            attempt.cancel()
            with pytest.raises(asyncio.CancelledError):
                await attempt
            found.set()
            # Long before the keepalive ends it.
            for thread in threads():
                await asyncio.to_thread(thread.join, 10)
            assert not threads()

    run(story)


# paho drops a socket whose handshake failed without closing it; it is closed when it is collected, at once.
@pytest.mark.filterwarnings("ignore:unclosed <ssl:ResourceWarning")
def test_an_encrypted_connection_is_made_only_with_a_broker_that_is_vouched_for(tmp_path: Path) -> None:
    if not shutil.which("openssl"):
        pytest.skip("openssl is not installed")
    for name in ("ours", "other"):
        make_certificate(tmp_path, name)
    own = (f"certfile {tmp_path}/ours.crt", f"keyfile {tmp_path}/ours.key")

    async def story(port: int) -> None:
        session = await connect(bus_at(port, ca_file=tmp_path / "ours.crt"))
        await session.publish(Message(topic=STATE, payload=b"x" * 100_000))
        await session.close()
        with pytest.raises(BusLostError, match=r"(?i)certificate verify failed"):
            await connect(bus_at(port, ca_file=tmp_path / "other.crt"))
        with pytest.raises(BusLostError, match="No such file"):
            await connect(bus_at(port, ca_file=tmp_path / "missing.crt"))

    with mosquitto(tmp_path, *own) as broker:
        run(partial(story, broker.port))


def make_certificate(folder: Path, name: str) -> None:
    words = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1"
    files = ["-keyout", f"{folder}/{name}.key", "-out", f"{folder}/{name}.crt"]
    subprocess.run([*words.split(), *files], check=True, capture_output=True)


def threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "mqtt"]


def assert_no_thread_is_left() -> None:
    for thread in threads():
        thread.join(10)
    assert not threads()


def descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - its names alone
