"""The simulated disk: what a power cut takes, and what it never does."""

from __future__ import annotations

import errno
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.simulation.chance import chance
from tests.simulation.disk import SimDisk
from tests.simulation.life import Life, PowerCut
from tests.simulation.mount import SimFiles
from tests.simulation.person import Person

if TYPE_CHECKING:
    from collections.abc import Callable

SEEDS = range(200)
FOLDER = Path("/state/photos")
PATH = FOLDER / "photo"
PART = FOLDER / "photo.part"
DATA = bytes(range(1, 251)) * 100


def left(steps: Callable[[SimFiles], object], look: Callable[[SimDisk], bytes | None]) -> Counter[str]:
    """What is left after a power cut, over all seeds: "nothing", "empty", "all", "torn"."""
    found: Counter[str] = Counter()
    for seed in SEEDS:
        disk = SimDisk()
        Person(disk).make_folder(FOLDER)
        life = Life()
        steps(SimFiles(disk, life=life, loop=None, random=chance(seed)))
        life.end()
        certain = look_durable(disk)
        disk.crash(chance(seed, "crash"))
        data = look(disk)
        assert data is not None or certain is None, "what is certain is there"
        assert certain is None or (data or b"").startswith(certain)
        found["nothing" if data is None else "empty" if not data else "all" if data == DATA else "torn"] += 1
    return found


def look_durable(disk: SimDisk) -> bytes | None:
    return disk.durable(PATH)


def photo(disk: SimDisk) -> bytes | None:
    return disk.present(PATH)


def write(files: SimFiles, path: Path = PART, *, sync: bool = True) -> None:
    file = files.create(path)
    file.write(DATA[:10_000])
    file.write(DATA[10_000:])
    if sync:
        file.sync()
    file.close()


def keep(files: SimFiles, *, sync: bool = True, sync_folder: bool = True) -> None:
    write(files, sync=sync)
    files.rename(PART, PATH)
    if sync_folder:
        files.sync_folder(FOLDER)


def test_what_is_synced_with_its_folder_is_never_lost() -> None:
    assert left(keep, photo) == {"all": 200}


def test_without_a_sync_of_the_file_its_content_may_be_lost() -> None:
    found = left(lambda files: keep(files, sync=False), photo)
    assert set(found) == {"empty", "torn", "all"}
    assert min(found.values()) > 10


def test_without_a_sync_of_the_folder_its_name_may_be_lost_but_never_its_content() -> None:
    found = left(lambda files: keep(files, sync_folder=False), photo)
    assert set(found) == {"nothing", "all"}
    assert min(found.values()) > 10


def test_without_any_sync_all_may_happen() -> None:
    found = left(lambda files: keep(files, sync=False, sync_folder=False), photo)
    assert set(found) == {"nothing", "empty", "torn", "all"}


def test_a_file_has_one_name_or_none() -> None:
    def names(seed: int) -> tuple[str, ...]:
        disk = SimDisk()
        Person(disk).make_folder(FOLDER)
        files = SimFiles(disk, life=Life(), loop=None, random=chance(seed))
        keep(files, sync_folder=False)
        files.rename(PATH, FOLDER / "again")
        disk.crash(chance(seed))
        return tuple(disk.folder(FOLDER).now)

    assert {names(seed) for seed in SEEDS} == {(), ("photo.part",), ("photo",), ("again",)}


def test_a_folder_that_is_not_synced_may_take_all_that_is_in_it() -> None:
    inner = FOLDER / "new"

    def steps(files: SimFiles) -> None:
        files.make_folder(inner)
        write(files, inner / "photo")
        files.sync_folder(inner)

    assert set(left(steps, lambda disk: disk.present(inner / "photo"))) == {"nothing", "all"}


def test_what_is_removed_may_come_back_until_the_folder_is_synced() -> None:
    def remove(files: SimFiles) -> None:
        keep(files)
        files.remove(PATH)

    def remove_for_good(files: SimFiles) -> None:
        remove(files)
        files.sync_folder(FOLDER)

    assert set(left(remove, photo)) == {"nothing", "all"}
    assert left(remove_for_good, photo) == {"nothing": 200}


def test_a_rename_over_a_file_leaves_the_one_or_the_other() -> None:
    def replace(files: SimFiles) -> None:
        file = files.create(PATH)
        file.sync()
        file.close()
        files.sync_folder(FOLDER)
        keep(files, sync_folder=False)

    assert set(left(replace, photo)) == {"empty", "all"}


def test_a_file_that_moves_between_folders_is_in_one_of_them() -> None:
    other = Path("/state/other/photo")

    def places(seed: int) -> tuple[bool, bool]:
        disk = SimDisk()
        Person(disk).make_folder(other.parent)
        Person(disk).make_folder(FOLDER)
        files = SimFiles(disk, life=Life(), loop=None, random=chance(seed))
        # What is synced in its new folder cannot come back in the old one, though that was never synced.
        keep(files, sync_folder=not seed % 2)
        files.rename(PATH, other)
        if seed % 2:
            files.sync_folder(other.parent)
        disk.crash(chance(seed))
        return disk.present(PATH) is not None, disk.present(other) is not None

    assert {places(seed) for seed in SEEDS if seed % 2} == {(False, True)}
    assert {places(seed) for seed in SEEDS} == {(True, False), (False, True)}


