"""The life of a simulated process, and its sudden end."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Callable


class PowerCut(SystemExit):
    """The process is gone. asyncio lets a SystemExit out of a task at once, whoever waits for the task."""


class Life:
    """One process, from its start to its end; every simulated port asks `check` at each operation."""

    __slots__ = ("alive",)

    def __init__(self) -> None:
        self.alive = True

    def check(self) -> None:
        """Nothing happens after the end.

        Raises:
            PowerCut: It has ended.
        """
        if not self.alive:
            raise PowerCut

    def end(self) -> None:
        """It is over: each operation from now on raises PowerCut, and the loop stops before its next step."""
        self.alive = False

    def cut(self) -> NoReturn:
        """End it here and now.

        Raises:
            PowerCut: Always.
        """
        self.end()
        raise PowerCut


def overlook_the_dead() -> None:
    """Let what is collected after its life has ended fail without a word; everything else is told as before."""
    told = sys.unraisablehook
    if getattr(told, "overlooks_the_dead", False):
        return

    def hook(trouble: sys.UnraisableHookArgs, told: Callable[[sys.UnraisableHookArgs], object] = told) -> None:
        if not issubclass(trouble.exc_type, PowerCut):
            told(trouble)

    hook.overlooks_the_dead = True  # type: ignore[attr-defined]
    sys.unraisablehook = hook
