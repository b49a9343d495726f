"""`voxframe config check | show`: the configuration, its mistakes and its explanations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from device.app.config import as_toml, load
from device.app.settings import Settings

if TYPE_CHECKING:
    import argparse


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser], shared: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser = commands.add_parser("config", help="check or show the configuration", allow_abbrev=False)
    actions = parser.add_subparsers(required=True, metavar="ACTION", title="actions")
    check = actions.add_parser(
        "check", parents=[shared], help="list every mistake of the configuration", allow_abbrev=False
    )
    check.set_defaults(run=_check)
    show = actions.add_parser("show", parents=[shared], help="print the configuration", allow_abbrev=False)
    show.add_argument("--default", action="store_true", help="print the defaults, with what each key is for")
    show.set_defaults(run=_show)


def _check(options: argparse.Namespace) -> int:
    load(options.config)
    print("The configuration has no mistakes.")
    return 0


def _show(options: argparse.Namespace) -> int:
    settings = Settings() if options.default else load(options.config)
    print(as_toml(settings, explained=options.default), end="")
    return 0
