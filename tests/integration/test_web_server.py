"""The web server over a real socket, with a real store on a real disk behind it."""

from __future__ import annotations

import asyncio
import gzip
import re
import socket
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeVar

import aiohttp
import pytest

import device.web.server
from device.core.errors import UsageError
from device.core.types import Status
from device.pipeline.captions import LiveCaptions
from device.web.door import Door
from device.web.metrics import Metric
from device.web.server import WebServer
from device.web.uploads import MOST_WAITING, Uploads
from tests.clock import HandClock
from tests.mosquitto import ended
from tests.uploading import JPEG, LIMIT, Threads, chunks, photo, room

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Coroutine, Iterator, Mapping
    from pathlib import Path

    from device.web.answers import Answer
    from device.web.uploads import Upload
    from tests.uploading import Room

T = TypeVar("T")

LONG = 30
"""Seconds after which a test that waits for the other side fails."""

PHOTOS = "/api/v1/photos"

FORM = {"Content-Type": "multipart/form-data; boundary=edge"}
PART = b'--edge\r\nContent-Disposition: form-data; name="photo"; filename="a.jpg"\r\n\r\n'


@pytest.fixture(autouse=True)
def _short_farewell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device.web.server, "FAREWELL_SECONDS", 0.05)


class Watched(Uploads):
    """Says how each upload ended, also those of which the sender does not hear any more."""

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        self.ended: asyncio.Queue[Answer | BaseException] = asyncio.Queue()

    async def receive(self, upload: Upload) -> Answer:
        try:
            answer = await Uploads.receive(self, upload)
        except BaseException as error:
            self.ended.put_nowait(error)
            raise
        self.ended.put_nowait(answer)
        return answer


@dataclass
class Served:
    """A server, what is behind it, and a client in front of it."""

    room: Room
    server: WebServer
    uploads: Watched
    client: aiohttp.ClientSession
    writers: list[asyncio.StreamWriter] = field(default_factory=list)

    async def send(self, data: Any, path: str = PHOTOS, **more: Any) -> tuple[int, Any, Mapping[str, str]]:
        async with self.client.post(path, data=data, **more) as response:
            return response.status, await response.json(), response.headers

    async def ask(self, path: str, **more: Any) -> tuple[int, Any]:
        async with self.client.get(path, **more) as response:
            return response.status, await response.json()

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.server.port)
        self.writers.append(writer)
        return reader, writer

    async def said_to(self, *parts: bytes) -> bytes:
        """All that comes back when this is sent, up to the end of the connection."""
        reader, writer = await self.connect()
        for part in parts:
            writer.write(part)
            await writer.drain()
        said = await reader.read()
        writer.close()
        return said


def figures() -> dict[str, Metric]:
    return {"voxframe_photos_waiting": Metric(value=2, help="Photos that wait.", kind="gauge")}


def head(*lines: str, method: str = "POST", path: str = PHOTOS) -> bytes:
    return "\r\n".join((f"{method} {path} HTTP/1.1", "Host: localhost", *lines, "", "")).encode()


@asynccontextmanager
async def serving(where: Room, executor: Threads, *, at_once: int = 4, **changes: Any) -> AsyncIterator[Served]:
    uploads = Watched(submit=where.submit, limit_bytes=LIMIT, at_once=at_once)
    values: dict[str, Any] = {
        "host": "127.0.0.1",
        "port": 0,
        "token": None,
        "uploads": uploads,
        "jobs": where.jobs,
        "executor": executor,
        "status": lambda: Status(activity="idle", reason=None, queue=0, last_narration="Grüße."),
        "captions": LiveCaptions(clock=HandClock(), executor=executor),
        "metrics": figures,
    }
    server = WebServer(**values | changes)
    await server.start()
    try:
        async with aiohttp.ClientSession(f"http://127.0.0.1:{server.port}") as client:
            served = Served(room=where, server=server, uploads=uploads, client=client)
            try:
                yield served
            finally:
                await ended(*served.writers)
    finally:
        await server.stop()


@contextmanager
def threads() -> Iterator[Threads]:
    executor = Threads()
    yield executor
    executor.close()


