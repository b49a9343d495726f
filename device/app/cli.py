"""The command line: `voxframe COMMAND`, and the one place where an error becomes a line and an exit status."""

from __future__ import annotations

import argparse
import os
import sys
from errno import ENOSPC
from pathlib import Path
from typing import TYPE_CHECKING

from device.app import logs
from device.app.commands import config, describe, doctor, explain, jobs, models, run, say
from device.app.text import complain
from device.core.errors import UsageError, VoxframeError

if TYPE_CHECKING:
    from collections.abc import Sequence

INTERRUPTED = 130
COMMANDS = (describe, explain, say, run, jobs, models, doctor, config)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit status: 0 done, 2 bad usage, 3 bad input, 4 a missing device or model."""
    parser = _parser()
    options = parser.parse_args(_with_paths(sys.argv[1:] if arguments is None else list(arguments)))
    logs.start(verbose=options.verbose)
    try:
        status: int = options.run(options)
        if sys.stdout is not None:  # it was closed before the process began
            sys.stdout.flush()
    except VoxframeError as error:
        complain(error)
        return error.exit_status
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        _silence()
        return 1
    except OSError as error:
        if error.errno != ENOSPC:
            raise
        _silence()
        complain(f"nothing more can be written ({error.strerror}); make room")
        return UsageError.exit_status
    return status


def _silence() -> None:
    """Whoever read the output has gone, or there is no room for it: Python must not complain again while it ends."""
    if sys.stdout is not None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class _Version(argparse.Action):
    """As argparse has it, but for what it takes to know the version: a tenth of the time to the first sound."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from importlib.metadata import version

        print(f"voxframe {version('voxframe')}")
        parser.exit()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="voxframe", description="Lets a picture speak, on this device alone.", allow_abbrev=False
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="show the version and end")
    commands = parser.add_subparsers(required=True, metavar="COMMAND", title="commands")
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--config", type=Path, metavar="FILE", help="the configuration to use")
    shared.add_argument("--verbose", action="store_true", help="say on standard error what is being done")
    for command in COMMANDS:
        command.add_to(commands, shared)
    return parser


def _with_paths(arguments: list[str]) -> list[str]:
    """A file name that begins with a dash, as `*` in a shell may yield it, stays a file name."""
    end = arguments.index("--") if "--" in arguments else len(arguments)
    return [f"./{each}" if _is_dashed_file(each) else each for each in arguments[:end]] + arguments[end:]


def _is_dashed_file(argument: str) -> bool:
    # No option has a dot in its name.
    return argument.startswith("-") and "." in argument and Path(argument).is_file()


if __name__ == "__main__":
    sys.exit(main())
