"""`voxframe jobs list | show | retry | remove`: the photos that are known, beside a running daemon or without one."""

from __future__ import annotations

import argparse
import json
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from device.app.config import load
from device.app.text import complain, one_line
from device.app.wiring import DATABASE, Wiring, state_folder
from device.core.errors import UsageError
from device.pipeline.record import text_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from device.core.types import Job, Record
    from device.store.jobs import SqliteJobs
    from device.store.photos import PhotoFolder

NOT_POSSIBLE = 3
"""The exit status where the job is known and this cannot be done with it."""

LARGEST = 2**63 - 1
"""A database takes no number above it."""

MOST_COLUMNS = 40
"""A longer name is cut in the list; `show` has all of it."""

NOTHING_YET = "no photo was ever taken in"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Store:
    jobs: SqliteJobs
    photos: PhotoFolder

    def job(self, number: int) -> Job:
        job = self.jobs.get(number) if number <= LARGEST else None
        if job is None:
            raise _unknown(number)
        return job


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser], shared: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser = commands.add_parser("jobs", help="list, show, retry or remove photos", allow_abbrev=False)
    actions = parser.add_subparsers(required=True, metavar="ACTION", title="actions")
    one = argparse.ArgumentParser(add_help=False)
    one.add_argument("number", type=int, metavar="ID", help="the number of the photo, as the list shows it")
    as_json = argparse.ArgumentParser(add_help=False)
    as_json.add_argument("--json", action="store_true", help="print a JSON object for each")
    listing = actions.add_parser(
        "list", parents=[shared, as_json], help="the photos that are known, newest first", allow_abbrev=False
    )
    listing.set_defaults(run=_list)
    show = actions.add_parser(
        "show", parents=[shared, one, as_json], help="all that is known of a photo", allow_abbrev=False
    )
    show.set_defaults(run=_show)
    retry = actions.add_parser(
        "retry", parents=[shared, one], help="describe a photo that was set aside once more", allow_abbrev=False
    )
    retry.set_defaults(run=_retry)
    remove = actions.add_parser("remove", parents=[shared, one], help="forget a photo", allow_abbrev=False)
    remove.set_defaults(run=_remove)


def _list(options: argparse.Namespace) -> int:
    with _store(options.config) as store:
        jobs = store.jobs.listed() if store else ()
    if options.json:
        for job in jobs:
            print(json.dumps(_brief(job)))
    elif jobs:
        print("\n".join(_columns(jobs)))
    else:
        print("no photo is known any more" if store else NOTHING_YET)
    return 0


def _show(options: argparse.Namespace) -> int:
    with _existing_store(options) as store:
        job = store.job(options.number)
    if options.json:
        print(json.dumps(_whole(job)))
        return 0
    for key, value in _whole(job).items():
        if key != "described":
            print(f"{key:12}{_shown(value)}")
    print(f"{'narration':12}{_shown(text_of(job.record) if job.record else None)}")
    return 0


def _retry(options: argparse.Namespace) -> int:
    number = options.number
    with _existing_store(options) as store:
        job = store.job(number)
        if job.state == "failed" and not _is_there(job):
            return _refuse(f"the file of photo {number} is no longer here; bring the photo again")
        if store.jobs.retry(number) is None:
            return _refuse(f"photo {number} is {job.state}; only one that failed can be tried again")
    print(number)
    return 0


def _remove(options: argparse.Namespace) -> int:
    number = options.number
    with _existing_store(options) as store:
        store.job(number)
        job = store.jobs.remove(number)
        if job is None:
            return _refuse(f"photo {number} is being worked on; remove it once that is done")
        # The row first: without it the photo is swept at the next start of the daemon, should this end here.
        if job.has_path:
            store.photos.remove(job.path)
    print(number)
    return 0


def _unknown(number: int) -> UsageError:
    return UsageError(f"there is no photo {number}; see: voxframe jobs list")


def _refuse(why: str) -> int:
    complain(why)
    return NOT_POSSIBLE


@contextmanager
def _existing_store(options: argparse.Namespace) -> Iterator[_Store]:
    with _store(options.config) as store:
        if store is None:
            raise _unknown(options.number)
        yield store


@contextmanager
def _store(config: Path | None) -> Iterator[_Store | None]:
    """What the daemon stores, or None where it never ran; nothing is made."""
    from device.app.machine import SystemRandom
    from device.store.files import SystemFiles
    from device.store.jobs import Policy, SqliteJobs
    from device.store.outbox import SqliteOutbox
    from device.store.photos import PhotoFolder

    wiring, state = Wiring(load(config)), state_folder()
    if not (state / DATABASE).exists():
        yield None
        return
    with ExitStack() as stack:
        database = wiring.database(state, stack)
        # What is done here is told to nobody.
        outbox = SqliteOutbox(database, most_events=0)
        yield _Store(
            jobs=SqliteJobs(database, outbox=outbox, policy=Policy(), clock=wiring.clock),
            photos=PhotoFolder(state / "photos", files=SystemFiles(), random=SystemRandom()),
        )


def _brief(job: Job) -> Record:
    return {
        "id": job.id,
        "state": job.state,
        "attempts": job.attempts,
        "source": job.source,
        "name": job.name,
        "reason": job.told_reason,
    }


def _whole(job: Job) -> Record:
    return {
        **_brief(job),
        "sha256": job.sha256,
        # A photo that was described is deleted.
        "photo": str(job.path) if _is_there(job) else None,
        "begun": job.begun,
        "described": job.record,
    }


def _columns(jobs: tuple[Job, ...]) -> Iterator[str]:
    rows = [tuple(_shown(value) for value in _brief(job).values()) for job in jobs]
    widths = [min(MOST_COLUMNS, max(map(len, column))) for column in zip(*rows, strict=True)]
    for number, *others, reason in rows:
        cells = [_cut(text).ljust(width) for text, width in zip(others, widths[1:-1], strict=True)]
        yield "  ".join([number.rjust(widths[0]), *cells, reason])


def _cut(text: str) -> str:
    return text if len(text) <= MOST_COLUMNS else f"{text[: MOST_COLUMNS - 1]}…"


def _shown(value: Any) -> str:  # noqa: ANN401 - plain JSON values
    match value:
        case None | "":
            return "-"
        case bool():
            return "yes" if value else "no"
        case _:
            return one_line(str(value))


def _is_there(job: Job) -> bool:
    return job.has_path and job.path.exists()
