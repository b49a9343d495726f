"""Cases of every change, by chance and the same for the same seed, and what was not seen as it has to be."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice
from random import Random
from typing import TYPE_CHECKING

from tests.metamorphic.changes import CHANGES
from tests.metamorphic.pictures import Album

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from tests.metamorphic.case import Case
    from tests.metamorphic.changes import Change
    from tests.metamorphic.looking import Eyes

SEED = 14
MOST_SHARE = 0.01
"""Of all cases so many may be violations."""

DRAWS_A_CASE = 40
"""At most so many photos are drawn for a case: most have a place for one."""


@dataclass(slots=True)
class Outcome:
    """What came of one kind of change: how many cases, each that was violated, with how, and how many were not fair."""

    cases: int = 0
    set_aside: int = 0
    violated: list[tuple[str, list[str]]] = field(default_factory=list)


@dataclass(slots=True)
class Report:
    """What came of all of them, by the change."""

    seed: int
    photos: int
    outcomes: dict[str, Outcome]

    @property
    def cases(self) -> int:
        return sum(each.cases for each in self.outcomes.values())

    @property
    def violations(self) -> int:
        return sum(len(each.violated) for each in self.outcomes.values())

    def lines(self) -> Iterator[str]:
        """For a person."""
        yield f"seed {self.seed}, {self.photos} photos"
        yield f"{'':16}{'cases':>8}{'violated':>10}"
        for name, outcome in self.outcomes.items():
            yield f"{name:16}{outcome.cases:8}{len(outcome.violated):10}"
        yield f"{'all':16}{self.cases:8}{self.violations:10}   {self.violations / max(1, self.cases):.1%}"
        for name, outcome in self.outcomes.items():
            if outcome.set_aside:
                yield f"{name}: {outcome.set_aside} more were not tried, for the face was not seen on grey paper either"
            for case, wrong in outcome.violated:
                yield f"{name}: {case}\n    " + "\n    ".join(wrong)


def run(photos: Sequence[Path], eyes: Eyes, *, each: int, seed: int = SEED) -> Report:
    """So many cases of each change; none is left out for what is seen on it."""
    report = Report(seed=seed, photos=len(photos), outcomes={})
    for name, change in CHANGES.items():
        random = Random(f"{seed} {name}")  # noqa: S311 - the same again
        album = Album(photos, eyes, random)
        outcome = report.outcomes[name] = Outcome()
        for case in islice(_cases(change, album, random, most_draws=each * DRAWS_A_CASE), each):
            outcome.cases += 1
            if wrong := case.violations(eyes.look(case.rgb)):
                outcome.violated.append((str(case), wrong))
        outcome.set_aside = album.set_aside
    return report


def _cases(change: Change, album: Album, random: Random, *, most_draws: int) -> Iterator[Case]:
    for _ in range(most_draws):
        if case := change(album.draw(), random, album):
            yield case
