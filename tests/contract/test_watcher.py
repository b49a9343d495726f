"""What everybody promises who sees that a folder changes, and what inotify adds."""

from __future__ import annotations

import asyncio
import errno
import functools
import os
import resource
import time
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, ParamSpec

import pytest
from asyncinotify import Inotify

from device.intake.inbox import SETTLE_SECONDS
from device.intake.inotify import InotifyWatcher
from device.intake.polling import PollingWatcher
from device.intake.watcher import (
    POLLED_SETTLE_SECONDS,
    is_written_elsewhere,
    settle_seconds_for,
    watcher_for,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator

    from device.core.ports import Watcher

QUEUE = Path("/proc/sys/fs/inotify/max_queued_events")
LONG = 20.0
"""Nobody waits so long where something changes."""
QUIET = 0.15


P = ParamSpec("P")


def on_loop(test: Callable[P, Coroutine[object, object, None]]) -> Callable[P, None]:
    """The test runs on a loop of its own."""

    @functools.wraps(test)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        asyncio.run(test(*args, **kwargs))

    return run


class LoopClock:
    def monotonic(self) -> float:
        return time.monotonic()

    def now(self) -> datetime:
        return datetime.now(tz=UTC)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


def polling(_folder: Path) -> Watcher:
    return PollingWatcher(LoopClock(), interval_seconds=0.05)


kinds = pytest.mark.parametrize("make", [InotifyWatcher, polling])


async def seconds_until_changed(watcher: Watcher, *, within: float = LONG) -> float:
    began = time.monotonic()
    await watcher.changed(within_seconds=within)
    return time.monotonic() - began


async def settled(watcher: Watcher) -> int:
    """Until it has told all that it had to tell; how often it told something."""
    told = quiet = 0
    # Twice, for it may be slow to tell where the machine is busy.
    while quiet < 2:
        if await seconds_until_changed(watcher, within=QUIET) < QUIET:
            told, quiet = told + 1, 0
        else:
            quiet += 1
    return told


@kinds
@on_loop
async def test_it_returns_in_time_where_nothing_changes(make: Callable[[Path], Watcher], tmp_path: Path) -> None:
    with closing(make(tmp_path)) as watcher:
        for _ in range(3):
            assert await seconds_until_changed(watcher, within=0.1) < LONG / 2


@kinds
@on_loop
async def test_it_returns_in_time_where_there_is_no_folder(make: Callable[[Path], Watcher], tmp_path: Path) -> None:
    with closing(make(tmp_path / "missing")) as watcher:
        for _ in range(3):
            assert await seconds_until_changed(watcher, within=0.1) < LONG / 2


@kinds
@on_loop
async def test_it_may_be_closed_twice_and_before_it_was_asked(make: Callable[[Path], Watcher], tmp_path: Path) -> None:
    watcher = make(tmp_path)
    watcher.close()
    watcher.close()


@kinds
@on_loop
async def test_who_waits_may_be_cancelled_and_wait_again(make: Callable[[Path], Watcher], tmp_path: Path) -> None:
    with closing(make(tmp_path)) as watcher:
        await settled(watcher) if make is InotifyWatcher else None
        for _ in range(3):
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(watcher.changed(within_seconds=LONG), 0.01)
        (tmp_path / "a.jpg").write_bytes(b"x")
        assert await seconds_until_changed(watcher) < LONG / 2


def write(folder: Path) -> None:
    (folder / "new.jpg").write_bytes(b"x")


def rename_into_place(folder: Path) -> None:
    (folder.parent / "new.jpg").write_bytes(b"x")
    (folder.parent / "new.jpg").rename(folder / "new.jpg")


def write_in_subfolder(folder: Path) -> None:
    (folder / "old" / "new.jpg").write_bytes(b"x")


def make_folders(folder: Path) -> None:
    (folder / "new" / "newer").mkdir(parents=True)


def move_a_folder_in(folder: Path) -> None:
    (folder.parent / "outside" / "deep").mkdir(parents=True)
    (folder.parent / "outside" / "deep" / "new.jpg").write_bytes(b"x")
    (folder.parent / "outside").rename(folder / "outside")


def link_in(folder: Path) -> None:
    (folder.parent / "one.jpg").write_bytes(b"x")
    (folder / "two.jpg").hardlink_to(folder.parent / "one.jpg")


@kinds
@pytest.mark.parametrize(
    "change", [write, rename_into_place, write_in_subfolder, make_folders, move_a_folder_in, link_in]
)
@on_loop
async def test_it_sees_a_change_that_was_made_while_nobody_waited_and_one_that_is_waited_for(
    make: Callable[[Path], Watcher], change: Callable[[Path], None], tmp_path: Path
) -> None:
    before, after = tmp_path / "1" / "inbox", tmp_path / "2" / "inbox"
    for folder in (before, after):
        (folder / "old").mkdir(parents=True)
        with closing(make(folder)) as watcher:
            await settled(watcher) if make is InotifyWatcher else None
            if folder is before:
                change(folder)
            else:
                asyncio.get_running_loop().call_later(0.05, change, folder)
            assert await seconds_until_changed(watcher) < LONG / 2


@on_loop
async def test_inotify_sees_what_comes_into_a_folder_that_was_made_moved_or_put_in_later(tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    outside = tmp_path / "outside"
    (outside / "deep").mkdir(parents=True)
    with closing(InotifyWatcher(inbox)) as watcher:
        await settled(watcher)
        (inbox / "made" / "deep").mkdir(parents=True)
        outside.rename(inbox / "put")
        await settled(watcher)
        (inbox / "made").rename(inbox / "moved")
        await settled(watcher)
        for folder in ("moved", "moved/deep", "put", "put/deep"):
            (inbox / folder / "a.jpg").write_bytes(b"x")
            assert await seconds_until_changed(watcher) < LONG / 2, folder
            await settled(watcher)


@on_loop
async def test_inotify_tells_that_a_file_that_was_there_is_closed_by_its_writer(tmp_path: Path) -> None:
    with closing(InotifyWatcher(tmp_path)) as watcher, (tmp_path / "a.jpg").open("wb") as half:
        await settled(watcher)
        half.close()
        assert await seconds_until_changed(watcher) < LONG / 2


@on_loop
async def test_inotify_is_quiet_about_what_it_need_not_tell(tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    (inbox / "gone").mkdir(parents=True)
    (inbox / "a.jpg").write_bytes(b"x")
    with closing(InotifyWatcher(inbox)) as watcher:
        await settled(watcher)
        (inbox / "gone").rename(tmp_path / "gone")
        await settled(watcher)
        (inbox / "a.jpg").read_bytes()
        (tmp_path / "gone" / "b.jpg").write_bytes(b"outside by now")
        with (inbox / "a.jpg").open("ab") as half:
            half.write(b"not closed yet")
            half.flush()
            assert await seconds_until_changed(watcher, within=0.3) >= 0.3


@on_loop
async def test_inotify_does_not_follow_links_and_passes_over_hidden_folders(tmp_path: Path) -> None:
    inbox, elsewhere = tmp_path / "inbox", tmp_path / "elsewhere"
    (inbox / ".hidden").mkdir(parents=True)
    elsewhere.mkdir()
    (inbox / "link").symlink_to(elsewhere)
    with closing(InotifyWatcher(inbox)) as watcher:
        await settled(watcher)
        (elsewhere / "a.jpg").write_bytes(b"x")
        (inbox / ".hidden" / "a.jpg").write_bytes(b"x")
        assert await seconds_until_changed(watcher, within=0.3) >= 0.3


@on_loop
async def test_inotify_watches_a_folder_again_that_was_moved_away_and_made_anew(tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    with closing(InotifyWatcher(inbox)) as watcher:
        await settled(watcher)
        inbox.rename(tmp_path / "away")
        assert await seconds_until_changed(watcher) < LONG / 2
        assert await seconds_until_changed(watcher, within=0.1) >= 0.1
        inbox.mkdir()
        assert await seconds_until_changed(watcher) < LONG / 2
        await settled(watcher)
        (inbox / "a.jpg").write_bytes(b"x")
        assert await seconds_until_changed(watcher) < LONG / 2


@on_loop
async def test_inotify_tells_a_burst_in_one_and_goes_on_after_more_than_the_kernel_keeps(tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    (inbox / "doomed").mkdir(parents=True)
    kept = int(QUEUE.read_text(encoding="ascii"))  # noqa: ASYNC240 - no disk is waited for
    if kept > 50_000:
        pytest.skip("the kernel keeps too many events to be flooded in a moment")
    with closing(InotifyWatcher(inbox)) as watcher:
        await settled(watcher)
        names = [inbox / "a.jpg", inbox / "b.jpg"]
        names[0].touch()
        for number in range(kept + 100):
            # Equal events one after another are kept as one: these never are.
            names[number % 2].rename(names[(number + 1) % 2])
        (inbox / "late").mkdir()
        (inbox / "doomed").rmdir()
        assert await seconds_until_changed(watcher) < LONG / 2
        assert await settled(watcher) < 10, "a burst is a few changes, not thousands"
        assert watcher._inotify
        assert {watch.path for watch in watcher._inotify.watches} == {inbox, inbox / "late"}
        (inbox / "late" / "c.jpg").write_bytes(b"x")
        assert await seconds_until_changed(watcher) < LONG / 2


@on_loop
async def test_inotify_goes_through_many_folders_without_holding_up_the_loop(tmp_path: Path) -> None:
    for number in range(2000):
        (tmp_path / str(number)).mkdir()
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            ticks += 1
            await asyncio.sleep(0)

    with closing(InotifyWatcher(tmp_path)) as watcher:
        ticking = asyncio.create_task(tick())
        await watcher.changed(within_seconds=LONG)
        ticking.cancel()
        assert ticks > 10
        (tmp_path / "1999" / "a.jpg").write_bytes(b"x")
        assert await seconds_until_changed(watcher) < LONG / 2


@contextmanager
def no_more_descriptors() -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


@on_loop
async def test_without_descriptors_it_looks_again_and_again_and_says_so_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with closing(InotifyWatcher(tmp_path)) as watcher:
        with no_more_descriptors():
            await watcher.changed(within_seconds=0.01)
        for _ in range(3):
            assert await seconds_until_changed(watcher, within=0.05) < LONG / 2
    assert len(caplog.records) == 1
    assert "no more watches" in caplog.text


@on_loop
async def test_without_watches_it_looks_again_and_again_and_gives_back_those_it_has(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in "abc":
        (tmp_path / name).mkdir()
    given = Inotify.add_watch
    asked: list[object] = []

    def add_watch(inotify: Inotify, *arguments: object) -> object:
        asked.append(arguments[0])
        if len(asked) > 2:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return given(inotify, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(Inotify, "add_watch", add_watch)
    watcher = InotifyWatcher(tmp_path)
    for _ in range(3):
        await watcher.changed(within_seconds=0.01)
    assert len(asked) == 3
    assert watcher._inotify is None
    assert len(caplog.records) == 1


MOUNTINFO = """\
22 27 0:21 / /proc rw,relatime - proc proc rw
27 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
40 27 0:40 / /mnt/nas rw,relatime - nfs4 nas:/photos rw
41 27 0:41 / /mnt/my\\040phone rw,relatime - fuse.sshfs phone: rw
42 27 0:42 / /mnt/stick rw,relatime - autofs systemd-1 rw
43 27 8:1 / /mnt/stick rw,relatime - vfat /dev/sda1 rw
44 27 0:44 / /mnt/windows rw,relatime - cifs //box/share rw
45 27 8:2 / /mnt/ntfs rw,relatime - fuseblk /dev/sdb1 rw
46 27 0:46 / /srv/inbox/from\\040nas rw,relatime - 9p hostshare rw
"""


@pytest.mark.parametrize(
    ("folder", "elsewhere"),
    [
        ("/mnt/nas", True),
        ("/mnt/nas/inbox", True),
        ("/mnt/nasty", False),
        ("/mnt/my phone/inbox", True),
        ("/mnt/stick/inbox", False),
        ("/mnt/windows", True),
        ("/mnt/ntfs", False),
        ("/srv/inbox", True),
        ("/srv/outbox", False),
    ],
)
def test_a_share_is_known_by_how_it_is_mounted(folder: str, *, elsewhere: bool, tmp_path: Path) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.write_text(MOUNTINFO, encoding="utf-8")
    assert is_written_elsewhere(Path(folder), mounts=mounts) is elsewhere


def test_a_folder_here_is_watched_and_a_share_is_looked_at_again_and_again(tmp_path: Path) -> None:
    assert isinstance(watcher_for(tmp_path, LoopClock()), InotifyWatcher)
    assert settle_seconds_for(tmp_path) == SETTLE_SECONDS
    mounts = tmp_path / "mountinfo"
    mounts.write_text(MOUNTINFO + f"47 27 0:47 / {tmp_path} rw - nfs nas:/ rw\n", encoding="utf-8")
    assert isinstance(watcher_for(tmp_path, LoopClock(), mounts=mounts), PollingWatcher)
    assert settle_seconds_for(tmp_path, mounts=mounts) == POLLED_SETTLE_SECONDS


def test_where_nobody_says_what_is_mounted_a_folder_is_taken_to_be_here(tmp_path: Path) -> None:
    assert not is_written_elsewhere(tmp_path, mounts=tmp_path / "missing")
