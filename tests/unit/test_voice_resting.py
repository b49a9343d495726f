"""A voice is let go while nobody speaks, and there again when somebody does."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import numpy as np
import pytest

from device.core.errors import MissingModelError
from device.voice.engine import Stretch
from device.voice.resting import RestingEngine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from device.voice.engine import Manner


class Beeping:
    name = "beeping"
    sample_rate = 22050
    gain = 1.0
    speakers = 3

    def say(self, text: str, *, manner: Manner, seed: int) -> Iterator[Stretch]:
        del text, manner, seed
        yield Stretch(samples=np.ones(100, np.float32))


class Loading:
    """Counts how often it was loaded."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> Beeping:
        self.times += 1
        return Beeping()


def test_a_voice_is_loaded_once_for_many_speeches() -> None:
    load = Loading()
    engine = RestingEngine(load, idle_seconds=0)
    for _ in range(3):
        with engine.awake():
            pass
    assert load.times == 1


def test_a_voice_that_was_let_go_is_loaded_when_it_is_needed() -> None:
    load = Loading()
    engine = RestingEngine(load, idle_seconds=0)
    engine.rest()
    assert load.times == 1
    with engine.awake() as awake:
        assert next(awake.say("", manner=None, seed=0)).samples.any()  # type: ignore[arg-type]
    assert load.times == 2


def test_it_is_let_go_by_itself_after_its_time() -> None:
    let_go = threading.Event()

    class Watched(RestingEngine):
        def rest(self) -> None:
            super().rest()
            let_go.set()

    load = Loading()
    engine = Watched(load, idle_seconds=0.01)
    with engine.awake():
        pass
    assert let_go.wait(60)
    with engine.awake():
        assert load.times == 2


def test_it_is_not_let_go_in_the_middle_of_a_speech() -> None:
    engine = RestingEngine(Loading(), idle_seconds=0)
    resting = threading.Thread(target=engine.rest)
    with engine.awake() as awake:
        resting.start()
        assert awake.speakers == 3
        assert resting.is_alive()
    resting.join(60)


def test_a_missing_voice_is_known_at_the_start() -> None:
    def missing() -> Beeping:
        raise MissingModelError("there is no voice")

    with pytest.raises(MissingModelError, match="there is no voice"):
        RestingEngine(missing, idle_seconds=0)


def test_what_it_is_called_is_known_while_it_rests() -> None:
    engine = RestingEngine(Loading(), idle_seconds=0)
    engine.rest()
    assert (engine.name, engine.sample_rate, engine.speakers) == ("beeping", 22050, 3)
