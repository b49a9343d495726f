"""From the start of a process to its first sound, and the memory that a voice takes: voxframe beside Piper.

usage: python -m scripts.benches.startup [ROUNDS]

Each round starts `voxframe say` and a script that loads Piper and speaks, and stops the clock when the first samples
are handed to whoever plays them. For the memory a process of each speaks 200 different sentences to nowhere. PSS counts
what is shared with other processes in parts: it is true where nothing else uses the same libraries meanwhile.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from scripts.benches import voice
from scripts.benches.spoken_texts import SENTENCES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ROOT = Path(__file__).resolve().parents[2]
ROUNDS = 10
WORDS = 10

RATIO = 0.25
GROWTH_MEGABYTES, MEGABYTES, PEAK_MEGABYTES = 5, 100, 200
BACK_SECONDS = 0.3


class Took(NamedTuple):
    """Milliseconds from the start of the process to its first samples."""

    wall: float
    cpu: float


def main(rounds: int) -> None:
    """Measure, and print medians."""
    model = str(voice.wiring().registry().voice(voice.VOICE).model)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        environment = os.environ | {"VOXFRAME_STATE": str(folder / "state")}
        configuration = folder / "voxframe.toml"
        configuration.write_text(_toml(voice.voice_settings()), encoding="utf-8")
        commands = {"voxframe": str(configuration), "piper": model}
        _print_starts(_starts(commands, environment, rounds))
        for name in commands:
            stages = list(_child("memory_child", [name, model], environment))
            _print_memory(name, stages)
            if name == "voxframe":
                _print_returns([each for each in stages if each["stage"] == "back"])


def _starts(commands: dict[str, str], environment: dict[str, str], rounds: int) -> dict[str, list[Took]]:
    """In turns; the first of each, which reads its files from the disk, does not count."""
    took: dict[str, list[Took]] = {name: [] for name in commands}
    texts = SENTENCES[WORDS]
    for number in range(rounds + 1):
        for name, files in commands.items():
            began = time.monotonic()
            arguments = [name, files, texts[number % len(texts)]]
            told = next(_child("first_sound_child", arguments, environment))
            took[name].append(Took((told["at"] - began) * 1000, told["cpu"] * 1000))
    return {name: each[1:] for name, each in took.items()}


def _child(module: str, arguments: Sequence[str], environment: dict[str, str]) -> Iterator[dict[str, Any]]:
    command = [sys.executable, "-m", f"scripts.benches.{module}", *arguments]
    told = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return map(json.loads, told.stdout.splitlines())


def _toml(settings: dict[str, object]) -> str:
    """Texts and numbers are written in TOML as in JSON."""
    return "\n".join(["[voice]", *(f"{name} = {json.dumps(value)}" for name, value in settings.items()), ""])


def _print_starts(took: dict[str, list[Took]]) -> None:
    pairs = list(zip(*took.values(), strict=True))
    print(f"process start to first sound, {WORDS} words, {len(pairs)} pairs in turns, medians in ms")
    print(f"{'':32}{'wall':>8}{'CPU':>8}")
    for name, each in took.items():
        _row(name, each, ".0f")
    ratios = [Took(*(ours / theirs for ours, theirs in zip(*pair, strict=True))) for pair in pairs]
    _row(f"ratio, at most {RATIO}", ratios, ".2f")


def _row(name: str, took: Sequence[Took], form: str) -> None:
    print(f"{name:32}" + "".join(f"{statistics.median(column):8{form}}" for column in zip(*took, strict=True)))


def _print_memory(name: str, stages: list[dict[str, Any]]) -> None:
    print(f"\n{f'memory of {name}, MB':32}{'PSS':>8}{'of it anonymous':>17}{'peak resident':>15}")
    for each in stages:
        if each["stage"] != "back":
            print(f"{each['stage']:32}{each['pss']:8.1f}{each['anonymous']:17.1f}{each['peak']:15.1f}")
    spoken = [each for each in stages if each["stage"].startswith("after")]
    first, middle, last = spoken
    for kind, what in (("pss", "PSS"), ("anonymous", "anonymous")):
        whole, later = last[kind] - first[kind], last[kind] - middle[kind]
        print(f"growth of {what}: {whole:+.1f} since the first sentence, {later:+.1f} since the 20th")
    if name == "voxframe":
        print(
            f"allowed: growth {GROWTH_MEGABYTES}, at the end {MEGABYTES} (is {last['pss']:.1f}), "
            f"peak {PEAK_MEGABYTES} (is {last['peak']:.1f})"
        )


def _print_returns(returns: list[dict[str, Any]]) -> None:
    if not returns:
        print("absent: letting the voice go (this synthesiser cannot)")
        return
    warm, back = (statistics.median(each[name] for each in returns) * 1000 for name in ("warm", "back"))
    longer = statistics.median(each["back"] - each["warm"] for each in returns) * 1000
    print(f"let go and taken back {len(returns)} times, ms to the first chunk: {warm:.0f} warm, {back:.0f} from rest;")
    print(f"the difference, to stay below {BACK_SECONDS * 1000:.0f}: {longer:.0f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS)