def within(work: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(asyncio.wait_for(work, LONG))


def test_a_raw_photo_becomes_a_job_that_can_be_asked_for(tmp_path: Path) -> None:
    async def story(where: Room, executor: Threads) -> None:
        async with serving(where, executor) as served:
            status, body, headers = await served.send(JPEG, f"{PHOTOS}?name=../caf%C3%A9.jpg")
            assert (status, body, headers["Location"]) == (201, {"id": 1}, "/api/v1/jobs/1")
            status, job = await served.ask(headers["Location"])
            assert status == 200
            assert job == {
                "id": 1,
                "name": "café.jpg",
                "state": "waiting",
                "attempts": 0,
                "reason": None,
                "source": "upload",
                "described": None,
            }
        (file,) = where.files()
        assert file.read_bytes() == JPEG

    with threads() as executor, room(tmp_path, executor=executor) as where:
        within(story(where, executor))


def test_the_photo_of_a_form_is_found_by_its_file_name_or_its_field(tmp_path: Path) -> None:
    async def story(where: Room, executor: Threads) -> None:
        async with serving(where, executor) as served:
            named = aiohttp.FormData()
            named.add_field("comment", "a small field before it")
            named.add_field("anything", photo(1), filename="a.jpg", content_type="image/jpeg")
            named.add_field("comment", "and one after it")
            plain = b'--edge\r\nContent-Disposition: form-data; name="photo"\r\n\r\n' + photo(2) + b"\r\n--edge--\r\n"
            answers = [await served.send(named), await served.send(plain, headers=FORM)]
            assert [(status, body["id"]) for status, body, _ in answers] == [(201, 1), (201, 2)]
        assert sorted(file.read_bytes() for file in where.files()) == [photo(1), photo(2)]
        assert [job.name for job in where.taken] == ["a.jpg", "upload"]

    with threads() as executor, room(tmp_path, executor=executor) as where:
        within(story(where, executor))


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "broken"),
        (b"no form at all", "broken"),
        (PART + JPEG, "broken"),
        (PART + JPEG + b"\r\n--edg", "broken"),
        (PART[:40], "broken"),
        (b"--edge\r\nno header\r\n\r\n" + JPEG + b"\r\n--edge--\r\n", "broken"),
        (b"--edge\r\n" + b"X: y\r\n" * 200 + b"\r\n" + JPEG + b"\r\n--edge--\r\n", "broken"),
        (b"--edge\r\nContent-Type: image/jpeg\r\n\r\n" + JPEG + b"\r\n--edge--\r\n", "missing"),
        (b'--edge\r\nContent-Disposition: form-data; name="comment"\r\n\r\nhello\r\n--edge--\r\n', "missing"),
        (b"--edge\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x--\r\n--edge--\r\n", "missing"),
        (PART + b"\r\n--edge--\r\n", "empty"),
    ],
)
@pytest.mark.filterwarnings(
    "ignore::aiohttp.multipart.BadContentDispositionHeader"
)  # as the server does outside pytest
def test_a_form_that_is_broken_or_has_no_photo_is_refused(tmp_path: Path, body: bytes, code: str) -> None:
    async def story(where: Room, executor: Threads) -> None:
        async with serving(where, executor) as served:
            status, answer, _ = await served.send(body, headers=FORM)
            assert (status, answer["error"]["code"]) == (400, code)
            assert (await served.send(JPEG, headers={"Content-Type": "multipart/form-data"}))[0] == 400
        assert where.files() == []

    with threads() as executor, room(tmp_path, executor=executor) as where:
        within(story(where, executor))


def test_large_fields_before_the_photo_are_not_read_to_their_end(tmp_path: Path) -> None:
    async def story(where: Room, executor: Threads) -> None:
        async with serving(where, executor) as served:
            form = aiohttp.FormData(default_to_multipart=True)
            form.add_field("comment", "x" * 150_000)
            form.add_field("photo", JPEG, filename="a.jpg")
            assert (await served.send(form))[0] == 413

    with threads() as executor, room(tmp_path, executor=executor) as where:
        within(story(where, executor))


