"""The photo in a request: as it is, or in a form."""

from __future__ import annotations

import asyncio
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.multipart import BadContentDispositionHeader, BadContentDispositionParam, BodyPartReader

from device.core.errors import BadPhotoError
from device.web.answers import CutOffError, StalledError
from device.web.uploads import Upload

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

# Python remembers each text that it has warned of, and here the texts are the client's: they would fill the memory.
for _category in (BadContentDispositionHeader, BadContentDispositionParam):
    warnings.filterwarnings("ignore", category=_category)

FIELD = "photo"
CHUNK_BYTES = 65_536

MOST_AROUND_BYTES = 65_536
"""What a form may have around its photo: boundaries, headers and small fields."""

FORM_SECONDS = 30.0
"""How long the photo of a form may be in coming; this long before anybody takes its bytes."""


def announced_length(request: web.Request) -> int | None:
    """How many bytes the photo has at least; None where that was not said."""
    length = request.content_length
    if length is None or not _is_form(request):
        return length
    return max(0, length - MOST_AROUND_BYTES)


async def upload_in(request: web.Request) -> Upload:
    """The photo, its bytes not read yet.

    Raises:
        BadPhotoError: The form has none.
        CutOffError: It is no form.
        StalledError: It does not come.
    """
    length = announced_length(request)
    if not _is_form(request):
        return Upload(name=request.query.get("name", ""), length=length, chunks=_bytes_of(request))
    try:
        async with asyncio.timeout(FORM_SECONDS):
            part = await _photo_part(request)
    except TimeoutError:
        raise StalledError("the form came too slowly; check the network, then send it again") from None
    return Upload(name=part.filename or request.query.get("name", ""), length=length, chunks=_bytes_of_part(part))


def _is_form(request: web.Request) -> bool:
    return request.content_type == "multipart/form-data"


async def _photo_part(request: web.Request) -> BodyPartReader:
    around = 0
    with _told():
        form = await request.multipart()
        while (part := await form.next()) is not None:
            if not isinstance(part, BodyPartReader):
                break
            if part.filename is not None or part.name == FIELD:
                return part
            while chunk := await part.read_chunk(CHUNK_BYTES):
                around += len(chunk)
                if around > MOST_AROUND_BYTES:
                    raise BadPhotoError("too_large", "the form has large fields before its photo")
    raise BadPhotoError("missing", f"the form has no part with a file name, and none named {FIELD}")


async def _bytes_of(request: web.Request) -> AsyncIterator[bytes]:
    with _told():
        async for chunk in request.content.iter_any():
            yield chunk


async def _bytes_of_part(part: BodyPartReader) -> AsyncIterator[bytes]:
    with _told():
        while chunk := await part.read_chunk(CHUNK_BYTES):
            yield chunk
        # aiohttp's reader ends in silence too where the request ends without the boundary after the part.
        if not part.at_eof():
            raise ValueError("no boundary at the end")


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except (web.RequestPayloadError, HttpProcessingError, ConnectionError, ValueError, RuntimeError) as error:
        # Of all of these aiohttp's reader raises one or another for what is cut short or built wrongly.
        raise CutOffError("it ends too early or is built wrongly; send it again") from error
