"""`voxframe models list | fetch | verify`: what the networks and voices are, and whether they are here."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from device.app.config import load
from device.app.wiring import Wiring
from device.core.errors import MissingModelError

if TYPE_CHECKING:
    import argparse

    from device.models.registry import Registry


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser], shared: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser = commands.add_parser("models", help="list, fetch or verify networks and voices", allow_abbrev=False)
    actions = parser.add_subparsers(required=True, metavar="ACTION", title="actions")
    listing = actions.add_parser("list", parents=[shared], help="what there is, and its state", allow_abbrev=False)
    listing.set_defaults(run=_list)
    fetching = actions.add_parser("fetch", parents=[shared], help="fetch what is missing", allow_abbrev=False)
    fetching.add_argument("voices", nargs="*", metavar="VOICE", help="voices of the official Piper list, by name")
    fetching.add_argument("--from", dest="source", type=Path, metavar="FOLDER", help="take it from here, offline")
    fetching.set_defaults(run=_fetch)
    verify = actions.add_parser("verify", parents=[shared], help="hash every file anew", allow_abbrev=False)
    verify.set_defaults(run=_verify)


def _list(options: argparse.Namespace) -> int:
    registry = Wiring(load(options.config)).registry()
    _print(registry, anew=False)
    print(f"\nFetched models lie in {registry.folder}")
    return 0


def _verify(options: argparse.Namespace) -> int:
    registry = Wiring(load(options.config)).registry()
    wrong = _print(registry, anew=True)
    if wrong:
        _check_shipped(registry)
        raise MissingModelError(f"{', '.join(wrong)}: not as they should be; mend it with: voxframe models fetch")
    return 0


def _fetch(options: argparse.Namespace) -> int:
    from device.models.fetch import fetch, missing
    from device.models.progress import ConsoleProgress
    from device.models.voices import fetch_voice, take_voice

    wiring = Wiring(load(options.config))
    registry, progress = wiring.registry(), ConsoleProgress()
    wanted = missing(registry)
    fetch(registry, wanted, source=options.source, progress=progress)
    _check_shipped(registry)
    if not wanted:
        print(f"All models are here: {registry.folder}")
    for voice in (*options.voices, wiring.settings.voice.name):
        if _is_there(registry, voice):
            continue
        if options.source:
            take_voice(voice, registry.folder, source=options.source)
        else:
            fetch_voice(voice, registry.folder, progress=progress)
    for voice in dict.fromkeys((*options.voices, wiring.settings.voice.name)):
        _prepare(registry.voice(voice).model)
    return 0


def _prepare(voice: Path) -> None:
    """Cut the voice for this processor, unless that was done before."""
    from device.voice import prepared

    if prepared.find(voice) is None:
        print(f"preparing {voice.stem} for this processor, once", file=sys.stderr)
        made = prepared.make(voice)
        streams = "it streams" if made.folder else "it makes whole sentences"
        print(f"{voice.stem}: {streams} ({made.found.report})", file=sys.stderr)


def _check_shipped(registry: Registry) -> None:
    """Name a damaged file that no fetch can mend."""
    for model in registry.manifest.models.values():
        if not model.package:
            registry.path(model.name)


def _is_there(registry: Registry, voice: str) -> bool:
    try:
        registry.voice(voice)
    except MissingModelError:
        if "/" in voice or voice.endswith(".onnx"):
            raise
        return False
    return True


def _print(registry: Registry, *, anew: bool) -> list[str]:
    """Print a line for each model, and return the names of those that are not right."""
    wrong: list[str] = []
    for model in registry.manifest.models.values():
        state = registry.state_of(model, anew=anew)
        if state != "present":
            wrong.append(model.name)
        size = f"{model.size_bytes / 1e6:.1f} MB"
        print(f"{state:8}  {model.name:22}  {size:>8}  {model.licence:10}  {model.purpose}")
    return wrong
