"""Who pressed a button goes first; what comes in meanwhile waits for a moment, and no longer."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from device.pipeline.courtesy import COURTESY_SECONDS, Courtesy
from tests.clock import HandClock
from tests.uploading import chunks, photo, room

if TYPE_CHECKING:
    from pathlib import Path

    from device.core.types import Source


@pytest.mark.parametrize(("source", "waits"), [("upload", True), ("button", False)])
def test_an_upload_waits_while_somebody_who_pressed_the_button_does(
    tmp_path: Path, source: Source, *, waits: bool
) -> None:
    async def story() -> None:
        clock = HandClock()
        courtesy = Courtesy(clock)
        with room(tmp_path) as where:
            object.__setattr__(where.submit, "courtesy", courtesy)
            courtesy.ask()
            bringing = asyncio.ensure_future(where.submit.photo(chunks(photo(1)), name="a", source=source))
            if waits:
                await clock.until_somebody_sleeps(COURTESY_SECONDS)
                assert not where.jobs.listed()
                clock.advance(COURTESY_SECONDS)
            await bringing
            assert len(where.jobs.listed()) == 1

    asyncio.run(story())
