"""What every file system promises: this machine's, and the simulated one on the loop's threads and without a loop."""

from __future__ import annotations

import errno
import os
import signal
import stat
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from device.store.files import SystemFiles
from tests.simulation.chance import chance
from tests.simulation.disk import SimDisk
from tests.simulation.executor import SimExecutor
from tests.simulation.in_worker import InWorker
from tests.simulation.life import Life
from tests.simulation.loop import SimLoop
from tests.simulation.mount import SimFiles

if TYPE_CHECKING:
    from device.core.ports import Files


class FilesInWorker(InWorker):
    """Files whose calls are blocking work, and so are those of what they give."""

    def chunks(self, path: Path) -> list[bytes]:
        return self._run(lambda: list(self._called.chunks(path)))

    def create(self, path: Path) -> InWorker:
        return InWorker(self._run(lambda: self._called.create(path)), self._executor, self._loop)


@pytest.fixture(params=["system", "simulated", "simulated, in a worker"])
def files(request: pytest.FixtureRequest) -> Any:
    if request.param == "system":
        return SystemFiles()
    if request.param == "simulated":
        return SimFiles(SimDisk(), life=Life(), loop=None, random=chance(1))
    loop = SimLoop(chance(1))
    files = SimFiles(SimDisk(), life=loop.life, loop=loop, random=chance(2))
    return FilesInWorker(files, SimExecutor(loop, random=chance(3)), loop)


@pytest.fixture
def folder(files: Files, tmp_path: Path) -> Path:
    made = tmp_path / "of the test" / "inner"
    files.make_folder(made)
    return made


def put(files: Files, path: Path, data: bytes = b"a photo") -> Path:
    file = files.create(path)
    file.write(data)
    file.sync()
    file.close()
    files.sync_folder(path.parent)
    return path


def read(files: Files, path: Path) -> bytes:
    return b"".join(files.chunks(path))


def test_a_folder_may_be_made_again(files: Files, folder: Path) -> None:
    files.make_folder(folder)
    assert files.names(folder) == []


def test_a_folder_cannot_be_made_where_a_file_is(files: Files, folder: Path) -> None:
    with pytest.raises(FileExistsError):
        files.make_folder(put(files, folder / "a"))


def test_what_is_written_is_read(files: Files, folder: Path) -> None:
    data = chance(1).randbytes(3_000_000)
    file = files.create(folder / "a")
    for start in range(0, len(data), 700_000):
        file.write(data[start : start + 700_000])
    file.close()
    chunks = list(files.chunks(folder / "a"))
    assert b"".join(chunks) == data
    assert all(0 < len(chunk) <= 1 << 20 for chunk in chunks)
    assert files.names(folder) == ["a"]


def test_an_empty_file_has_no_chunks(files: Files, folder: Path) -> None:
    files.create(folder / "a").close()
    assert list(files.chunks(folder / "a")) == []


def test_a_file_is_created_only_where_none_is(files: Files, folder: Path) -> None:
    put(files, folder / "a")
    with pytest.raises(FileExistsError):
        files.create(folder / "a")
    assert read(files, folder / "a") == b"a photo"


def test_a_file_needs_its_folder(files: Files, folder: Path) -> None:
    with pytest.raises(FileNotFoundError):
        files.create(folder / "missing" / "a")


def test_a_file_may_be_closed_twice(files: Files, folder: Path) -> None:
    file = files.create(folder / "a")
    file.close()
    file.close()


def test_a_closed_file_takes_nothing(files: Files, folder: Path) -> None:
    file = files.create(folder / "a")
    file.close()
    with pytest.raises(ValueError, match="closed"):
        file.write(b"more")


def test_a_rename_takes_the_place_of_what_was_there(files: Files, folder: Path) -> None:
    put(files, folder / "a", b"new")
    put(files, folder / "b", b"old")
    files.rename(folder / "a", folder / "b")
    assert files.names(folder) == ["b"]
    assert read(files, folder / "b") == b"new"


def test_a_file_is_renamed_into_another_folder(files: Files, folder: Path) -> None:
    put(files, folder / "a")
    files.make_folder(folder / "other")
    files.rename(folder / "a", folder / "other" / "b")
    assert files.names(folder) == ["other"]
    assert read(files, folder / "other" / "b") == b"a photo"


def test_an_open_file_keeps_its_bytes_when_it_is_renamed(files: Files, folder: Path) -> None:
    file = files.create(folder / "a")
    file.write(b"before")
    files.rename(folder / "a", folder / "b")
    file.write(b" and after")
    file.close()
    assert read(files, folder / "b") == b"before and after"


@pytest.mark.parametrize("new", ["b", "missing/b"])
def test_what_is_not_there_cannot_be_renamed(files: Files, folder: Path, new: str) -> None:
    if new != "b":
        put(files, folder / "a")
    with pytest.raises(FileNotFoundError):
        files.rename(folder / "a", folder / new)


def test_a_removed_file_is_gone(files: Files, folder: Path) -> None:
    put(files, folder / "a")
    files.remove(folder / "a")
    files.sync_folder(folder)
    assert files.names(folder) == []
    for call in (files.remove, files.is_being_written, partial(read, files)):
        with pytest.raises(FileNotFoundError):
            call(folder / "a")


def test_a_missing_folder_is_told(files: Files, folder: Path) -> None:
    for call in (files.names, files.tree, files.sync_folder, files.free_bytes):
        with pytest.raises(FileNotFoundError):
            call(folder / "missing")


