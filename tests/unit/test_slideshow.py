"""Who presses the button is awaited from that moment until the photo is there, or there is none."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from device.core.errors import MissingDeviceError
from device.core.types import Captured
from device.pipeline.courtesy import Courtesy
from device.pipeline.slideshow import Slideshow
from device.pipeline.status import StatusBoard
from tests.clock import HandClock
from tests.uploading import photo, room

if TYPE_CHECKING:
    from pathlib import Path

PHOTO = Captured(name="seen", data=photo(1))


class Camera:
    """Gives what a test put into it, and then is gone."""

    def __init__(self, *seen: Captured | None) -> None:
        self._seen = list(seen)

    def capture(self) -> Captured | None:
        if not self._seen:
            raise MissingDeviceError("the camera is gone")
        return self._seen.pop(0)

    def close(self) -> None: ...


@pytest.mark.parametrize("seen", [(PHOTO,), (Captured(name="text", data=b"no photo"),), (None,), ()])
def test_no_other_photo_is_begun_between_a_press_and_its_photo(tmp_path: Path, seen: tuple[Captured | None]) -> None:
    async def story() -> None:
        clock = HandClock()
        courtesy = Courtesy(clock)
        awaited: list[str] = []
        with room(tmp_path) as where:
            slideshow = Slideshow(
                clock=clock,
                executor=where.submit.executor,
                camera=Camera(*seen),
                submit=where.submit,
                outbox=where.outbox,
                told=lambda: None,
                awaited=lambda: awaited.append("now"),
                board=StatusBoard(),
                idle=asyncio.Event(),
                courtesy=courtesy,
                interval_seconds=60,
            )
            slideshow.press()
            assert awaited == ["now"]
            waiting = asyncio.ensure_future(courtesy.until_it_came())
            await asyncio.wait((waiting,), timeout=0)
            assert not waiting.done()
            running = asyncio.ensure_future(slideshow.run())
            await waiting
            assert [job.source for job in where.jobs.listed()] == (["button"] if seen == (PHOTO,) else [])
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

    asyncio.run(story())
