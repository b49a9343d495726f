"""A daemon that is killed again and again while photos come in through all its doors.

usage: python -m tests.faults.storm KILLS [SEED]
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections import defaultdict
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from tests.faults.doors import Door, Folder, Http, Mqtt
from tests.faults.ledger import Heard, Ledger, heard
from tests.faults.listener import Listener
from tests.faults.photos import chance
from tests.faults.process import Lives
from tests.faults.report import Report
from tests.mosquitto import mosquitto

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.faults.doors import Way
    from tests.faults.photos import SmallPhoto

PERSISTENT = ("persistence true", "max_queued_messages 0")
MOST_OPEN = 20
"""So many photos of a door may be on their way until it brings no new one: what is to be shown is the killing, not
the queue."""

LATEST_SECONDS = 0.4
"""How long after it takes photos in a life lasts at most; some are killed before they do."""

DRAIN_SECONDS = 120.0

TELL_SECONDS = 10.0
LOOK_SECONDS = 0.2


class Storm:
    """Lives, doors, and who keeps the books."""

    def __init__(self, folder: Path, *, seed: int, stack: ExitStack, plant: str | None = None) -> None:
        (folder / "broker").mkdir()
        self._random = chance(seed, "kills")
        broker = stack.enter_context(
            mosquitto(folder / "broker", *PERSISTENT, f"persistence_location {folder / 'broker'}/")
        )
        self._lives = Lives(folder, broker_port=broker.port)
        stack.callback(self._lives.close)
        self._listener = Listener(broker.port, self._lives.name)
        stack.callback(self._listener.close)
        mqtt = Mqtt(broker.port, self._lives.name)
        stack.callback(mqtt.close)
        # Who waits for an answer has the fewest lives in which to be answered.
        senders = [Http(self._lives, name=f"http {each}") for each in "abc"]
        ways: tuple[Way, ...] = (*senders, mqtt, Folder(self._lives.inbox, chance(seed, "copies")))
        self._doors = [Door(way, seed=seed, has_room=self._has_room) for way in ways]
        self._ledger = Ledger(self._lives.state)
        self._report = Report(seed=seed)
        self._plant = plant
        self._settled: set[str] = set()

    def run(self, kills: Sequence[str | None]) -> Report:
        """Kill it so often, each time at the point of this name or, for None, at some moment; then let it finish.

        Once a photo is lost there is nothing more to be shown.
        """
        began = time.monotonic()
        self._lives.start(plant=self._plant)
        # Else the broker would not know yet that somebody wants the photos.
        if not self._listener.online.wait(DRAIN_SECONDS):
            self._report.trouble.append("it never came online")
            return self._report
        for door in self._doors:
            door.open()
        for point in kills:
            self._one_life(point)
            if self._report.lost:
                break
        for door in self._doors:
            door.close()
        if self._report.lost:
            for door in self._doors:
                door.join(0)
        else:
            self._drain()
            self._close_the_books()
        self._report.seconds = time.monotonic() - began
        return self._report

    def _one_life(self, point: str | None) -> None:
        safe = self._answered()
        if point:
            ready = self._live_to(point)
        else:
            # A life begins where the last was killed, but for the first.
            if self._lives.process.poll() is not None:
                self._lives.start(plant=self._plant)
            ready = self._random.random() < 0.85 and self._lives.wait_until_ready()
            time.sleep(self._random.random() * LATEST_SECONDS)
            safe = self._answered()
            self._lives.kill()
        self._report.kills += 1
        self._report.early += not ready
        self._ledger.read()
        self._settled = self._ledger.settled()
        self._report.lost += [f"{sha256[:12]} after kill {self._report.kills}" for sha256 in self._ledger.lost(safe)]

    def _has_room(self, door: Door) -> bool:
        """What was settled in the life that runs is known when it is over: so a life has at most so many photos."""
        return len(set(door.brought) - self._settled) < MOST_OPEN

    def _live_to(self, point: str) -> bool:
        self._lives.kill()
        self._lives.start(point=point, plant=self._plant)
        self._lives.process.wait(DRAIN_SECONDS)
        return True

    def _drain(self) -> None:
        self._lives.start(plant=self._plant)
        if not self._lives.wait_until_ready():
            self._report.trouble.append("it does not start any more")
            return
        end = time.monotonic() + DRAIN_SECONDS
        for door in self._doors:
            if not door.join(max(0.0, end - time.monotonic())):
                self._report.trouble.append(f"{door.way.name} was not answered")
        while not self._is_drained() and time.monotonic() < end:
            time.sleep(LOOK_SECONDS)
        # What is told may be on its way when the last photo is done.
        end = time.monotonic() + TELL_SECONDS
        while self._untold() and time.monotonic() < end:
            time.sleep(LOOK_SECONDS)
        status = self._lives.stop()
        if status:
            self._report.trouble.append(f"it ended with status {status}")
        self._ledger.read()

    def _is_drained(self) -> bool:
        self._ledger.read()
        all_here = not self._ledger.lost(self._brought())
        return all_here and not self._ledger.unsettled() and not any(self._lives.inbox.iterdir())

    def _answered(self) -> set[str]:
        return {sha256 for door in self._doors if isinstance(door.way, Http) for sha256 in list(door.brought)}

    def _brought(self) -> dict[str, SmallPhoto]:
        return {sha256: photo for door in self._doors for sha256, photo in door.brought.items()}

    def _close_the_books(self) -> None:
        report, ledger, brought = self._report, self._ledger, self._brought()
        report.brought = {door.way.name: len(door.brought) for door in self._doors}
        report.lost += [brought[sha256].title for sha256 in ledger.lost(brought)]
        left = [path.name for path in self._lives.inbox.iterdir()]
        if left:
            report.trouble.append(f"left in the inbox: {left}")
        ledger.audit(brought)
        needless = ledger.photos_without_need()
        if needless:
            report.trouble.append(f"files that no job needs: {sorted(needless)[:5]}")
        report.trouble += ledger.trouble
        spoken = heard(self._lives.speeches)
        self._count(spoken)
        self._audit_events()

    def _count(self, spoken: Heard) -> None:
        rows = self._ledger.rows.values()
        finished = [row for row in rows if row.state == "finished"]
        reasons: dict[str, int] = defaultdict(int)
        for row in rows:
            if row.state == "failed":
                reasons[str(row.reason)] += 1
        self._report.finished = len(finished)
        self._report.set_aside = dict(reasons)
        self._report.begun = len(spoken.begun)
        self._report.twice = len(spoken.twice)
        unheard = [row for row in rows if row.sha256 not in spoken.begun]
        self._report.unheard = sum(row.begun for row in unheard)
        silent = [row.text for row in unheard if row.state == "finished" and not row.begun]
        if silent:
            self._report.trouble.append(f"described and never to be heard: {silent[:5]}")

    def _audit_events(self) -> None:
        """Each described photo was told, and whatever was told twice bears the same id."""
        ids: dict[str, set[str]] = defaultdict(set)
        self._report.events = len(self._listener.events)
        for event in self._listener.events:
            if event["event_type"] == "described":
                ids[event["text"]].add(event["id"])
        for text, several in ids.items():
            if len(several) > 1:
                self._report.trouble.append(f"told as two: {text} {several}")
        untold = self._untold()
        if untold:
            self._report.trouble.append(f"never told: {untold[:5]}")

    def _untold(self) -> list[str]:
        """What was described, and the house has not heard of."""
        told = {event["text"] for event in list(self._listener.events) if event["event_type"] == "described"}
        return [str(row.text) for row in self._ledger.rows.values() if row.state == "finished" and row.text not in told]


def storm(folder: Path, kills: Sequence[str | None], *, seed: int, plant: str | None = None) -> Report:
    """Run one in an empty folder; `plant` is a bug that the daemon is to have."""
    with ExitStack() as stack:
        return Storm(folder, seed=seed, stack=stack, plant=plant).run(kills)


def main(kills: int, seed: int) -> int:
    """Print the figures; the status is 1 where something is wrong."""
    with tempfile.TemporaryDirectory() as folder:
        report = storm(Path(folder), [None] * kills, seed=seed)
        print(*report.lines(), sep="\n")
        bad = bool(report.lost or report.trouble or report.twice)
        if bad:
            print((Path(folder) / "log").read_text()[-20_000:], file=sys.stderr)
    return int(bad)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2]) if sys.argv[2:] else int(time.time())))
