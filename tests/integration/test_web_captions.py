"""Captions over a real socket: whoever reads gets the one of now, and each that follows, until it is over."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import aiohttp

from device.core.types import Caption, Cue, CueWord, Status
from device.pipeline.captions import LiveCaptions
from device.web import captions as stream
from device.web.server import WebServer
from tests.clock import HandClock

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import pytest

CAPTIONS = "/api/v1/captions"
LONG = 30.0


def caption(text: str) -> Caption:
    first, *rest = text.split()
    words = (CueWord(text=first, start=4.0), *(CueWord(text=each, start=None) for each in rest))
    return Caption(photo=7, speaker="narrator", language="en", cue=Cue(lines=(words,), start=4.0, end=5.5))


class Served:
    """A server, the captions behind it, and a client in front of it."""

    def __init__(self, token: str | None = None) -> None:
        unused: Any = None
        self.captions = LiveCaptions(clock=HandClock(), executor=unused)
        self.server = WebServer(
            host="127.0.0.1",
            port=0,
            token=token,
            uploads=unused,
            jobs=unused,
            executor=unused,
            status=lambda: Status(activity="idle", reason=None, queue=0, last_narration=None),
            captions=self.captions,
            metrics=dict,
        )

    def show(self, text: str | None) -> None:
        self.captions._show(None if text is None else caption(text))

    @asynccontextmanager
    async def reader(self) -> AsyncIterator[Reader]:
        async with (
            aiohttp.ClientSession(f"http://127.0.0.1:{self.server.port}") as client,
            client.get(CAPTIONS) as response,
        ):
            yield Reader(response)


class Reader:
    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self.response = response

    async def event(self) -> Any:
        """The data of the next event; None for an empty comment."""
        lines = [line async for line in self._lines()]
        if lines == [":"]:
            return "a beat"
        assert lines[0] == "event: caption"
        return json.loads(lines[1].removeprefix("data: "))

    async def _lines(self) -> AsyncIterator[str]:
        while line := (await self.response.content.readline()).decode().rstrip("\n"):
            yield line


@asynccontextmanager
async def serving(token: str | None = None) -> AsyncIterator[Served]:
    served = Served(token)
    await served.server.start()
    try:
        async with asyncio.timeout(LONG):
            yield served
    finally:
        await served.server.stop()


def test_a_reader_gets_the_caption_of_now_and_each_that_follows_and_hears_that_it_is_over() -> None:
    async def story() -> None:
        async with serving() as served:
            served.show("Grüße now.")
            async with served.reader() as reader:
                headers = reader.response.headers
                assert (headers["Content-Type"], headers["Cache-Control"]) == ("text/event-stream", "no-store")
                assert await reader.event() == {
                    "photo": 7,
                    "speaker": "narrator",
                    "language": "en",
                    "text": "Grüße now.",
                    "seconds": 1.5,
                    "words": [{"text": "Grüße", "at": 0.0}, {"text": "now.", "at": None}],
                }
                served.show("Next.")
                assert (await reader.event())["text"] == "Next."
                served.show(None)
                assert await reader.event() is None

    asyncio.run(story())


def test_where_nothing_is_heard_that_is_said_at_once() -> None:
    async def story() -> None:
        async with serving() as served, served.reader() as one, served.reader() as another:
            assert await one.event() is None
            assert await another.event() is None
            served.show("Now.")
            assert (await one.event())["text"] == (await another.event())["text"] == "Now."

    asyncio.run(story())


def test_a_reader_that_is_slow_gets_the_newest() -> None:
    async def story() -> None:
        async with serving() as served, served.reader() as reader:
            assert await reader.event() is None
            for text in ("One.", "Two.", "Three."):
                served.show(text)
            assert (await reader.event())["text"] == "Three."

    asyncio.run(story())


def test_a_reader_that_went_without_a_word_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "BEAT_SECONDS", 0.01)
    monkeypatch.setattr(stream, "MOST_READERS", 1)

    async def story() -> None:
        async with serving() as served:
            async with served.reader() as reader:
                assert await reader.event() is None
                assert await reader.event() == "a beat"
                async with served.reader() as one_more:
                    assert one_more.response.status == 503
                    assert one_more.response.headers["Retry-After"] == "5"
                    assert (await one_more.response.json())["error"]["code"] == "busy"
            while True:
                async with served.reader() as reader:
                    if reader.response.status == 200:
                        assert await reader.event() is None
                        return

    asyncio.run(story())


def test_a_server_that_stops_ends_its_streams_in_order() -> None:
    async def story() -> None:
        async with serving() as served, served.reader() as reader:
            assert await reader.event() is None
            stopping = asyncio.create_task(served.server.stop())
            assert await reader.response.content.read() == b"", "a whole answer, and not one that was cut"
            await stopping

    asyncio.run(story())


def test_who_may_not_ask_gets_none_and_nobody_asks_for_a_head_alone() -> None:
    async def story() -> None:
        async with serving("secret") as served, served.reader() as reader:
            assert reader.response.status == 401
        async with (
            serving() as served,
            aiohttp.ClientSession(f"http://127.0.0.1:{served.server.port}") as client,
            client.head(CAPTIONS) as response,
        ):
            assert response.status == 405

    asyncio.run(story())
