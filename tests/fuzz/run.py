"""Thousands of mutated photos through the decoder, and some on to the describer: none may end the process, hang it for
5 seconds, leave a file behind, or raise anything but a BadPhotoError.

usage: python -m tests.fuzz.run FILES [SEED [FIRST]]
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from tests.fuzz.cases import cases
from tests.fuzz.watched import REAL, WatchedChild

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tests.fuzz.cases import Case
    from tests.fuzz.watched import Answer

SEED = 14
FILES = 10_000
BATCH = 1000
"""Files of one child process."""

DESCRIBED_EVERY = 2
"""Of so many files one is described too, where it can be decoded."""


@dataclass(slots=True)
class Report:
    """What came of the files.

    Attributes:
        outcomes: How many, by format and outcome.
        failures: Each file that did what must never be, and what it did.
        slowest: The file that took longest, and its seconds.
        largest: The file that took the most memory, and its bytes.
        spoke: Files of which a library wrote something to standard error, by format.
        seconds: How long all took.
    """

    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)
    failures: list[tuple[Case, str]] = field(default_factory=list)
    slowest: tuple[float, str] = (0.0, "")
    largest: tuple[int, str] = (0, "")
    spoke: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0

    def note(self, case: Case, answer: Answer) -> None:
        """Count this answer."""
        form = case.original.partition("-")[0]
        self.outcomes[form, answer.outcome] += 1
        self.spoke[form] += answer.spoke
        self.slowest = max(self.slowest, (answer.seconds, str(case)))
        self.largest = max(self.largest, (answer.peak_bytes, str(case)))
        if answer.trouble:
            self.failures.append((case, f"{answer.outcome}: {answer.trouble}"))

    def lines(self) -> Iterator[str]:
        """For a person."""
        total: Counter[str] = Counter()
        for (_, outcome), number in self.outcomes.items():
            total[outcome] += number
        names = sorted(total)
        yield f"{sum(total.values())} files in {self.seconds:.0f} s"
        yield f"{'':8}" + "".join(f"{name:>22}" for name in names)
        for form in sorted({form for form, _ in self.outcomes}):
            yield f"{form:8}" + "".join(f"{self.outcomes[form, name]:22}" for name in names)
        yield f"{'all':8}" + "".join(f"{total[name]:22}" for name in names)
        yield f"slowest: {self.slowest[0]:.2f} s, {self.slowest[1]}"
        yield f"most memory: {self.largest[0] / 1e6:.0f} MB, {self.largest[1]}"
        spoke = ", ".join(f"{number} of {form}" for form, number in self.spoke.items() if number)
        yield f"a library wrote to standard error: {spoke or 'never'}"
        yield f"failures: {len(self.failures)}"
        yield from (f"{case}\n    {trouble}" for case, trouble in self.failures)


def run(files: Iterable[Case], folder: Path, *, module: str = REAL) -> Report:
    """Show all of them to child processes that work in `folder`; files that fail are kept there."""
    report, start = Report(), time.monotonic()
    remaining = iter(files)
    for batch in range(sys.maxsize):
        some = list(islice(remaining, BATCH))
        if not some:
            break
        child = WatchedChild(folder / f"batch-{batch}", module=module)
        try:
            for each in some:
                answer = child.ask(each.data, describe=each.number % DESCRIBED_EVERY == 0)
                report.note(each, answer)
                if answer.trouble:
                    (folder / f"seed-{each.seed}-file-{each.number}").write_bytes(each.data)
        finally:
            child.close()
    report.seconds = time.monotonic() - start
    return report


def main() -> int:
    """The status is 1 where something happened that must never."""
    given = [int(each) for each in sys.argv[1:4]]
    count, seed, first = (*given, *(FILES, SEED, 0)[len(given) :])
    print(f"seed {seed}, from file {first} on", flush=True)
    folder = Path(tempfile.mkdtemp(prefix="voxframe-fuzz-"))
    report = run(cases(seed, count, first=first), folder)
    print("\n".join(report.lines()))
    if report.failures:
        print(f"The files that failed are in {folder}; one again: scripts/soak fuzz 1 SEED NUMBER")
    else:
        shutil.rmtree(folder)
    return bool(report.failures)


if __name__ == "__main__":
    sys.exit(main())
