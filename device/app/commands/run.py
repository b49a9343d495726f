"""`voxframe run`: the daemon."""

from __future__ import annotations

from typing import TYPE_CHECKING

from device.app.config import load

if TYPE_CHECKING:
    import argparse


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser], shared: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser = commands.add_parser(
        "run", parents=[shared], help="describe and speak photos until it is stopped", allow_abbrev=False
    )
    parser.add_argument(
        "--emulate",
        action="store_true",
        help="replay a folder as the camera, speak into WAV files, and bring a broker along where none is set",
    )
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    from device.app import logs
    from device.app.daemon import run
    from device.app.wiring import Wiring

    logs.start_daemon()
    return run(Wiring(load(options.config)), emulate=options.emulate)
