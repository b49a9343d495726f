"""Whatever is done to a valid photo, it is a picture or a BadPhotoError: never another error, a warning, a dead or
hanging process, or a file left behind. `scripts/soak fuzz` does the same ten thousand times."""

from __future__ import annotations

import zlib
from random import Random
from typing import TYPE_CHECKING

import pytest

from tests.fuzz.anyhow import ANYHOW
from tests.fuzz.cases import MUTATIONS, case, cases
from tests.fuzz.chunks import PNG
from tests.fuzz.originals import originals
from tests.fuzz.run import SEED, run
from tests.fuzz.watched import WatchedChild
from tests.sight import mesher

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PLANTED = "tests.fuzz.planted"


def _judge(folder: Path, count: int, first: int = 0) -> None:
    mesher()  # skips where it was not fetched
    report = run(cases(SEED, count, first=first), folder)
    assert not report.failures, "\n".join(report.lines())


def test_a_mutated_photo_is_a_picture_or_a_clear_refusal(tmp_path: Path) -> None:
    _judge(tmp_path, 100)


@pytest.mark.slow
def test_a_thousand_mutated_photos_are_each_a_picture_or_a_clear_refusal(tmp_path: Path) -> None:
    _judge(tmp_path, 1000, first=100)


def test_every_photo_is_described_as_long_as_nothing_was_done_to_it(tmp_path: Path) -> None:
    mesher()
    child = WatchedChild(tmp_path)
    outcomes = {name: child.ask(data, describe=True) for name, data in originals().items()}
    child.close()
    assert {name: answer for name, answer in outcomes.items() if answer.outcome != "described"} == {}
    assert not any(answer.trouble for answer in outcomes.values())


def test_a_mutated_photo_is_the_same_for_the_same_seed_and_number() -> None:
    assert case(3, 17) == case(3, 17)
    assert len({each.data for each in cases(3, 50)} | {each.data for each in cases(4, 50)}) > 90


def test_every_format_and_every_mutation_has_its_turn() -> None:
    some = list(cases(SEED, 1500))
    assert {each.original for each in some} == set(originals())
    known = {mutate.__name__ for each in (*MUTATIONS.values(), ANYHOW) for mutate in each}
    assert {name for each in some for name in each.how} == known


def test_a_changed_png_chunk_has_a_checksum_that_is_right() -> None:
    random, data = Random(1), originals()["png-palette"]  # noqa: S311 - the same again
    for mutate in PNG[:-1] * 20:
        changed = mutate(random, data, originals()["png-clear"])
        assert all(zlib.crc32(body) == checksum for body, checksum in _chunks(changed)), mutate.__name__


def _chunks(data: bytes) -> Iterator[tuple[bytes, int]]:
    at = 8
    while at < len(data):
        end = at + 8 + int.from_bytes(data[at : at + 4])
        yield data[at + 4 : end], int.from_bytes(data[end : end + 4])
        at = end + 4


@pytest.mark.parametrize(
    ("plant", "outcome", "told"),
    [
        (b"abort", "died", "ended with -6"),
        (b"exit", "died", "ended with 0"),
        (b"raise", "other error", "ValueError: planted"),
        (b"write", "decoded", "the photo itself was changed"),
        (b"stay open", "decoded", "1 files more are open than before"),
        (b"leave in tmp", "decoded", "left behind: tmp/forgotten"),
        (b"leave in cwd", "decoded", "left behind: cwd/forgotten"),
        (b"leave in state", "decoded", "left behind: state/forgotten"),
    ],
)
def test_a_file_that_does_what_must_never_be_is_told_from_its_neighbours(
    tmp_path: Path, plant: bytes, outcome: str, told: str
) -> None:
    child = WatchedChild(tmp_path, module=PLANTED)
    before, during, after = (child.ask(data, describe=False) for data in (b"harmless", plant, b"harmless"))
    child.close()
    assert (before.outcome, before.trouble) == (after.outcome, after.trouble) == ("decoded", "")
    assert during.outcome == outcome
    assert told in during.trouble


def test_a_file_on_which_the_process_hangs_is_told_and_the_next_is_looked_at(tmp_path: Path) -> None:
    child = WatchedChild(tmp_path, module=PLANTED, hang_seconds=0.5)
    assert child.ask(b"hang", describe=False).outcome == "hung"
    child.close()
    child = WatchedChild(tmp_path / "next", module=PLANTED)
    assert [child.ask(each, describe=False).outcome for each in (b"exit", b"harmless")] == ["died", "decoded"]
    child.close()


def test_a_process_that_dies_late_is_told_with_the_next_file(tmp_path: Path) -> None:
    child = WatchedChild(tmp_path, module=PLANTED)
    child.ask(b"harmless", describe=False)
    assert child._process
    child._process.kill()
    child._process.wait()
    assert "ended with -9" in child.ask(b"harmless", describe=False).trouble
    assert child.ask(b"harmless", describe=False).outcome == "decoded"
    child.close()


def test_a_report_of_failures_names_the_seed_and_keeps_the_file(tmp_path: Path) -> None:
    some = [case(3, number) for number in (1, 2)]
    report = run(some, tmp_path, module=PLANTED)
    assert [each for each, _ in report.failures] == some
    assert (tmp_path / "seed-3-file-2").read_bytes() == some[1].data
    assert any("seed 3, file 2" in line for line in report.lines())
