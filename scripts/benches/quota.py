"""The start of a sentence on slow processors: voxframe at shares of a core, against Piper and the best possible.

usage: python -m scripts.benches.quota [ROUNDS]     (as root, with the cpu controller of cgroup v1)

A child speaks sentences of 10 and of 30 words under each quota, ROUNDS of each length, into a sink that plays in real
time. The best possible is computed afterwards, for each sentence: what calls of the engine cost against one another is
measured on the same sentence right after it, and how long all of them took is that of the very run. So a machine that
was busier meanwhile is not held against the schedule; what voxframe adds to its engine is not either, and is printed.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scripts.benches.best_schedule import Call, Costs, earliest_start
from scripts.benches.cpu_quota import CpuQuota, NoQuotaError
from scripts.benches.paced import Taken, gaps, start_without_gap

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ROOT = Path(__file__).resolve().parents[2]
ROUNDS = 3
DIVISORS = (4, 8, 16, 20)
"""The quotas are one core by these."""

RATIO, RATIO_AT = 0.25, 16
SHARE, SECONDS = 1.2, 0.040
"""What is allowed above the best: a fifth or 40 ms, whichever is more."""

LEGEND = f"""
pace     what the making took, in parts of what the engine alone took for the same calls a moment later
load     what a frame cost in parts of what it sounds: from 1 on nobody can make it while it is heard
first    the first chunk; gaps: the silences after it in all sentences, and their sum
start    first and gaps: from there the same chunks would have been heard without a gap
whole    the sentence at once, by Piper on one thread; ratio: start by whole, at 1/{RATIO_AT} to stay within {RATIO}
best     the earliest start without a gap that any schedule could have had
allowed  {SHARE - 1:.0%} or {SECONDS * 1000:.0f} ms more than the best, if that is more; within: how many kept to it"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """One sentence.

    Attributes:
        pace: What the making took, in parts of what the same calls of the engine alone took a moment later.
        load: Seconds that a frame costs, in parts of what it sounds: from 1 on it cannot be made while it is heard.
        first: Seconds to the first chunk.
        gaps: Silences after it, in seconds.
        start: Seconds to where these chunks would have been heard without a silence.
        whole: Seconds to the whole sentence, by Piper.
        best: Seconds to the earliest start without a silence.
    """

    pace: float
    load: float
    first: float
    gaps: tuple[float, ...]
    start: float
    whole: float
    best: float

    @property
    def allowed(self) -> float:
        """What the start may be."""
        return max(self.best * SHARE, self.best + SECONDS)


def main(rounds: int) -> None:
    """Measure quota by quota, and print medians."""
    print(f"{rounds} sentences of each length at each quota, period 20 ms; medians in ms from the request")
    print(
        f"{'core':6}{'words':>6}{'pace':>6}{'load':>6}{'first':>8}{'gaps':>6}{'ms':>6}{'start':>8}"
        f"{'whole':>8}{'ratio':>7}{'best':>8}{'allowed':>9}{'within':>8}"
    )
    try:
        for divisor in DIVISORS:
            for words, spoken in _at(divisor, rounds).items():
                print(_row(divisor, words, spoken), flush=True)
    except NoQuotaError as error:
        print(f"absent: CPU quotas ({error})")
        return
    print(LEGEND)


def _at(divisor: int, rounds: int) -> dict[int, list[Spoken]]:
    spoken: dict[int, list[Spoken]] = defaultdict(list)
    with CpuQuota(1 / divisor) as quota, tempfile.TemporaryDirectory() as state:
        # Words that somebody taught the voice here are not to be in it.
        environment = os.environ | {"VOXFRAME_STATE": state}
        command = [sys.executable, "-m", "scripts.benches.quota_child", str(quota.folder), str(rounds)]
        with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as child:
            for words, one in _read(child.stdout or ()):
                spoken[words].append(one)
        if child.returncode:
            sys.exit(f"the child that speaks at 1/{divisor} of a core ended with status {child.returncode}")
    return spoken


def _read(lines: Iterable[str]) -> Iterator[tuple[int, Spoken]]:
    told = map(json.loads, lines)
    engine: dict[str, Any] = next(told, {})
    for values in told:
        yield values["words"], _spoken(values, **engine)


def _spoken(values: dict[str, Any], *, look_ahead: int, frame_seconds: float) -> Spoken:
    taken = [Taken(**each) for each in values["taken"]]
    alone = Costs.of([Call(**each) for each in values["calls"]])
    frames = round(sum(each.seconds for each in taken) / frame_seconds)
    # The fade at the end comes as a chunk of its own, shorter than a frame.
    calls = sum(each.seconds >= frame_seconds for each in taken)
    pace = sum(each.making_seconds for each in taken) / alone.whole(calls=calls, frames=frames)
    costs = alone.times(pace)
    return Spoken(
        pace=pace,
        load=costs.frame / frame_seconds,
        first=taken[0].at,
        gaps=tuple(gaps(taken)),
        start=start_without_gap(taken),
        whole=values["whole"],
        best=earliest_start(costs, frames=frames, look_ahead=look_ahead, frame_seconds=frame_seconds),
    )


def _row(divisor: int, words: int, spoken: list[Spoken]) -> str:
    def middle(name: str) -> float:
        return float(statistics.median(getattr(each, name) for each in spoken))

    def millis(name: str) -> float:
        return middle(name) * 1000

    silences = [gap for each in spoken for gap in each.gaps]
    ratio = statistics.median(each.start / each.whole for each in spoken)
    within = sum(each.start <= each.allowed for each in spoken)
    return (
        f"1/{divisor:<4}{words:6}{middle('pace'):6.2f}{middle('load'):6.2f}{millis('first'):8.0f}{len(silences):6}"
        f"{sum(silences) * 1000:6.0f}{millis('start'):8.0f}{millis('whole'):8.0f}{ratio:7.2f}"
        f"{millis('best'):8.0f}{millis('allowed'):9.0f}{f'{within}/{len(spoken)}':>8}"
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS)
