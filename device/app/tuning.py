"""What `voxframe doctor --tune` found out about this board, kept in the state folder."""

from __future__ import annotations

import json
import math
import os
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from device.core.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

FILE = "tuning.json"
"""Its name in the state folder."""

FORMAT = 1
"""Raised by whoever changes what is kept, or what is measured."""

PRECISIONS = ("int8", "float")

COMMAND = "voxframe doctor --tune"

CPU_INFO = Path("/proc/cpuinfo")
_CPU_LINES = ("model name", "Model", "CPU implementer", "CPU part", "CPU variant")


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """What decides how fast a network runs: the processor, how many cores may be used, and the runtime."""

    processor: str
    cores: int
    runtime: str

    @classmethod
    def here(cls) -> Board:
        """This one."""
        from device.vision.runtime import RUNTIME, VERSION

        return cls(processor=_processor(), cores=len(os.sched_getaffinity(0)), runtime=f"{RUNTIME} {VERSION}")

    def __str__(self) -> str:
        return f"{self.processor}, {self.cores} {'core' if self.cores == 1 else 'cores'}, {self.runtime}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuning:
    """The way to look that won on a board.

    Attributes:
        board: Where it was measured.
        precision: The face detector's file: "int8" or "float".
        threads: How many the networks run on.
        costs: Milliseconds that each plan took for the picture that took longest.
    """

    board: Board
    precision: str
    threads: int
    costs: Mapping[str, float]

    @classmethod
    def from_json(cls, text: str) -> Tuning:
        """What `as_json` made.

        Raises:
            ValueError: It is something else.
        """
        from device.vision.plans import PLANS

        try:
            values: dict[str, Any] = json.loads(text)
            if values["format"] != FORMAT:
                raise ValueError(f"format {values['format']}")
            tuning = cls(
                board=Board(**values["board"]),
                precision=values["precision"],
                threads=int(values["threads"]),
                costs={str(name): float(cost) for name, cost in values["costs"].items()},
            )
            is_sound = tuning.precision in PRECISIONS and 0 < tuning.threads <= tuning.board.cores
        except (KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
            raise ValueError(str(error)) from error
        costs = tuning.costs.values()
        if not is_sound or set(tuning.costs) != set(PLANS) or not all(0 < each < math.inf for each in costs):
            raise ValueError("values that nobody measured")
        return tuning

    def as_json(self) -> str:
        """For the file."""
        return json.dumps({"format": FORMAT, **asdict(self)}, indent=2) + "\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What lies in the state folder: a tuning for this board, or why there is none."""

    tuning: Tuning | None = None
    trouble: str = ""
    is_wrong: bool = False
    """Whether there is a file that is of no use."""


def find(state: Path, board: Board) -> Kept:
    """The tuning in this folder, if it was made on this board."""
    file = state / FILE
    try:
        tuning = Tuning.from_json(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Kept(trouble=f"not tuned; measure with: {COMMAND}")
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is damaged, or of another version"
        return Kept(trouble=f"{file} is not used ({why}); measure anew with: {COMMAND}", is_wrong=True)
    if tuning.board != board:
        trouble = f"{file} is not used, it is for {tuning.board}; measure anew with: {COMMAND}"
        return Kept(trouble=trouble, is_wrong=True)
    return Kept(tuning=tuning)


def keep(tuning: Tuning, state: Path) -> None:
    """Write it into this folder, whole or not at all, also where the power fails.

    Raises:
        UsageError: It cannot be written.
    """
    from device.store.files import SystemFiles

    file = state / FILE
    part = file.with_name(f".{FILE}.part")
    try:
        with part.open("w", encoding="utf-8") as opened:
            opened.write(tuning.as_json())
            opened.flush()
            os.fsync(opened.fileno())
        part.replace(file)
        SystemFiles().sync_folder(state)
    except OSError as error:
        # Where nothing can be written, nothing can be removed either: the first reason is the one to be told.
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise UsageError(f"{file} cannot be written ({error.strerror}); VOXFRAME_STATE names another folder") from error


def _processor() -> str:
    try:
        lines = CPU_INFO.read_text(encoding="utf-8").splitlines()
    except OSError:
        return os.uname().machine
    said = [line.partition(":") for line in lines]
    found = {name.strip(): value.strip() for name, _, value in said if name.strip() in _CPU_LINES}
    return " ".join(found[name] for name in _CPU_LINES if name in found) or os.uname().machine
