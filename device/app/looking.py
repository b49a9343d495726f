"""How this device looks at photos: what the configuration says, else what was tuned, else the usual."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from device.app.settings import VisionSettings
    from device.app.tuning import Tuning
    from device.models.registry import Registry
    from device.vision.plan import Plan

_log = logging.getLogger(__name__)

THREADS = 1
"""Where nobody says more: what speaks meanwhile needs cores too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Looking:
    """The way to look, and why.

    Attributes:
        precision: The face detector's file: "int8" or "float".
        threads: How many the networks run on.
        plan_name: Of the plan.
        why: For a person.
    """

    precision: str
    threads: int
    plan_name: str
    why: str

    @property
    def plan(self) -> Plan:
        """Which looks are taken."""
        from device.vision.plans import PLANS

        return PLANS[self.plan_name]


def choose(settings: VisionSettings, tuning: Tuning | None, *, quickest_ms: Callable[[str, int], float]) -> Looking:
    """The way to look.

    Args:
        settings: What a person set goes before what was tuned.
        tuning: Of this board; None where it was not tuned.
        quickest_ms: Measures the quickest plan with a precision and a number of threads; called where there
            is a budget and nothing measured to compare it with.
    """
    from device.vision.plans import estimated, plan_for

    precision = tuning.precision if tuning else usual_precision()
    threads = settings.threads or (tuning.threads if tuning else THREADS)
    budget = settings.budget_ms
    if not budget:
        return Looking(precision=precision, threads=threads, plan_name=plan_for(0, {}), why="there is no budget")
    is_measured = tuning is not None and tuning.threads == threads
    costs: Mapping[str, float] = tuning.costs if tuning and is_measured else estimated(quickest_ms(precision, threads))
    name = plan_for(budget, costs)
    how = "measured" if is_measured else "estimated"
    fits = "fits into" if costs[name] <= budget else "is the quickest, and beyond"
    why = f"{costs[name]:.0f} ms at most, {how}, {fits} the budget of {budget:g} ms"
    return Looking(precision=precision, threads=threads, plan_name=name, why=why)


def looking_at(state: Path, settings: VisionSettings, registry: Registry) -> Looking:
    """The way to look with what is kept in this state folder; a file there that is of no use is told to the log.

    Raises:
        MissingModelError: There is a budget to be kept, and the face detector is absent or damaged.
    """
    from device.app.tuning import Board, find

    kept = find(state, Board.here())
    if kept.is_wrong:
        _log.warning("%s", kept.trouble)
    return choose(
        settings,
        kept.tuning,
        quickest_ms=lambda precision, threads: time_quickest(registry.path(f"face-detector-{precision}"), threads),
    )


def usual_precision() -> str:
    """What is faster where nothing was measured: tflite-runtime takes fourteen times as long for int8."""
    from device.vision.runtime import RUNTIME

    return "int8" if RUNTIME == "litert" else "float"


def time_quickest(model: Path, threads: int) -> float:
    """Milliseconds of the quickest plan for a photo of the demo, the second time: the first allocates."""
    from device.app.shipped import PHOTOS
    from device.decode.decoder import Limits, PhotoDecoder
    from device.pipeline.describe import LOOKING_SIDE
    from device.vision.detector import RetinaFaceDetector
    from device.vision.plans import PLANS, QUICKEST

    decoder = PhotoDecoder(limits=Limits())
    pixels = decoder.pixels(decoder.inspect(min(PHOTOS.glob("*.jpg"))), long_side=LOOKING_SIDE)
    detector = RetinaFaceDetector(model=model, plan=PLANS[QUICKEST], threads=threads)
    for _ in range(2):
        began = time.perf_counter()
        detector.detect(pixels)
        took = time.perf_counter() - began
    return took * 1000
