"""The phrase cache gives back what it was given or nothing, keeps its limit, and never disturbs a speech."""

from __future__ import annotations

import errno
import fcntl
import logging
import os
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from device.core.errors import UsageError
from device.core.types import Mark
from device.voice.cache import Phrase, PhraseCache, phrase_key
from device.voice.engine import NEUTRAL

if TYPE_CHECKING:
    from collections.abc import Iterator

BLOCK = 4096
DAY = 86400.0

WRITER = """
import sys
from pathlib import Path
import numpy as np
from device.voice.cache import Phrase, PhraseCache, phrase_key
folder, limit, name = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
cache = PhraseCache(folder, limit_bytes=limit)
print("ready", flush=True)
for number in range(400):
    pcm = np.zeros(number % 7 * 1000, np.int16)
    cache.put(phrase_key(text=f"{name} {number}"), Phrase(pcm=pcm, sample_rate=16_000, marks=()))
"""


def phrase(samples: int = 1000, *, seed: int = 1) -> Phrase:
    pcm = np.random.default_rng(seed).integers(-32768, 32768, samples, np.int16)
    marks = (
        Mark(kind="sentence", text="Zoë sagt „hallo“.", first=0, end=samples),
        Mark(kind="word", text="Zoë", first=0, end=samples // 3),
        Mark(kind="phoneme", text="ʃ", first=7, end=9),
    )
    return Phrase(pcm=pcm, sample_rate=22_050, marks=marks)


def key(text: str) -> str:
    return phrase_key(text=text)


def on_disk(folder: Path) -> int:
    return sum(-(-each.stat().st_size // BLOCK) * BLOCK for each in folder.iterdir())


def used(folder: Path, text: str, *, days_ago: float) -> None:
    at = time.time() - days_ago * DAY
    os.utime(folder / key(text), (at, at))


def assert_same(found: Phrase | None, expected: Phrase) -> None:
    assert found is not None
    assert found.pcm.dtype == np.int16
    assert found.pcm.tobytes() == expected.pcm.tobytes()
    assert (found.sample_rate, found.marks) == (expected.sample_rate, expected.marks)


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """As another process that writes just now."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "state" / "phrases"


@pytest.fixture
def cache(folder: Path) -> PhraseCache:
    return PhraseCache(folder, limit_bytes=1 << 20)


def test_a_hit_is_bit_by_bit_what_was_kept_also_for_others_and_the_callers_own(
    cache: PhraseCache, folder: Path
) -> None:
    for samples in (0, 1, 1000, 1001):
        kept = phrase(samples)
        cache.put(key("a"), kept)
        assert_same(cache.get(key("a")), kept)
        assert_same(PhraseCache(folder, limit_bytes=1 << 20).get(key("a")), kept)
    found = cache.get(key("a"))
    assert found is not None
    found.pcm[:] = 0
    assert_same(cache.get(key("a")), phrase(1001))


def test_marks_counted_with_numpy_come_back_as_plain_numbers(cache: PhraseCache) -> None:
    counted: Any = np.int64(5)
    cache.put(key("a"), replace(phrase(), marks=(Mark(kind="word", text="a", first=counted, end=counted),)))
    found = cache.get(key("a"))
    assert found is not None
    assert type(found.marks[0].first) is int


def test_what_was_not_kept_is_a_miss_and_makes_no_folder(cache: PhraseCache, folder: Path) -> None:
    assert cache.get(key("a")) is None
    assert not folder.exists()


def test_the_last_phrase_of_a_key_counts(cache: PhraseCache) -> None:
    cache.put(key("a"), phrase(seed=1))
    cache.put(key("a"), phrase(seed=2))
    assert_same(cache.get(key("a")), phrase(seed=2))


def test_engine_voice_persona_settings_text_and_seed_each_make_another_key() -> None:
    parts: dict[str, Any] = {"engine": "piper", "voice": "en", "manner": asdict(NEUTRAL), "text": "Hello.", "seed": 1}
    changes: list[dict[str, Any]] = [
        {},
        {"engine": "pico"},
        {"voice": "de"},
        {"manner": asdict(replace(NEUTRAL, tempo=1.0000000000000002))},
        {"manner": asdict(replace(NEUTRAL, speaker=1))},
        {"text": "Hello!"},
        {"text": "Hello. "},
        {"seed": 2},
        {"seed": "1"},
        {"seed": 1.0},
        {"seed": None},
        {"more": None},
    ]
    assert len({phrase_key(**(parts | change)) for change in changes}) == len(changes)


def test_the_order_of_parts_does_not_matter() -> None:
    there: dict[str, str | int | float | None] = {"pitch": 1.5, "tempo": 2.0}
    back: dict[str, str | int | float | None] = {"tempo": 2.0, "pitch": 1.5}
    assert phrase_key(text="a", manner=there) == phrase_key(manner=back, text="a")


def test_a_key_is_the_same_after_a_restart() -> None:
    assert phrase_key(text="Zoë", tempo=0.1) == "465aa6555c3aaadf9edacf7a6e32214ec7315d6970c7fc01b2d772f50c95159f"


def test_a_key_that_is_none_is_refused_without_naming_it(cache: PhraseCache) -> None:
    for bad in ("../secret", "A SECRET text", "", "a" * 63):
        with pytest.raises(ValueError, match="phrase_key") as refused:
            cache.get(bad)
        assert "secret" not in str(refused.value).lower()
        with pytest.raises(ValueError, match="phrase_key"):
            cache.put(bad, phrase())


def test_a_file_that_cannot_be_used_is_a_miss_and_is_removed(
    cache: PhraseCache, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    another = key("another version")
    monkeypatch.setattr("device.voice.phrase.FORMAT", 999)
    cache.put(another, phrase())
    assert_same(cache.get(another), phrase())
    monkeypatch.undo()
    (folder / key("empty")).touch()
    (folder / key("zeros")).write_bytes(bytes(5000))
    (folder / key("other")).write_bytes(b"\x89PNG" * 500)
    for text in ("another version", "empty", "zeros", "other"):
        assert cache.get(key(text)) is None
    assert list(folder.iterdir()) == []


def test_what_a_killed_write_left_is_gone_at_the_next_start_and_at_the_next_write(
    cache: PhraseCache, folder: Path
) -> None:
    script = WRITER.replace(
        "for number", "import os\nos.replace = lambda *_: os.kill(os.getpid(), 9)\nfor number"
    )  # killed after the last byte, before the file has its name
    for restart in (True, False):
        cache.put(key("whole"), phrase())
        subprocess.run([sys.executable, "-c", script, folder, str(1 << 20), "x"], check=False, stdout=subprocess.PIPE)
        assert [each.name for each in folder.glob("*.part")] == [f"{key('x 0')}.part"]
        if restart:
            PhraseCache(folder, limit_bytes=1 << 20)
        else:
            cache.put(key("more"), phrase())
        assert not list(folder.glob("*.part"))
        assert_same(cache.get(key("whole")), phrase())


def test_what_another_process_is_writing_is_left_alone_at_the_start(cache: PhraseCache, folder: Path) -> None:
    cache.put(key("a"), phrase())
    part = folder / f"{key('b')}.part"
    part.touch()
    with writing(folder):
        PhraseCache(folder, limit_bytes=1 << 20)
        assert part.exists()


def test_the_least_recently_used_goes_first(folder: Path) -> None:
    cache = PhraseCache(folder, limit_bytes=10 * BLOCK)
    for number in range(10):
        cache.put(key(f"{number}"), phrase(10))
        used(folder, f"{number}", days_ago=20 - number)
    later = PhraseCache(folder, limit_bytes=10 * BLOCK)
    assert later.get(key("0")) is not None
    later.put(key("10"), phrase(10))
    later.put(key("11"), phrase(10))
    assert [number for number in range(12) if cache.get(key(f"{number}")) is None] == [1, 2]


def test_a_use_that_is_not_written_down_counts_while_the_process_lives(folder: Path) -> None:
    cache = PhraseCache(folder, limit_bytes=10 * BLOCK)
    for number in range(10):
        cache.put(key(f"{number}"), phrase(10))
        assert cache.get(key("0")) is not None
    cache.put(key("10"), phrase(10))
    assert cache.get(key("0")) is not None
    assert cache.get(key("1")) is None


def test_a_use_is_written_down_at_most_once_a_day(cache: PhraseCache, folder: Path) -> None:
    cache.put(key("a"), phrase())
    for days_ago, touched in ((0.5, False), (1.5, True)):
        used(folder, "a", days_ago=days_ago)
        before = (folder / key("a")).stat().st_mtime_ns
        cache.get(key("a"))
        assert ((folder / key("a")).stat().st_mtime_ns != before) == touched


def test_a_file_dated_by_a_wrong_clock_does_not_push_out_newer_ones_for_ever(folder: Path) -> None:
    cache = PhraseCache(folder, limit_bytes=10 * BLOCK)
    for number in range(10):
        cache.put(key(f"{number}"), phrase(10))
        used(folder, f"{number}", days_ago=-4000)
    later = PhraseCache(folder, limit_bytes=10 * BLOCK)
    later.put(key("new"), phrase(10))
    later.put(key("newer"), phrase(10))
    assert later.get(key("new")) is not None


def test_the_limit_holds_while_a_phrase_is_written_too(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = PhraseCache(folder, limit_bytes=20 * BLOCK)
    seen: list[int] = []
    real = os.replace

    def watched(source: str, target: str) -> None:
        seen.append(on_disk(folder))
        real(source, target)

    monkeypatch.setattr(os, "replace", watched)
    for number in range(60):
        cache.put(key(f"{number % 25}"), phrase(number * 60))
    assert len(seen) == 60
    assert max(seen) == 20 * BLOCK


def test_a_phrase_larger_than_a_tenth_of_the_limit_is_not_kept(folder: Path) -> None:
    cache = PhraseCache(folder, limit_bytes=100_000)
    cache.put(key("short"), phrase(4700))
    cache.put(key("long"), phrase(5000))
    assert cache.get(key("short")) is not None
    assert cache.get(key("long")) is None


@pytest.mark.parametrize("limit", [0, 1, 4095])
def test_nothing_is_kept_where_no_block_fits(cache: PhraseCache, folder: Path, limit: int) -> None:
    cache.put(key("before"), phrase())
    small = PhraseCache(folder, limit_bytes=limit)
    small.put(key("a"), replace(phrase(0), marks=()))
    assert list(folder.iterdir()) == []


def test_a_limit_that_was_lowered_holds_from_the_start(cache: PhraseCache, folder: Path) -> None:
    for number in range(10):
        cache.put(key(f"{number}"), phrase(10))
    PhraseCache(folder, limit_bytes=3 * BLOCK)
    assert [number for number in range(10) if cache.get(key(f"{number}")) is not None] == [7, 8, 9]


def test_two_caches_on_one_folder_stay_within_the_limit_and_see_each_other(folder: Path) -> None:
    first, second = (PhraseCache(folder, limit_bytes=12 * BLOCK) for _ in range(2))
    for number in range(40):
        first.put(key(f"first {number}"), phrase(10))
        assert second.get(key(f"first {number}")) is not None
        second.put(key(f"second {number}"), phrase(10))
        assert first.get(key(f"second {number}")) is not None
        assert on_disk(folder) <= 12 * BLOCK


def test_processes_that_write_at_once_stay_within_the_limit(folder: Path) -> None:
    limit = 40 * BLOCK
    folder.mkdir(parents=True)
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, folder, str(limit), name], stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        for name in "abc"
    ]
    seen = []
    while any(writer.poll() is None for writer in writers):
        # While nobody writes; a list made during a write would show files that were never there together.
        with writing(folder):
            seen.append(on_disk(folder))
    for writer in writers:
        assert writer.communicate() == (b"ready\n", b"")
        assert writer.returncode == 0
    assert max(seen) <= limit
    assert list(folder.iterdir())
    assert not list(folder.glob("*.part"))


def test_who_finds_another_one_writing_goes_on_without(
    cache: PhraseCache, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    cache.put(key("a"), phrase())
    with writing(folder):
        cache.put(key("b"), phrase())
        assert_same(cache.get(key("a")), phrase())
    assert cache.get(key("b")) is None
    assert not caplog.records


def test_a_lock_that_is_held_is_let_go_even_after_a_failure(
    cache: PhraseCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "write_bytes", refuse(errno.ENOSPC))
    cache.put(key("a"), phrase())
    monkeypatch.undo()
    cache.put(key("a"), phrase())
    assert_same(cache.get(key("a")), phrase())


def refuse(number: int) -> Any:
    def refused(*_: Any, **__: Any) -> None:
        raise OSError(number, os.strerror(number))

    return refused


@pytest.mark.parametrize(
    "trouble",
    [
        (call, number)
        for call in ("os.replace", "pathlib.Path.write_bytes", "pathlib.Path.mkdir", "os.statvfs")
        for number in (errno.ENOSPC, errno.EROFS, errno.EIO, errno.EDQUOT)
    ],
)
def test_a_full_or_read_only_disk_is_told_once_and_leaves_nothing_half_written(
    cache: PhraseCache,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    trouble: tuple[str, int],
) -> None:
    call, number = trouble
    cache.put(key("before"), phrase())
    monkeypatch.setattr(call, refuse(number))
    for text in "abc":
        cache.put(key(text), phrase())
        assert cache.get(key(text)) is None
    monkeypatch.undo()
    assert [each.name for each in folder.iterdir()] == [key("before")]
    assert_same(cache.get(key("before")), phrase())
    told = [(record.levelno, record.getMessage()) for record in caplog.records]
    assert told == [
        (logging.WARNING, f"spoken phrases are not kept: {folder} cannot be written ({os.strerror(number)})")
    ]


def test_a_disk_that_fills_up_in_the_middle_of_a_file_leaves_nothing_of_it(
    cache: PhraseCache, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, data: bytes) -> None:
        with path.open("wb") as file:
            file.write(data[:100])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "write_bytes", full)
    cache.put(key("a"), phrase())
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("limit", [0, 1 << 20])
def test_a_file_in_place_of_the_folder_gives_no_error(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, limit: int
) -> None:
    (tmp_path / "file").write_text("mine")
    for folder in (tmp_path / "file", tmp_path / "file" / "phrases"):
        cache = PhraseCache(folder, limit_bytes=limit)
        for _ in range(2):
            cache.put(key("a"), phrase())
            assert cache.get(key("a")) is None
        cache.clear()
    assert (tmp_path / "file").read_text() == "mine"
    assert len(caplog.records) == (2 if limit else 0)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder_is_read_and_gives_no_error(cache: PhraseCache, folder: Path) -> None:
    cache.put(key("a"), phrase())
    folder.chmod(0o500)
    try:
        locked = PhraseCache(folder, limit_bytes=1 << 20)
        locked.put(key("b"), phrase())
        assert_same(locked.get(key("a")), phrase())
        assert locked.get(key("b")) is None
        with pytest.raises(UsageError, match="phrases"):
            locked.clear()
    finally:
        folder.chmod(0o700)


def test_a_phrase_that_cannot_be_read_is_a_miss(cache: PhraseCache, monkeypatch: pytest.MonkeyPatch) -> None:
    cache.put(key("a"), phrase())
    monkeypatch.setattr(Path, "open", refuse(errno.EIO))
    assert cache.get(key("a")) is None


def test_clear_leaves_nothing_of_ours_and_all_that_is_not(cache: PhraseCache, folder: Path) -> None:
    for text in "abc":
        cache.put(key(text), phrase())
    (folder / f"{key('d')}.part").write_bytes(b"half")
    (folder / "a photo.jpg").touch()
    cache.clear()
    assert [each.name for each in folder.iterdir()] == ["a photo.jpg"]
    assert cache.get(key("a")) is None
    cache.put(key("a"), phrase())
    assert_same(cache.get(key("a")), phrase())


def test_clear_of_what_was_never_made_is_nothing(cache: PhraseCache, folder: Path) -> None:
    cache.clear()
    assert not folder.exists()


def test_what_another_process_is_about_to_keep_is_cleared_too_and_is_no_trouble(
    cache: PhraseCache, folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    other = PhraseCache(folder, limit_bytes=1 << 20)
    real = os.replace

    def cleared_before(source: str, target: str) -> None:
        other.clear()
        real(source, target)

    monkeypatch.setattr(os, "replace", cleared_before)
    cache.put(key("a"), phrase())
    assert list(folder.iterdir()) == []
    assert not caplog.records


def test_what_is_being_kept_when_another_thread_clears_is_gone_afterwards(
    cache: PhraseCache, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = threading.Event()
    lock = cache._lock

    class Watched:
        def __enter__(self) -> None:
            if lock.locked():
                asked.set()
            lock.acquire()

        def __exit__(self, *_: object) -> None:
            lock.release()

    monkeypatch.setattr(cache, "_lock", Watched())
    clearing = threading.Thread(target=cache.clear)
    real = Path.write_bytes

    def cleared_before(path: Path, data: bytes) -> int:
        clearing.start()
        assert asked.wait(60)
        return real(path, data)

    monkeypatch.setattr(Path, "write_bytes", cleared_before)
    cache.put(key("a"), phrase())
    clearing.join()
    assert list(folder.iterdir()) == []


def test_a_file_that_gets_its_name_while_it_is_being_cleared_is_cleared_too(
    cache: PhraseCache, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache.put(key("a"), phrase())
    part = (folder / key("a")).replace(folder / f"{key('a')}.part")
    real = Path.unlink

    def renamed_before(path: Path, *, missing_ok: bool = False) -> None:
        if part.exists():
            part.replace(folder / key("a"))
        real(path, missing_ok=missing_ok)

    monkeypatch.setattr(Path, "unlink", renamed_before)
    cache.clear()
    assert list(folder.iterdir()) == []


def test_clearing_is_synced_and_keeping_is_not(cache: PhraseCache, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []
    monkeypatch.setattr(os, "fsync", synced.append)
    cache.put(key("a"), phrase())
    assert not synced
    cache.clear()
    assert len(synced) == 1


def test_phrases_that_cannot_be_forgotten_are_told(cache: PhraseCache, monkeypatch: pytest.MonkeyPatch) -> None:
    cache.put(key("a"), phrase())
    monkeypatch.setattr(Path, "unlink", refuse(errno.EROFS))
    with pytest.raises(UsageError, match=r"cannot be forgotten \(Read-only file system\)"):
        cache.clear()
