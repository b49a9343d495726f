"""What comes before a description is of one piece with it, and only where it is to come."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from device.core.errors import MissingModelError
from device.pipeline.prelude import NOTICE_AGAIN_SECONDS, PAUSE_SECONDS, Prelude
from device.playback.stream import LEAD_IN_SECONDS, StreamPlayer
from tests import factories
from tests.clock import HandClock
from tests.house import Voice, in_house

if TYPE_CHECKING:
    import threading
    from collections.abc import Iterator
    from pathlib import Path

    from device.core.types import Pcm, SpeechChunk
    from tests.house import House

RATE = 1000
NOTICE = factories.utterance("A machine speaks.")
CHIME, SIGN = 1, 2


def chime(rate: int) -> Pcm:
    return np.full(rate // 5, CHIME, np.int16)


def sign(rate: int) -> Pcm:
    return np.full(rate // 10, SIGN, np.int16)


def prelude(**parts: object) -> Prelude:
    return Prelude(clock=HandClock(), synthesiser=Voice(), **parts)  # type: ignore[arg-type]  # as they are named there


def said() -> Iterator[SpeechChunk]:
    """Two sentences, their marks counted from the start of the speech."""
    first, second = Voice().synthesise([factories.utterance("One."), factories.utterance("Two.")])
    (mark,) = second.marks
    yield first
    yield replace(second, marks=(replace(mark, first=500, end=1000),))


def heard(made: Prelude, *, called_for: bool = False) -> list[str]:
    """What is heard, with the seconds at which each sentence is marked."""
    found: list[str] = []
    place = 0
    for chunk in made.before(said(), called_for=called_for):
        for mark in chunk.marks:
            assert (mark.first, mark.end) == (place, place + len(chunk.pcm))
            found.append(f"{mark.text} {mark.first / RATE:g}")
        if not chunk.marks and chunk.pcm.any():
            found.append("chime" if chunk.pcm[0] == CHIME else "sign")
        place += len(chunk.pcm)
    return found


def test_nothing_comes_before_where_nothing_is_asked_for() -> None:
    assert heard(prelude()) == ["One. 0", "Two. 0.5"]


def test_a_chime_comes_before_what_nobody_called_for() -> None:
    made = prelude(chime=chime)
    assert heard(made)[:2] == ["chime", "One. 0.2"]
    assert heard(made, called_for=True)[0] == "One. 0"
    assert heard(made)[0] == "chime"


def test_the_notice_comes_at_most_every_quarter_of_an_hour_also_before_what_was_called_for() -> None:
    made = prelude(notice=NOTICE)
    after = 0.5 + PAUSE_SECONDS
    assert heard(made, called_for=True)[:2] == ["A machine speaks. 0", f"One. {after:g}"]
    assert heard(made)[0] == "One. 0"
    made.clock.advance(NOTICE_AGAIN_SECONDS)  # type: ignore[attr-defined]  # by hand
    assert heard(made)[0] == "A machine speaks. 0"


def test_a_chime_comes_before_the_words_of_the_notice_and_gives_way_to_its_sound() -> None:
    assert heard(prelude(chime=chime, notice=NOTICE))[:3] == [
        "chime",
        "A machine speaks. 0.2",
        f"One. {0.7 + PAUSE_SECONDS:g}",
    ]
    made = prelude(chime=chime, notice=sign)
    assert heard(made)[:2] == ["sign", "One. 0.1"]
    assert heard(made)[0] == "chime"


def test_a_notice_that_was_cut_off_is_told_again() -> None:
    made = prelude(notice=NOTICE)
    speech = made.before(said(), called_for=False)
    next(speech)
    speech.close()
    assert heard(made)[0] == "A machine speaks. 0"


def test_what_does_not_come_is_not_announced() -> None:
    made = prelude(chime=chime, notice=sign)
    assert list(made.before(iter(()), called_for=False)) == []
    assert heard(made)[0] == "sign"

    def fails() -> Iterator[SpeechChunk]:
        raise MissingModelError("the voice is missing")
        yield

    with pytest.raises(MissingModelError):
        next(made.before(fails(), called_for=False))


class Sink:
    """Counts how often it is opened, and keeps what it is handed."""

    name, others, tail = "it", "there are no others", 0

    def __init__(self) -> None:
        self.opened = 0
        self.pcm: list[Pcm] = []

    def open(self, _sample_rate: int) -> Sink:
        self.opened += 1
        return self

    def write(self, samples: Pcm) -> int:
        self.pcm.append(samples.copy())
        return len(samples)

    def left_seconds(self) -> float:
        return 0.0

    def finish(self, stopped: threading.Event) -> None: ...

    def drop(self) -> None: ...

    def close(self) -> None: ...


def test_the_lead_in_comes_first_and_all_goes_through_one_open_stream_without_a_gap() -> None:
    sink = Sink()
    player = StreamPlayer(sink, volume=100, monotonic=lambda: 0.0)
    assert player.play(prelude(chime=chime).before(said(), called_for=False)).complete
    pcm = np.concatenate(sink.pcm)
    lead_in = round(LEAD_IN_SECONDS * RATE)
    assert sink.opened == 1
    assert not pcm[:lead_in].any()
    assert pcm[lead_in:].all(), "no silence between the chime and the voice"
    assert len(pcm) == lead_in + len(chime(RATE)) + 1000


@pytest.mark.parametrize(("source", "chimes"), [("inbox", 1), ("button", 0)])
def test_who_pressed_the_button_hears_no_chime_and_neither_does_who_asks_again(
    tmp_path: Path, source: str, chimes: int
) -> None:
    made: list[int] = []

    def counted(rate: int) -> Pcm:
        made.append(rate)
        return chime(rate)

    async def story(house: House) -> None:
        house.prelude.chime = counted
        async with house.at_work():
            await house.bring(source=source)  # type: ignore[arg-type]  # one of them
            await house.until(lambda: house.job().state == "finished")
            assert house.speaker.heard == ["no words"] * chimes + ["a one.", "a two."]
            house.worker.repeat()
            await house.until(lambda: house.speaker.heard.count("a two.") > 1)
        assert len(made) == chimes

    in_house(tmp_path, story)
