"""Many worlds, one for each seed: `python -m tests.simulation.run --seeds N [--from SEED] [--jobs N] [--story]`."""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
import time
import traceback
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.simulation.plot import Plot
from tests.simulation.world import World

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SESSIONS = 2
SESSION_SECONDS = 300.0

STORY_LINES = 60
"""What is told of a failure; all of it with --story."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a world.

    Attributes:
        seed: Which one it was.
        error: What was not as promised, with where it was found, or None.
        story: What had happened in it.
        seconds: How long the world lasted, in its own time.
        lives: How often its device was started.
        photos: How many were brought.
    """

    seed: int
    error: str | None
    story: tuple[str, ...]
    seconds: float
    lives: int
    photos: int


def run_world(seed: int) -> Outcome:
    """Let the world of a seed happen, and look at it."""
    world = World(seed)
    error = None
    try:
        world.run(Plot(world).write(sessions=SESSIONS, session_seconds=SESSION_SECONDS))
        world.heal()
    except Exception as trouble:  # noqa: BLE001 - whatever it is, it is told
        error = f"{trouble}\n{''.join(traceback.format_exception(trouble)[-6:])}"
    finally:
        world.close()
    return Outcome(seed, error, tuple(world.story), world.now, world.lives, len(world.photos))


def run_worlds(seeds: Iterable[int], *, jobs: int) -> Iterator[Outcome]:
    """The worlds of these seeds, side by side in so many processes; in any order."""
    # Fresh interpreters: what one world leaves behind in its process would be found by the next.
    with multiprocessing.get_context("spawn").Pool(jobs, initializer=_quiet) as pool:
        yield from pool.imap_unordered(run_world, seeds, chunksize=4)


def main() -> int:
    """Run them, and say what came of it."""
    options = _options()
    seeds = [options.seed] if options.seed is not None else range(options.first, options.first + options.seeds)
    began, failed, seconds, lives, brought = time.monotonic(), [], 0.0, 0, 0
    for count, outcome in enumerate(run_worlds(seeds, jobs=options.jobs), start=1):
        seconds, lives, brought = seconds + outcome.seconds, lives + outcome.lives, brought + outcome.photos
        if outcome.error:
            failed.append(outcome.seed)
            if options.first_failure:
                print(f"found: seed {outcome.seed}: {outcome.error.splitlines()[0]}")
                return 1
        if outcome.error or options.story:
            _tell(outcome, lines=None if options.story else STORY_LINES)
        if count % 500 == 0:
            print(f"... {count} seeds, {len(failed)} of them failed", file=sys.stderr)
    took = time.monotonic() - began
    print(
        f"{len(seeds)} seeds in {took:.0f} s, {60 * len(seeds) / took:.0f} a minute: {seconds / 86_400:.0f} simulated "
        f"days, {lives} lives, {brought} photos; {len(failed)} failed{': ' if failed else ''}"
        f"{', '.join(map(str, sorted(failed)))}"
    )
    if failed:
        print(f"once more, with all of its story: scripts/simulate --seed {min(failed)} --story")
    return 1 if failed else 0


def _tell(outcome: Outcome, *, lines: int | None) -> None:
    print(f"\nSeed {outcome.seed}:")
    print("\n".join(outcome.story[-lines:] if lines else outcome.story))
    if outcome.error:
        print(outcome.error)


def _quiet() -> None:
    # What is dropped with a dead life complains that nobody waited for it.
    warnings.simplefilter("ignore")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/simulate", description="Run the daemon in simulated worlds.")
    parser.add_argument("--seeds", type=int, default=200, metavar="N", help="how many")
    parser.add_argument("--from", dest="first", type=int, default=0, metavar="SEED", help="the first one")
    parser.add_argument("--seed", type=int, metavar="SEED", help="this one alone")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), metavar="N", help="so many side by side")
    parser.add_argument("--first-failure", action="store_true", help="end with the first world that fails")
    parser.add_argument("--story", action="store_true", help="tell everything that happened")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