def test_each_refusal_has_its_status(tmp_path: Path) -> None:
    async def story(where: Room, executor: Threads) -> None:
        async with serving(where, executor) as served:
            assert (await served.send(photo(1)))[0] == 201
            status, body, headers = await served.send(photo(1))
            assert (status, headers["Location"]) == (409, "/api/v1/jobs/1")
            assert set(body["error"]) == {"code", "message"}
            assert (await served.send(b""))[0] == 400
            assert (await served.send(b"no photo" * 50))[0] == 415
            assert (await served.send(JPEG + b"x" * LIMIT))[0] == 413
            packed = {"Content-Encoding": "gzip"}
            assert (await served.send(gzip.compress(JPEG), headers=packed))[0] == 415
            assert (await served.send(photo(2)))[0] == 201
            status, _, headers = await served.send(photo(3))
            assert status == 429
            assert int(headers["Retry-After"]) > 0
            assert (await served.ask("/api/v1/jobs/3"))[0] == 404
            assert (await served.ask("/api/v1/jobs/x"))[0] == 404
            assert (await served.ask("/nothing"))[0] == 404
            status, body = await served.ask(PHOTOS)
            assert (status, body["error"]["code"]) == (405, "method_not_allowed")
        assert len(where.files()) == 2

    with threads() as executor, room(tmp_path, executor=executor, most=2) as where:
        within(story(where, executor))


def test_a_full_disk_is_answered_with_when_to_come_again(tmp_path: Path) -> None:
    async def story(where: Room, executor: Threads) -> None:
        async with serving(where, executor) as served:
            status, body, headers = await served.send(JPEG)
            assert (status, body["error"]["code"]) == (503, "disk_full")
            assert int(headers["Retry-After"]) > 0

    with threads() as executor, room(tmp_path, executor=executor, reserve=1 << 60) as where:
        within(story(where, executor))


@pytest.mark.parametrize(("waiting", "least"), [(6, 10), (MOST_WAITING, 50)])
def test_fifty_at_once_are_each_answered_and_none_that_was_taken_is_lost(
    tmp_path: Path, waiting: int, least: int
) -> None:
    async def story(where: Room, executor: Threads) -> list[int]:
        async with serving(where, executor) as served:
            # So many wait for a place; the others are told to come again.
            served.uploads.waiting = waiting
            answers = await asyncio.gather(*(served.send(photo(number)) for number in range(50)))
        for status, _, headers in answers:
            assert status == 201 or (status == 503 and int(headers["Retry-After"]) > 0)
        return [body["id"] for status, body, _ in answers if status == 201]

    with threads() as executor, room(tmp_path, executor=executor) as where:
        taken = within(story(where, executor))
        assert len(taken) >= least
        assert sorted(job.id for job in where.jobs.listed()) == sorted(taken)
        assert len(where.files()) == len(taken)
        assert len({file.read_bytes() for file in where.files()}) == len(taken)


@pytest.mark.parametrize(
    "begun",
    [
        head("Content-Length: 100000") + JPEG,
        head("Transfer-Encoding: chunked") + b"1000\r\n" + JPEG[:0x1000] + b"\r\n",
        head("Content-Type: multipart/form-data; boundary=edge", "Content-Length: 100000") + PART + JPEG,
    ],
)
def test_a_sender_that_goes_away_leaves_nothing(tmp_path: Path, begun: bytes) -> None:
    async def story(where: Room, executor: Threads) -> None:
        async with serving(where, executor) as served:
            _, writer = await served.connect()
            writer.write(begun)
            await writer.drain()
            writer.close()
            ended = await served.uploads.ended.get()
            assert not isinstance(ended, BaseException)
            assert ended.status == 400
            assert where.files() == []
            assert (await served.send(JPEG))[0] == 201

    with threads() as executor, room(tmp_path, executor=executor) as where:
        within(story(where, executor))


def test_what_is_announced_as_too_large_is_not_read(tmp_path: Path) -> None:
    async def story(where: Room, executor: Threads) -> None:
        async with serving(where, executor) as served:
            reader, writer = await served.connect()
            writer.write(head(f"Content-Length: {LIMIT + 1}"))
            assert (await reader.readline()).split()[1] == b"413"
            writer.close()
            assert served.uploads.ended.empty()

    with threads() as executor, room(tmp_path, executor=executor) as where:
        within(story(where, executor))


