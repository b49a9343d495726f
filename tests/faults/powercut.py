"""Each state in which a power cut could have left a recorded daemon, opened by the real store.

usage: python -m tests.faults.powercut [PHOTOS-PER-DOOR [SEED]]
"""

from __future__ import annotations

import hashlib
import sys
import tempfile
import time
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from device.app.machine import SystemClock, SystemRandom
from device.core.errors import VoxframeError
from device.store.database import Database, connect
from device.store.files import SystemFiles
from device.store.jobs import Policy, SqliteJobs
from device.store.outbox import SqliteOutbox
from device.store.photos import PhotoFolder
from tests.faults.photos import chance
from tests.faults.platter import Everything, Nothing, Platter, Some
from tests.faults.recording import record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.faults.platter import Choose
    from tests.faults.recording import Recording

MOST_ATTEMPTS = 2
MEMORY = Path("/dev/shm")  # noqa: S108 - the states are many, and none is to be kept


@dataclass(slots=True)
class Verdict:
    """What came of it.

    Attributes:
        boundaries: Moments at which the power was cut.
        states: What that left, each opened.
        acts: What the recording has, by kind.
        trouble: What was wrong, how often.
        first: Of each trouble the first case.
        seconds: How long the replay took.
    """

    boundaries: int = 0
    states: int = 0
    acts: Counter[str] = field(default_factory=Counter)
    trouble: Counter[str] = field(default_factory=Counter)
    first: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0

    def lines(self) -> Iterator[str]:
        """For a person."""
        yield f"recorded: {', '.join(f'{count} {kind}' for kind, count in self.acts.most_common())}"
        yield f"boundaries: {self.boundaries}; states opened: {self.states}; seconds: {self.seconds:.0f}"
        yield f"wrong: {self.trouble.total()}"
        yield from (f"{count} times: {what} ({self.first[what]})" for what, count in self.trouble.most_common())


def replay(recording: Recording, *, seed: int, every: int = 1, some: int = 3) -> Verdict:
    """Cut the power after each step, and look at what may be left.

    Args:
        recording: What the daemon did.
        seed: Of the random parts of what is left.
        every: Only each so manieth boundary; those before an acknowledgement all.
        some: So many random states at each, beside nothing and all of what was not safe.
    """
    began = time.monotonic()
    verdict = Verdict()
    platter = Platter(recording.root, ignore=lambda path: path.name.endswith("-shm"))
    random = chance(seed, "power cuts")
    safe: set[str] = set()
    begun: set[int] = set()
    for number, step in enumerate(recording.steps):
        changed = platter.do(step.act)
        promised = step.acknowledged is not None or step.heard is not None
        if step.acknowledged:
            safe.add(step.acknowledged)
        if step.heard:
            begun.add(step.heard)
        if not (changed or promised):
            continue
        kind = "acknowledgement" if step.acknowledged else "speech" if step.heard else step.act.kind
        verdict.acts[kind] += 1
        if not promised and number % every:
            continue
        verdict.boundaries += 1
        choices: list[tuple[str, Choose]] = [("nothing", Nothing()), ("everything", Everything())]
        choices += [("some", Some(random)) for _ in range(some)]
        for name, choose in choices:
            verdict.states += 1
            for what in _left(platter, choose, safe, begun):
                verdict.trouble[what] += 1
                verdict.first.setdefault(what, f"{name} of the unsafe, after step {number}: {step.act}"[:200])
    verdict.seconds = time.monotonic() - began
    return verdict


def _left(platter: Platter, choose: Choose, safe: set[str], begun: set[int]) -> Iterator[str]:
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        platter.leave(Path(folder), choose)
        try:
            yield from look(Path(folder) / "state", safe, begun)
        except VoxframeError as error:
            yield f"it does not open: {error}".replace(folder, "")


def look(state: Path, safe: set[str], begun: set[int]) -> Iterator[str]:
    """Open a state folder as the daemon does at its start, and say what is wrong with it.

    Args:
        state: The folder.
        safe: The photos of which somebody was told that they are safe.
        begun: The jobs of which somebody heard something.
    """
    state.mkdir(exist_ok=True)
    with closing(Database(connect(state / "voxframe.db"), name="voxframe.db")) as database:
        ((sound,),) = database.rows("PRAGMA integrity_check")
        if sound != "ok":
            yield f"integrity_check says {sound}"
        outbox = SqliteOutbox(database, most_events=1000)
        jobs = SqliteJobs(database, outbox=outbox, policy=Policy(), clock=SystemClock())
        photos = PhotoFolder(state / "photos", files=SystemFiles(), random=SystemRandom())
        with database.transaction() as connection:
            connection.execute("UPDATE job SET path = ? || substr(path, instr(path, '/photos/'))", (str(state),))
        jobs.recover(attempts=MOST_ATTEMPTS)
        photos.sweep(jobs.needed())
        here = {job.sha256: job for job in jobs.listed()}
        if len(here) != len(jobs.listed()):
            yield "a photo has two jobs"
        for _ in safe - set(here):
            yield "an acknowledged photo has no job"
        for job in here.values():
            if job.state == "finished":
                continue
            if not job.path.exists():
                yield "a job has no photo" if job.sha256 not in safe else "an acknowledged photo has no file"
            elif hashlib.sha256(job.path.read_bytes()).hexdigest() != job.sha256:
                yield "a photo is damaged" if job.sha256 not in safe else "an acknowledged photo is damaged"
            if job.id in begun and not job.begun:
                yield "what was heard is going to be heard again"
        needless = {path.name for path in (state / "photos").iterdir()} - {path.name for path in jobs.needed()}
        if needless:
            yield "a file stays that no job needs"


def main(each: int, seed: int) -> int:
    """Print the figures; the status is 1 where something is wrong."""
    with tempfile.TemporaryDirectory() as folder:
        recording = record(Path(folder), each=each, seed=seed)
        print(f"seed {seed}; photos: {recording.photos}; acknowledged: {recording.acknowledged}")
        verdict = replay(recording, seed=seed, some=5)
        print(*verdict.lines(), sep="\n")
    return int(bool(verdict.trouble))


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if sys.argv[1:] else 20, int(sys.argv[2]) if sys.argv[2:] else int(time.time())))
