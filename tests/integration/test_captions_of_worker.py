"""What the worker has spoken is captioned: from the opening on, said once more, and gone where it is cut."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.house import in_house

if TYPE_CHECKING:
    from pathlib import Path

    from tests.house import House


async def shows(house: House, text: str | None) -> None:
    captions = house.captions
    while (captions.shown and captions.shown.cue.text) != text:
        await captions.changed(since=captions.number)


def test_the_opening_is_captioned_before_it_is_known_what_follows_and_so_is_a_repetition(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        house.speaker.position = 0.1
        async with house.at_work():
            for is_repetition in (False, True):
                gates = [house.gates.hold(f"saying a {each}.") for each in ("one", "two")]
                if is_repetition:
                    house.worker.repeat()
                else:
                    await house.bring()
                for gate, text in zip(gates, ("a one.", "a two."), strict=True):
                    await gate.reached.wait()
                    await shows(house, text)
                    shown = house.captions.shown
                    assert shown is not None
                    assert (shown.photo, shown.speaker, shown.language) == (1, "narrator", "en")
                    gate.open()
                await shows(house, None)
                # Only then it can be repeated.
                await house.idle()

    in_house(tmp_path, story)


@pytest.mark.parametrize("why", ["stop", "pause"])
def test_a_caption_goes_with_the_speech_that_is_cut(tmp_path: Path, why: str) -> None:
    async def story(house: House) -> None:
        house.speaker.position = 0.1
        async with house.at_work():
            gate = house.gates.hold("saying a one.")
            await house.bring()
            await gate.reached.wait()
            await shows(house, "a one.")
            house.worker.cut(why)  # type: ignore[arg-type]  # one of them
            gate.open()
            await shows(house, None)

    in_house(tmp_path, story)
