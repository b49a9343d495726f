"""What is heard at the moment, for pages: a stream of events (Server-Sent Events, WHATWG HTML, 9.2)."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from typing import TYPE_CHECKING

from aiohttp import web

from device.web.views import caption_view

if TYPE_CHECKING:
    from collections.abc import Mapping

    from device.core.types import Caption
    from device.pipeline.captions import LiveCaptions

MOST_READERS = 32
"""A quarter of the connections; each is held open."""

BEAT_SECONDS = 15.0
"""After so long without a caption a comment is sent: who has gone without a word is noticed, and no proxy gives up."""

_BEAT = b":\n\n"


class CaptionStream:
    """Sends each caption when it appears; a reader that is slow gets the newest, and not all in between."""

    def __init__(self, captions: LiveCaptions) -> None:
        self._captions = captions
        self._readers = 0
        self._closed = asyncio.Event()

    @property
    def is_full(self) -> bool:
        """Whether there is no room for one more reader."""
        return self._readers >= MOST_READERS

    async def send(self, request: web.Request, *, headers: Mapping[str, str]) -> web.StreamResponse:
        """The caption of now and all that follow, until the reader goes or the server stops."""
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"} | dict(headers))
        self._readers += 1
        try:
            # It may have gone at any moment.
            with suppress(ConnectionError):
                await response.prepare(request)
                await self._send_all(response)
        finally:
            self._readers -= 1
        return response

    async def close(self, _: web.Application) -> None:
        """End all streams."""
        self._closed.set()

    async def _send_all(self, response: web.StreamResponse) -> None:
        sent = None
        while not self._closed.is_set():
            number = self._captions.number
            await response.write(_BEAT if number == sent else _event(self._captions.shown))
            sent = number
            await self._something_new(number)

    async def _something_new(self, number: int) -> None:
        waits = [asyncio.ensure_future(each) for each in (self._captions.changed(since=number), self._closed.wait())]
        try:
            await asyncio.wait(waits, timeout=BEAT_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in waits:
                each.cancel()


def _event(caption: Caption | None) -> bytes:
    """The event `caption`; its data is JSON without a line break, null where nothing is heard."""
    data = json.dumps(caption and caption_view(caption), ensure_ascii=False, separators=(",", ":"))
    return f"event: caption\ndata: {data}\n\n".encode()