def test_an_endless_body_is_answered_while_it_comes_and_then_cut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(device.web.server, "LINGER_SECONDS", 0.1)
    written = 0

    async def story(where: Room, executor: Threads) -> None:
        nonlocal written
        async with serving(where, executor) as served:
            reader, writer = await served.connect()

            async def pour() -> None:
                nonlocal written
                writer.write(head("Transfer-Encoding: chunked"))
                piece = JPEG[:8192]
                while True:
                    writer.write(b"2000\r\n" + piece + b"\r\n")
                    await writer.drain()
                    written += len(piece)

            async def answered() -> None:
                assert (await reader.readline()).split()[1] == b"413"

            pouring = asyncio.create_task(pour())
            await answered()
            with pytest.raises(ConnectionError):
                await pouring
            writer.close()
        assert where.files() == []

    with threads() as executor, room(tmp_path, executor=executor) as where:
        taken = counted(where)
        within(story(where, executor))
        assert taken.bytes <= LIMIT
    assert written > 0


@dataclass
class Counted:
    bytes: int = 0


def counted(where: Room) -> Counted:
    """How many bytes are written to the disk from now on."""
    count = Counted()
    photos = where.submit.photos

    class Counting:
        def __init__(self) -> None:
            self._incoming = photos.begin()
            self.keep, self.discard = self._incoming.keep, self._incoming.discard

        def write(self, data: bytes) -> None:
            count.bytes += len(data)
            self._incoming.write(data)

    class Photos:
        begin = Counting
        remove, sweep, free_bytes = photos.remove, photos.sweep, photos.free_bytes
        erase, has_job, remove_left = photos.erase, photos.has_job, photos.remove_left

    where.submit = replace(where.submit, photos=Photos())
    return count


def test_who_asks_first_is_told_before_a_byte_of_the_photo(tmp_path: Path) -> None:
    async def story(where: Room, executor: Threads) -> None:
        async with serving(where, executor) as served:
            reader, writer = await served.connect()
            writer.write(head("Expect: 100-continue", f"Content-Length: {len(JPEG)}"))
            assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 100 ")
            writer.write(JPEG)
            assert (await reader.readline()).startswith(b"HTTP/1.1 201 ")
            writer.close()
            for length, host, status in ((LIMIT + 1, "localhost", b"413"), (10, "evil.example", b"403")):
                asking = head("Expect: 100-continue", f"Content-Length: {length}").replace(b"localhost", host.encode())
                reader, writer = await served.connect()
                writer.write(asking)
                said = await reader.readuntil(b"\r\n\r\n")
                assert said.split()[1] == status
                # What follows may be the body or the next request.
                assert b"Connection: close" in said
                writer.close()

    with threads() as executor, room(tmp_path, executor=executor) as where:
        within(story(where, executor))


def test_a_connection_goes_on_after_a_refusal(tmp_path: Path) -> None:
    async def story(where: Room, executor: Threads) -> None:
        async with serving(where, executor) as served:
            said = await served.said_to(
                head("Content-Length: 1000") + b"x" * 1000,
                head(f"Content-Length: {LIMIT + 1}") + b"x" * (LIMIT + 1),
                head("Content-Type: multipart/form-data; boundary=edge", "Content-Length: 5") + b"hello",
                head(f"Content-Length: {len(JPEG)}") + JPEG,
                head("Connection: close", method="GET", path="/api/v1/jobs/1"),
            )
            statuses = re.findall(rb"HTTP/1\.1 (\d+) ", said)
            assert statuses == [b"415", b"413", b"400", b"201", b"200"]

    with threads() as executor, room(tmp_path, executor=executor) as where:
        within(story(where, executor))


def test_with_a_token_every_route_wants_it(tmp_path: Path) -> None:
    async def story(where: Room, executor: Threads) -> None:
        async with serving(where, executor, token="secret") as served:  # noqa: S106 - of the test alone
            for path in ("/api/v1/state", "/metrics", "/api/v1/jobs/1", "/nothing"):
                async with served.client.get(path) as response:
                    assert response.status == 401
                    assert response.headers["WWW-Authenticate"].startswith("Bearer")
            assert (await served.send(JPEG))[0] == 401
            assert where.files() == []
            knowing = {"Authorization": "Bearer secret", "Host": "frame.local"}
            assert (await served.send(JPEG, headers=knowing))[0] == 201
            assert (await served.ask("/api/v1/state", headers=knowing))[0] == 200

    with threads() as executor, room(tmp_path, executor=executor) as where:
        within(story(where, executor))