def test_a_file_is_no_folder(files: Files, folder: Path) -> None:
    put(files, folder / "a")
    for call in (files.names, files.tree, files.sync_folder):
        with pytest.raises(NotADirectoryError):
            call(folder / "a")


def test_a_folder_is_no_file(files: Files, folder: Path) -> None:
    with pytest.raises(IsADirectoryError):
        files.remove(folder)


def test_the_tree_holds_all_plain_files_but_hidden_ones(files: Files, folder: Path) -> None:
    for inner in ("sub/below", ".trash"):
        files.make_folder(folder / inner)
    for name in ("a", "sub/b", "sub/below/c", ".hidden", ".trash/d", "sub/.part"):
        put(files, folder / name, name.encode())
    found = {file.path: file.size_bytes for file in files.tree(folder)}
    assert found == {folder / name: len(name) for name in ("a", "sub/b", "sub/below/c")}


def test_a_change_of_the_bytes_shows_in_the_tree(files: Files, folder: Path) -> None:
    file = files.create(folder / "a")
    file.write(b"a")
    (before,) = files.tree(folder)
    after = before
    # The kernel's clock for files ticks some hundred times a second.
    for _ in range(1_000_000):
        file.write(b"b")
        (after,) = files.tree(folder)
        if after.changed != before.changed:
            break
    file.close()
    assert after.changed > before.changed
    assert after.size_bytes > before.size_bytes


def test_a_file_that_does_not_change_looks_the_same(files: Files, folder: Path) -> None:
    put(files, folder / "a")
    assert files.tree(folder) == files.tree(folder)


def test_a_file_is_being_written_while_somebody_has_it_open(files: Files, folder: Path) -> None:
    file = files.create(folder / "a")
    assert files.is_being_written(folder / "a")
    file.close()
    assert not files.is_being_written(folder / "a")


def test_there_is_room(files: Files, folder: Path) -> None:
    assert files.free_bytes(folder) > 0


class TestSystem:
    def test_links_and_what_is_no_file_are_passed_over(self, tmp_path: Path) -> None:
        put(SystemFiles(), tmp_path / "a")
        (tmp_path / "link").symlink_to("a")
        (tmp_path / "round").symlink_to(".")
        os.mkfifo(tmp_path / "pipe")
        assert [file.path.name for file in SystemFiles().tree(tmp_path)] == ["a"]

    def test_an_unreadable_folder_is_passed_over(self, tmp_path: Path) -> None:
        if os.geteuid() == 0:
            pytest.skip("root may read everything")
        put(SystemFiles(), tmp_path / "a")
        closed = tmp_path / "lost+found"
        closed.mkdir(mode=0)
        try:
            assert [file.path.name for file in SystemFiles().tree(tmp_path)] == ["a"]
        finally:
            closed.chmod(stat.S_IRWXU)

    def test_a_time_that_is_set_back_is_a_change(self, tmp_path: Path) -> None:
        path = put(SystemFiles(), tmp_path / "a")
        (before,) = SystemFiles().tree(tmp_path)
        os.utime(path, (1, 1))
        (after,) = SystemFiles().tree(tmp_path)
        assert after.changed != before.changed

    def test_a_pipe_is_not_waited_for(self, tmp_path: Path) -> None:
        os.mkfifo(tmp_path / "pipe")
        assert not SystemFiles().is_being_written(tmp_path / "pipe")

    def test_asking_whether_it_is_written_does_not_end_the_process(
        self, tmp_path: Path, request: pytest.FixtureRequest
    ) -> None:
        # Who opens it for writing at that moment makes the kernel send a signal to who asked: this one by default.
        signals: list[int] = []
        before = signal.signal(signal.SIGIO, lambda number, _frame: signals.append(number))
        request.addfinalizer(lambda: signal.signal(signal.SIGIO, before))
        path = put(SystemFiles(), tmp_path / "a")
        opens = f"print(flush=True)\nwhile True: open({str(path)!r}, 'r+b').close()"
        with subprocess.Popen([sys.executable, "-c", opens], stdout=subprocess.PIPE) as child:
            assert child.stdout
            child.stdout.readline()
            answers = {SystemFiles().is_being_written(path) for _ in range(5000)}
            while len(answers) < 2:
                answers.add(SystemFiles().is_being_written(path))
            child.kill()
        assert not signals


class TestSimulated:
    def test_a_full_disk_takes_a_part(self) -> None:
        disk = SimDisk(capacity=10)
        files = SimFiles(disk, life=Life(), loop=None, random=chance(1))
        file = files.create(Path("/a"))
        with pytest.raises(OSError, match="No space") as raised:
            file.write(b"more than there is room for")
        assert raised.value.errno == errno.ENOSPC
        assert disk.present(Path("/a")) == b"more than "
        assert files.free_bytes(Path("/")) == 0
        file.close()
        files.remove(Path("/a"))
        assert files.free_bytes(Path("/")) == 10

    def test_a_broken_disk_fails_until_it_is_mended(self) -> None:
        disk = SimDisk()
        files = SimFiles(disk, life=Life(), loop=None, random=chance(1))
        disk.fail_with(errno.EIO)
        with pytest.raises(OSError, match="Input/output") as raised:
            files.names(Path("/"))
        assert raised.value.errno == errno.EIO
        disk.fail_with(errno.EROFS)
        assert files.names(Path("/")) == []
        with pytest.raises(OSError, match="Read-only"):
            files.create(Path("/a"))
        disk.fail_with(None)
        put(files, Path("/a"))