def test_holes_are_zeros_and_only_in_what_was_not_synced() -> None:
    safe = 5000

    def steps(files: SimFiles) -> None:
        file = files.create(PATH)
        file.write(DATA[:safe])
        file.sync()
        files.sync_folder(FOLDER)
        file.write(DATA[safe:])

    holes = 0
    for seed in SEEDS:
        disk = SimDisk()
        Person(disk).make_folder(FOLDER)
        steps(SimFiles(disk, life=Life(), loop=None, random=chance(seed)))
        disk.crash(chance(seed))
        data = disk.present(PATH) or b""
        assert data[:safe] == DATA[:safe]
        assert all(byte in (0, DATA[place]) for place, byte in enumerate(data))
        holes += 0 in data
    assert holes > 10


def test_after_a_failed_sync_the_next_one_makes_nothing_safe() -> None:
    disk = SimDisk()
    Person(disk).make_folder(FOLDER)
    files = SimFiles(disk, life=Life(), loop=None, random=chance(1))
    file = files.create(PATH)
    files.sync_folder(FOLDER)
    file.write(DATA)
    disk.fail_with(errno.EIO)
    with pytest.raises(OSError, match="Input/output"):
        file.sync()
    disk.fail_with(None)
    file.sync()
    assert disk.durable(PATH) == b""
    assert disk.present(PATH) == DATA


def test_what_is_certain_is_told() -> None:
    disk = SimDisk()
    Person(disk).make_folder(FOLDER)
    files = SimFiles(disk, life=Life(), loop=None, random=chance(1))
    write(files)
    assert (disk.durable(PART), disk.present(PART)) == (None, DATA)
    files.sync_folder(FOLDER)
    assert disk.durable(PART) == DATA
    files.rename(PART, PATH)
    assert (disk.durable(PART), disk.durable(PATH)) == (None, None)
    files.sync_folder(FOLDER)
    assert (disk.durable(PART), disk.durable(PATH)) == (None, DATA)


def test_when_the_process_is_killed_all_that_was_written_stays() -> None:
    disk = SimDisk(capacity=100_000)
    Person(disk).make_folder(FOLDER)
    life = Life()
    files = SimFiles(disk, life=life, loop=None, random=chance(1))
    file = files.create(PATH)
    file.write(DATA)
    life.end()
    disk.kill()
    with pytest.raises(PowerCut):
        file.write(b"more")
    with pytest.raises(PowerCut):
        file.close()
    after = SimFiles(disk, life=Life(), loop=None, random=chance(1))
    assert b"".join(after.chunks(PATH)) == DATA
    assert not after.is_being_written(PATH)
    assert after.free_bytes(FOLDER) == 100_000 - len(DATA)


def test_room_comes_back_with_what_a_power_cut_takes() -> None:
    for seed in SEEDS:
        disk = SimDisk(capacity=100_000)
        Person(disk).make_folder(FOLDER)
        keep(SimFiles(disk, life=Life(), loop=None, random=chance(seed)), sync=False, sync_folder=False)
        assert disk.free_bytes() == 100_000 - len(DATA)
        disk.crash(chance(seed))
        taken = sum(len(disk.present(FOLDER / name) or b"") for name in disk.folder(FOLDER).now)
        assert disk.free_bytes() == 100_000 - taken


def test_a_person_copies_slowly_and_is_seen_to_write() -> None:
    disk = SimDisk()
    person = Person(disk)
    person.make_folder(FOLDER)
    seen: list[Path] = []
    disk.on_change = seen.append
    files = SimFiles(disk, life=Life(), loop=None, random=chance(1))
    copying = person.copy(PART)
    copying.write(DATA[:100])
    disk.kill()
    assert files.is_being_written(PART), "the person is no part of the process"
    copying.write(DATA[100:])
    copying.done()
    assert not files.is_being_written(PART)
    person.move(PART, PATH)
    assert disk.durable(PATH) == DATA
    assert set(seen) == {PART, PATH}
    person.delete(PATH)
    assert disk.present(PATH) is None


def test_a_copy_ends_with_the_power() -> None:
    left = set()
    for seed in SEEDS:
        disk = SimDisk()
        person = Person(disk)
        person.make_folder(FOLDER)
        copying = person.copy(PATH)
        copying.write(DATA)
        disk.crash(chance(seed))
        before = disk.present(PATH)
        left.add(before)
        copying.write(DATA)
        copying.done()
        assert copying.cut_off
        assert disk.present(PATH) == before
    assert {None, b"", DATA} < left


def test_where_there_are_no_leases_nobody_is_seen_to_write() -> None:
    disk = SimDisk()
    disk.leases = False
    files = SimFiles(disk, life=Life(), loop=None, random=chance(1))
    files.create(Path("/photo"))
    assert not files.is_being_written(Path("/photo"))


def test_the_dead_reach_nothing() -> None:
    disk = SimDisk()
    life = Life()
    files = SimFiles(disk, life=life, loop=None, random=chance(1))
    life.end()
    for call in (files.make_folder, files.create, files.remove, files.names, files.tree, files.sync_folder):
        with pytest.raises(PowerCut):
            call(Path("/photo"))
    assert disk.folder(Path("/")).now == {}