def test_a_page_in_a_browser_on_this_machine_cannot_send_or_ask(tmp_path: Path) -> None:
    async def story(where: Room, executor: Threads) -> None:
        async with serving(where, executor) as served:
            assert (await served.ask("/api/v1/state", headers={"Host": "evil.example"}))[0] == 403
            assert (await served.send(JPEG, headers={"Host": "evil.example"}))[0] == 403
            assert (await served.send(JPEG, headers={"Origin": "https://evil.example"}))[0] == 403
            assert b" 403 " in await served.said_to(b"GET /metrics HTTP/1.0\r\n\r\n")
            assert where.files() == []
            own = {"Origin": f"http://127.0.0.1:{served.server.port}"}
            assert (await served.send(JPEG, headers=own))[0] == 201

    with threads() as executor, room(tmp_path, executor=executor) as where:
        within(story(where, executor))


def test_state_and_figures_are_shown(tmp_path: Path) -> None:
    async def story(where: Room, executor: Threads) -> None:
        async with serving(where, executor) as served:
            state = {"activity": "idle", "reason": None, "queue": 0, "last_narration": "Grüße."}
            assert await served.ask("/api/v1/state") == (200, state)
            async with served.client.get("/metrics") as response:
                assert response.content_type == "text/plain"
                assert "\nvoxframe_photos_waiting 2\n" in await response.text()
                assert response.headers["Cache-Control"] == "no-store"
                assert "aiohttp" not in response.headers["Server"]

    with threads() as executor, room(tmp_path, executor=executor) as where:
        within(story(where, executor))


