"""`voxframe doctor`: whether the voice is ready on this device, how fast it is, and which one would be faster."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias, get_args

from device.app.config import load
from device.app.wiring import Wiring
from device.core.errors import MissingModelError, UsageError
from device.core.types import Utterance

if TYPE_CHECKING:
    import argparse

    from device.app.voices import Voices

_Name: TypeAlias = Literal["piper", "hibari", "pico", "espeak"]

ENGINES: tuple[_Name, ...] = get_args(_Name)
"""From the one that sounds best; docs/adr/0013."""

SENTENCE = "I see three people in this photo, and one of them is smiling."

KEEPS_UP = 0.8
"""Seconds of work for a second of sound: beyond it other work would make the speech stop."""


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser], shared: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser = commands.add_parser("doctor", parents=[shared], help="see how this device does", allow_abbrev=False)
    parser.set_defaults(run=_run)


class _Measured(NamedTuple):
    """Seconds of work for a second of sound, or why there is none."""

    work: float | None
    trouble: str = ""

    @property
    def keeps_up(self) -> bool:
        return self.work is not None and self.work <= KEEPS_UP


def _run(options: argparse.Namespace) -> int:
    settings = load(options.config)
    wiring = Wiring(settings)
    voices = wiring.voices()
    chosen: _Name = "piper" if settings.voice.engine == "auto" else settings.voice.engine
    if chosen == "piper":
        print(f"voice   {voices.how_it_speaks()}")
    print(f"speed   seconds of work for a second of sound; up to {KEEPS_UP} a voice keeps up with itself")
    measured = {name: _measure(voices, name, settings.device.language) for name in ENGINES}
    for name, each in measured.items():
        mark = "*" if name == chosen else " "
        print(f"      {mark} {name:8}{each.trouble if each.work is None else f'{each.work:.3f}'}")
    print(f"advice  {_advice(chosen, measured)}")
    if measured[chosen].work is None:
        raise MissingModelError(measured[chosen].trouble)
    return 0


def _measure(voices: Voices, name: _Name, language: str) -> _Measured:
    """Say a sentence twice as it would be said, but for taught words and the phrases from before; time the second."""
    settings = replace(voices.settings, engine=name, cache_megabytes=0, idle_seconds=0)
    sentence = Utterance(speaker="narrator", text=SENTENCE, language=language, because=())
    # A state of its own: without room for phrases, those of the device would be deleted.
    with TemporaryDirectory() as state:
        return _timed(replace(voices, settings=settings, state=Path(state)), sentence)


def _timed(voices: Voices, sentence: Utterance) -> _Measured:
    try:
        voice = voices.synthesiser(sentence.language)
        for _ in range(2):
            began = voices.monotonic()
            seconds = sum(chunk.seconds for chunk in voice.synthesise([sentence]))
            took = voices.monotonic() - began
    except (MissingModelError, UsageError) as error:
        return _Measured(None, str(error))
    return _Measured(took / seconds)


def _advice(chosen: _Name, measured: dict[_Name, _Measured]) -> str:
    if measured[chosen].work is None or measured[chosen].keeps_up:
        return (
            f"{chosen} keeps up on this device" if measured[chosen].keeps_up else f"{chosen} does not speak; see above"
        )
    waits = f"{chosen} is slower than its own speech here, and waits once before each one"
    faster = next((name for name in ENGINES if measured[name].keeps_up), None)
    return (
        f'{waits}; {faster} would keep up: [voice] engine = "{faster}"'
        if faster
        else f"{waits}; nothing here is faster"
    )
