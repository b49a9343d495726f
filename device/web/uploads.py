"""Photos that are sent: a few at once, piece by piece to the disk, each answered.

Nothing here knows HTTP beyond its numbers, so that a simulated world runs the very same code.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from device.core.errors import BadPhotoError, VoxframeError
from device.web.answers import JOBS, Answer, StalledError, answer_to, busy

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, AsyncIterator

    from device.pipeline.submit import Submit

AT_ONCE = 4
"""So many are written side by side: more only make the card seek."""

MOST_WAITING = 64
"""Beyond these nobody waits for a place: each holds some 100 kB of what was sent already."""

PLACE_SECONDS = 30.0
"""How long one waits for a place: about as long as clients wait for an answer."""

STALL_SECONDS = 30.0
"""How long whoever has a place may keep us waiting for the next `LEAST_BYTES`."""

LEAST_BYTES = 65_536
"""A trickle of a byte now and then is a stall too: it would hold a place for days."""

LONGEST_NAME = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A photo that somebody sends.

    Attributes:
        name: What they call it.
        length: How many bytes it has at least, as announced; None where nothing was announced.
        chunks: Its bytes as they come. CutOffError tells that they end too early.
    """

    name: str
    length: int | None
    chunks: AsyncIterable[bytes]


@dataclass(slots=True, kw_only=True)
class Uploads:
    """Takes photos in from whoever sends them; for one loop.

    Attributes:
        submit: The door that they go through.
        limit_bytes: The largest photo.
        at_once: How many are received side by side.
        waiting: How many may wait for their turn.
        place_seconds: How long each waits for it.
        stall_seconds: How long a sender may keep us waiting for the next `LEAST_BYTES`.
    """

    submit: Submit
    limit_bytes: int
    at_once: int = AT_ONCE
    waiting: int = MOST_WAITING
    place_seconds: float = PLACE_SECONDS
    stall_seconds: float = STALL_SECONDS
    _places: asyncio.Semaphore = field(init=False)
    _now_waiting: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        self._places = asyncio.Semaphore(self.at_once)

    def refuses(self, length: int | None) -> Answer | None:
        """What is answered before a byte is read, or None where it may come.

        Args:
            length: How many bytes it has at least, as announced.
        """
        if length is not None and length > self.limit_bytes:
            error = BadPhotoError("too_large", f"it has {length} bytes, the limit is {self.limit_bytes}")
            self.submit.refused(error, "upload")
            return answer_to(error)
        if self._places.locked() and self._now_waiting >= self.waiting:
            return busy()
        return None

    async def receive(self, upload: Upload) -> Answer:
        """Take it in, and answer 201 once it is safe on the disk; where it is not taken, nothing of it stays."""
        refused = self.refuses(upload.length)
        if refused is not None:
            return refused
        self._now_waiting += 1
        try:
            async with asyncio.timeout(self.place_seconds):
                await self._places.acquire()
        except TimeoutError:
            return busy()
        finally:
            self._now_waiting -= 1
        try:
            return await self._take(upload)
        finally:
            self._places.release()

    async def _take(self, upload: Upload) -> Answer:
        name = shown_name(upload.name)
        try:
            job = await self.submit.photo(_Patiently(upload.chunks, self.stall_seconds), name=name, source="upload")
        except VoxframeError as error:
            return answer_to(error)
        return Answer(status=201, body={"id": job.id}, headers={"Location": f"{JOBS}/{job.id}"})


def shown_name(name: str) -> str:
    """A name that fits into a line: without folders, and without what cannot be printed."""
    last = name.replace("\\", "/").rpartition("/")[2]
    printable = "".join(sign for sign in last if sign.isprintable())
    return printable.strip()[:LONGEST_NAME] or "upload"


class _Patiently:
    """The chunks, as long as they come fast enough; only the waiting for them is counted, not the work on them."""

    def __init__(self, chunks: AsyncIterable[bytes], seconds: float) -> None:
        self._chunks = aiter(chunks)
        self._seconds = seconds
        self._waited = 0.0
        self._came = 0

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        time = asyncio.get_running_loop().time
        began = time()
        try:
            async with asyncio.timeout(self._seconds - self._waited):
                chunk = await anext(self._chunks)
        except TimeoutError:
            raise StalledError("it came too slowly; check the network, then send it again") from None
        self._waited += time() - began
        self._came += len(chunk)
        if self._came >= LEAST_BYTES:
            self._waited, self._came = 0.0, 0
        return chunk
