"""The daemon lives through everything that can happen to it, and nothing is lost."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.simulation.plant import PLANTED, ROOT, names
from tests.simulation.run import run_world

CORPUS = Path(__file__).parent / "corpus.txt"
SEEDS = 2000


def kept_seeds() -> list[int]:
    """The seeds that failed once; each line may say why behind a #."""
    lines = (line.partition("#")[0].strip() for line in CORPUS.read_text(encoding="utf-8").splitlines())
    return [int(line) for line in lines if line]


@pytest.mark.parametrize("seed", kept_seeds())
@pytest.mark.filterwarnings("ignore")  # what is dropped with a dead life complains that nobody waited for it
def test_a_world_that_was_once_too_much_is_lived_through(seed: int) -> None:
    outcome = run_world(seed)
    assert outcome.error is None, "\n".join(outcome.story)


@pytest.mark.filterwarnings("ignore")
def test_the_same_seed_is_the_same_world() -> None:
    assert run_world(7).story == run_world(7).story


@pytest.mark.parametrize("name", names())
def test_a_bug_that_the_worlds_are_to_find_can_still_be_planted(name: str) -> None:
    check = ["git", "apply", "--check", str(PLANTED / f"{name}.patch")]
    done = subprocess.run(check, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"make it anew for the code as it is: {done.stderr}"


@pytest.mark.slow
@pytest.mark.timeout(1500)
def test_nothing_is_lost_in_thousands_of_worlds() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.simulation.run", "--seeds", str(SEEDS)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    print(done.stdout.splitlines()[-1])
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