def test_a_request_that_fails_is_one_line_in_the_log_and_the_next_is_served(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def broken() -> dict[str, Metric]:
        raise RuntimeError("a bug")

    async def story(where: Room, executor: Threads) -> None:
        async with serving(where, executor, metrics=broken) as served:
            status, body = await served.ask("/metrics")
            assert (status, body["error"]["code"]) == (500, "failed")
            assert (await served.ask("/api/v1/state"))[0] == 200

    with threads() as executor, room(tmp_path, executor=executor) as where:
        within(story(where, executor))
    assert [record.getMessage() for record in caplog.records] == ["GET /metrics failed: RuntimeError('a bug')"]
    assert caplog.records[0].exc_info is None


def test_what_is_no_http_is_refused_and_does_not_fill_the_log(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def story(where: Room, executor: Threads) -> None:
        async with serving(where, executor) as served:
            assert b" 400 " in await served.said_to(b"\x16\x03\x01 hello\r\n\r\n")
            long_line = b"GET /" + b"x" * 10_000 + b" HTTP/1.1\r\n\r\n"
            assert b" 400 " in await served.said_to(long_line)
            assert (await served.ask("/api/v1/state"))[0] == 200

    with threads() as executor, room(tmp_path, executor=executor) as where:
        within(story(where, executor))
    assert caplog.records == []


def test_who_sends_the_head_of_a_request_slowly_is_cut(tmp_path: Path) -> None:
    async def story(where: Room, executor: Threads) -> None:
        async with serving(where, executor, keep_alive_seconds=0.1) as served:
            assert await served.said_to(b"GET /metrics HTTP/1.1\r\nHost: loc") == b""
            answered_first = await served.said_to(head(method="GET", path="/metrics") + b"GET /metrics HT")
            assert answered_first.startswith(b"HTTP/1.1 200 ")

    with threads() as executor, room(tmp_path, executor=executor) as where:
        within(story(where, executor))


def test_beyond_a_number_of_connections_nobody_is_let_in_until_one_ends(tmp_path: Path) -> None:
    async def story(where: Room, executor: Threads) -> None:
        async with serving(where, executor, most_connections=2) as served:
            held = [await served.connect() for _ in range(2)]
            for reader, writer in held:
                writer.write(head(method="GET", path="/metrics"))
                assert b" 200 " in await reader.readline()
            said = await served.said_to()
            assert b" 503 " in said
            assert b"Retry-After" in said
            reader, writer = held[0]
            writer.write(head("Connection: close", method="GET", path="/metrics"))
            await reader.read()
            writer.close()
            while b" 200 " not in await served.said_to(head("Connection: close", method="GET", path="/metrics")):
                pass
            held[1][1].close()

    with threads() as executor, room(tmp_path, executor=executor) as where:
        within(story(where, executor))


@pytest.mark.parametrize("stopped", [False, True])
def test_who_does_not_read_the_answer_is_cut_in_time_or_by_a_stop(*, stopped: bool) -> None:
    talking, lost = asyncio.Event(), asyncio.Event()

    class Talker(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            assert isinstance(transport, asyncio.Transport)
            transport.write(b"x" * 20_000_000)
            talking.set()

        def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - the signature is asyncio's
            lost.set()

    async def story() -> None:
        door = Door(Talker, unread_seconds=1000 if stopped else 0.05)
        server = await asyncio.get_running_loop().create_server(door, "127.0.0.1", 0)
        with socket.create_connection(server.sockets[0].getsockname()):
            await talking.wait()
            if stopped:
                await door.clear()
            await lost.wait()
        server.close()
        await door.clear()

    within(story())


def test_who_was_accepted_a_moment_before_the_stop_is_not_left_open() -> None:
    class Accepted(asyncio.Transport):
        closed = False

        def write(self, data: Any) -> None: ...

        def close(self) -> None:
            self.closed = True

    async def story() -> None:
        door = Door(asyncio.Protocol)
        late = Accepted()
        await door.clear()
        door().connection_made(late)
        assert late.closed

    within(story())


def test_a_stop_cuts_what_is_still_being_sent_and_leaves_nothing(tmp_path: Path) -> None:
    async def story(where: Room, executor: Threads) -> None:
        async with serving(where, executor, at_once=1) as served:
            kept = await served.connect()
            kept[1].write(head(method="GET", path="/metrics"))
            await kept[0].readline()
            sending = [await served.connect() for _ in range(2)]
            for _, writer in sending:
                writer.write(head("Content-Length: 100000", "Expect: 100-continue"))
            for reader, writer in sending:
                await reader.readuntil(b"\r\n\r\n")
                writer.write(JPEG)
            port = served.server.port
            await served.server.stop()
            await served.server.stop()
            assert where.files() == []
            with pytest.raises(ConnectionError):
                await asyncio.open_connection("127.0.0.1", port)
            for reader, writer in (kept, *sending):
                await reader.read()
                writer.close()

    with threads() as executor, room(tmp_path, executor=executor) as where:
        within(story(where, executor))


def test_an_address_or_a_token_that_cannot_be_used_is_told_in_one_line(tmp_path: Path) -> None:
    async def story(where: Room, executor: Threads) -> None:
        async with serving(where, executor) as served:
            with pytest.raises(UsageError, match=r"nothing can listen at 127.0.0.1 port \d+ .*set \[web\]"):
                await replace(served.server, port=served.server.port).start()
            for host in ("0.0.0.0", "", "192.0.2.1"):  # noqa: S104 - it is refused
                with pytest.raises(UsageError, match="token_file"):
                    replace(served.server, host=host)
            with pytest.raises(UsageError, match="empty"):
                replace(served.server, token=" ")  # noqa: S106 - it is refused

    with threads() as executor, room(tmp_path, executor=executor) as where:
        within(story(where, executor))


def test_a_body_in_many_small_pieces_is_put_together(tmp_path: Path) -> None:
    async def story(where: Room, executor: Threads) -> None:
        pieces = [JPEG[at : at + 97] for at in range(0, len(JPEG), 97)]
        async with serving(where, executor) as served:
            assert (await served.send(chunks(*pieces)))[0] == 201
        (file,) = where.files()
        assert file.read_bytes() == JPEG

    with threads() as executor, room(tmp_path, executor=executor) as where:
        within(story(where, executor))
