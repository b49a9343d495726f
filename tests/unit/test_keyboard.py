"""Keys are heard in a terminal of one's own, and the terminal is always left as it was."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import termios
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from device.app.keyboard import HELP, Keyboard, listening
from device.core.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator

WAIT_SECONDS = 30


class Terminal:
    """A pseudo-terminal: a test types at one end, the other is a device's."""

    def __init__(self) -> None:
        self.hand, self.device = os.openpty()

    def type(self, keys: str) -> None:
        os.write(self.hand, keys.encode())

    def state(self) -> list[object]:
        return termios.tcgetattr(self.device)

    def close(self) -> None:
        for end in (self.hand, self.device):
            os.close(end)


class Asked:
    """What was asked for."""

    def __init__(self) -> None:
        self.actions: list[str] = []
        self.paused = False
        self._news = asyncio.Event()

    async def obey(self, command: bytes) -> None:
        action = json.loads(command)["action"]
        self.actions.append(action)
        self.paused = action == "pause" or (self.paused and action != "resume")
        self._news.set()
        if action == "louder":
            raise StoreError("the disk fails")

    async def until(self, number: int) -> None:
        while len(self.actions) < number:
            self._news.clear()
            await asyncio.wait_for(self._news.wait(), WAIT_SECONDS)


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[Terminal]:
    """One that this process is in the foreground of, as far as it can tell, and that is its standard input."""
    made = Terminal()
    monkeypatch.setattr(os, "tcgetpgrp", lambda _: os.getpgrp())
    with os.fdopen(os.dup(made.device)) as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        yield made
    made.close()


@contextmanager
def unchanged(terminal: Terminal) -> Iterator[None]:
    before = terminal.state()
    yield
    assert terminal.state() == before


def test_each_key_asks_for_what_it_says_and_the_others_for_nothing(
    terminal: Terminal, capsys: pytest.CaptureFixture[str]
) -> None:
    async def story() -> None:
        asked = Asked()
        async with listening(obey=asked.obey, paused=lambda: asked.paused):
            await asyncio.sleep(0)
            terminal.type("sxRé +=-pp\n ")
            await asked.until(9)
        assert asked.actions == ["stop", "repeat", "stop", "louder", "louder", "softer", "pause", "resume", "stop"]

    with unchanged(terminal):
        asyncio.run(story())
    assert capsys.readouterr().err == HELP + "\n"


def test_keys_that_a_terminal_sends_as_several_letters_ask_for_nothing(terminal: Terminal) -> None:
    async def story() -> None:
        asked = Asked()
        async with listening(obey=asked.obey, paused=lambda: asked.paused):
            await asyncio.sleep(0)
            # F1, F3, F4, shift and F1, arrow up, alt and p, F5 and delete.
            for keys in ("\x1bOP", "\x1bOR", "\x1bOS", "\x1b[1;2P", "\x1b[A", "\x1bp", "\x1b[15~", "\x1b[3~"):
                terminal.type(keys)
            terminal.type("r")
            await asked.until(1)
        assert asked.actions == ["repeat"]

    asyncio.run(story())


def test_a_stop_does_not_wait_until_what_was_asked_before_is_stored(terminal: Terminal) -> None:
    async def story() -> None:
        asked, stored = Asked(), asyncio.Event()

        async def obey(command: bytes) -> None:
            await asked.obey(command)
            if asked.actions[-1] == "softer":
                await stored.wait()

        async with listening(obey=obey, paused=lambda: False):
            await asyncio.sleep(0)
            terminal.type("-s")
            await asked.until(2)
        assert asked.actions == ["softer", "stop"]

    asyncio.run(story())


def test_a_terminal_is_as_it_was_also_after_a_mistake(terminal: Terminal) -> None:
    async def story() -> None:
        asked = Asked()
        async with listening(obey=asked.obey, paused=lambda: False):
            terminal.type("s")
            await asked.until(1)
            assert not terminal.state()[3] & termios.ICANON  # type: ignore[operator]  # its local modes
            raise ZeroDivisionError

    with unchanged(terminal), pytest.raises(ZeroDivisionError):
        asyncio.run(story())


def test_a_terminal_that_is_closed_is_not_listened_to_any_more(terminal: Terminal) -> None:
    async def story() -> None:
        listens = Keyboard(terminal.device, obey=Asked().obey, paused=lambda: False)
        listens._listen()
        os.close(terminal.hand)
        terminal.hand = os.dup(terminal.device)
        listens._read()
        assert not asyncio.get_running_loop().remove_reader(terminal.device)

    asyncio.run(story())


def test_who_is_in_the_background_neither_reads_nor_changes_the_terminal(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "tcgetpgrp", lambda _: os.getpgrp() + 1)

    async def story() -> None:
        asked = Asked()
        running = asyncio.ensure_future(Keyboard(terminal.device, obey=asked.obey, paused=lambda: False).run())
        await asyncio.sleep(0)
        terminal.type("s\n")
        assert not asyncio.get_running_loop().remove_reader(terminal.device)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running

    with unchanged(terminal):
        asyncio.run(story())
    assert os.read(terminal.device, 10) == b"s\n"


def test_standard_input_that_is_no_terminal_is_not_read(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    reading, writing = os.pipe()
    os.write(writing, b"s")
    with os.fdopen(reading) as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)

        async def story() -> None:
            asked = Asked()
            async with listening(obey=asked.obey, paused=lambda: False):
                await asyncio.sleep(0)
            assert asked.actions == []

        asyncio.run(story())
        assert os.read(reading, 10) == b"s"
    os.close(writing)
    assert capsys.readouterr().err == ""


def test_without_a_standard_input_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)

    async def story() -> None:
        async with listening(obey=Asked().obey, paused=lambda: False):
            pass

    asyncio.run(story())
