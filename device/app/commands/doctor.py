"""`voxframe doctor`: how this device looks and speaks, how fast, in how much memory, and what would be faster."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias, get_args

from device.app.config import load
from device.app.shipped import PHOTOS
from device.app.tuning import FILE
from device.app.wiring import Wiring, make_folder, state_folder
from device.core.errors import MissingModelError, UsageError
from device.core.types import Utterance

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping

    from device.app.looking import Looking
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
    parser.add_argument("--memory", action="store_true", help="measure what each model takes of the memory")
    parser.add_argument("--tune", action="store_true", help="measure how to look fastest here, and do so from now on")
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    wiring = Wiring(load(options.config))
    if options.tune:
        _tune(wiring)
    if options.memory:
        _memory(wiring, options.config)
    if not (options.tune or options.memory):
        _print_looking(wiring)
        _voices(wiring)
    return 0


def _print_looking(wiring: Wiring) -> None:
    from device.app.tuning import Board, find

    board = Board.here()
    looking, kept = wiring.looking(), find(state_folder(), board)
    print(f"board   {board}")
    print(_look_line(looking))
    print(f"tuning  {kept.trouble or 'made on this board, and in use'}")


def _tune(wiring: Wiring) -> None:
    import cv2

    from device.app.tuner import Tuner, winner
    from device.app.tuning import PRECISIONS, Board, Tuning, keep
    from device.decode.decoder import Limits, PhotoDecoder
    from device.pipeline.describe import LOOKING_SIDE

    cv2.setNumThreads(1)
    board, registry, state = Board.here(), wiring.registry(), state_folder()
    make_folder(state)
    decoder = PhotoDecoder(limits=Limits())
    tuner = Tuner(
        models={each: registry.path(f"face-detector-{each}") for each in PRECISIONS},
        photos=[
            decoder.pixels(decoder.inspect(photo), long_side=LOOKING_SIDE) for photo in sorted(PHOTOS.glob("*.jpg"))
        ],
        monotonic=wiring.clock.monotonic,
    )
    print(f"board   {board}")
    ways = tuner.ways(board.cores)
    best = winner(ways)
    print("way     ms of one look at 640; in parts of the first")
    rows = {f"{way.precision}, {_threads(way.threads)}": ms for way, ms in ways.items()}
    _print_rows(rows, f"{best.precision}, {_threads(best.threads)}")
    costs = tuner.costs(best)
    keep(Tuning(board=board, precision=best.precision, threads=best.threads, costs=costs), state)
    print("plan    ms of the picture that takes longest, a crowd on its side; in parts of the first")
    looking = wiring.looking()
    _print_rows(costs, looking.plan_name)
    print(f"kept    {state / FILE}; a picture with few faces takes one look")
    print(_look_line(looking))


def _print_rows(rows: Mapping[str, float], chosen: str) -> None:
    first = next(iter(rows.values()))
    for name, ms in rows.items():
        print(f"      {'*' if name == chosen else ' '} {name:20}{ms:8.1f}{ms / first:7.2f}")


def _look_line(looking: Looking) -> str:
    return f"look    {looking.precision}, {_threads(looking.threads)}, plan {looking.plan_name!r}: {looking.why}"


def _threads(count: int) -> str:
    return "1 thread" if count == 1 else f"{count} threads"


def _memory(wiring: Wiring, config: Path | None) -> None:
    from device.app.memory_parts import FACES, LIMIT_MEGABYTES, VOICE, measure, parts

    looking = wiring.looking()
    in_child = partial(measure, threads=looking.threads, config=config)
    names = parts(wiring.registry(), looking)
    print("memory  MB that each model adds, loaded and used once, in a process of its own")
    print(f"        {'':32}{'resident':>9}{'private':>9}")
    print(f"        {'Python and its libraries':32}{in_child([]).after}")
    for name in names:
        try:
            print(f"        {f'+ {name}':32}{in_child([name]).added}")
        except MissingModelError as error:
            print(f"        {f'+ {name}':32} {error}")
    print(f"        together in one process; faces alone are to stay below {LIMIT_MEGABYTES} MB resident")
    faces = [each for each in names if each.startswith(FACES)]
    print(f"        {'looking at faces':32}{in_child(faces).after}")
    print(f"        {'all that looks':32}{in_child([each for each in names if each != VOICE]).after}")


class _Measured(NamedTuple):
    """Seconds of work for a second of sound, or why there is none."""

    work: float | None
    trouble: str = ""

    @property
    def keeps_up(self) -> bool:
        return self.work is not None and self.work <= KEEPS_UP


def _voices(wiring: Wiring) -> None:
    settings = wiring.settings
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
