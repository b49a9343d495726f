"""What takes memory in a process that looks and speaks, and how much: each part in a fresh process of its own.

Run as a module it is that process: it uses the parts that it is told and prints its memory before and after as JSON.
usage: python -m device.app.memory_parts [--config FILE] [--threads N] [PART...]
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from device.app.config import load
from device.app.memory import trim
from device.app.wiring import Wiring
from device.core.errors import MissingModelError, VoxframeError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from device.app.looking import Looking
    from device.models.registry import Registry

ROLLUP = Path("/proc/self/smaps_rollup")

VOICE = "voice"
DETECTOR = "face-detector-"

FACES = (DETECTOR, "face-mesh", "smile")
"""How the names of the networks begin that the limit is for; others are loaded when a photo needs them."""

LIMIT_MEGABYTES = 130
"""For a process with these."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Memory of a process in megabytes: what is resident, and what it shares with no other process."""

    resident: float
    private: float

    @classmethod
    def now(cls) -> Held:
        """That of this process, in proc(5)'s words Rss, and Private_Clean with Private_Dirty.

        Raises:
            OSError: The system does not tell.
        """
        words = (line.split() for line in ROLLUP.read_text(encoding="ascii").splitlines())
        # The kernel says kB and means 1024 bytes.
        held = {each[0]: int(each[1]) * 1024 / 1e6 for each in words if each[-1] == "kB"}
        return cls(resident=held["Rss:"], private=held["Private_Clean:"] + held["Private_Dirty:"])

    def __str__(self) -> str:
        return f"{self.resident:9.1f}{self.private:9.1f}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """A process before and after it loaded some parts and used each once."""

    before: Held
    after: Held

    @property
    def added(self) -> Held:
        """What the parts added."""
        before, after = self.before, self.after
        return Held(resident=after.resident - before.resident, private=after.private - before.private)


def parts(registry: Registry, looking: Looking) -> list[str]:
    """The names of all parts: each network of the manifest that is in use here, by its canvases, and the voice."""
    from device.vision.looks import SECOND_SIDE

    found = []
    for model in registry.manifest.models.values():
        if not model.file.endswith(".tflite"):
            continue
        if not model.name.startswith(DETECTOR):
            found.append(model.name)
        elif model.name == DETECTOR + looking.precision:
            canvases = ((SECOND_SIDE, SECOND_SIDE), *looking.plan.canvases)
            found += [f"{model.name} {width}x{height}" for height, width in canvases]
    return [*found, VOICE]


def measure(names: Sequence[str], *, threads: int, config: Path | None) -> Cost:
    """The memory of a fresh process that uses these parts.

    Raises:
        MissingModelError: One of them is not there.
    """
    command = [sys.executable, "-P", "-m", "device.app.memory_parts", *names, "--threads", str(threads)]
    if config is not None:
        command += ["--config", str(config)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - every word is ours
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1:] or [f"status {done.returncode}"]
        raise MissingModelError(last[0])
    told = json.loads(done.stdout)
    return Cost(before=Held(**told["before"]), after=Held(**told["after"]))


def _used(name: str, wiring: Wiring, threads: int) -> object:
    """The part, loaded and used once; it stays as long as what is returned."""
    if name == VOICE:
        return _voice(wiring)
    from device.vision.runtime import Network

    model, _, canvas = name.partition(" ")
    network = Network(wiring.registry().path(model), threads=threads)
    width, height = map(int, canvas.split("x")) if canvas else (0, 0)
    network.run(network.blank((1, height, width, 3) if canvas else None))
    return network


def _voice(wiring: Wiring) -> object:
    from device.core.types import Utterance

    language, voices = wiring.settings.device.language, wiring.voices()
    settings = replace(voices.settings, cache_megabytes=0, idle_seconds=0)
    said = Utterance(speaker="narrator", text="I see three people.", language=language, because=())
    # A state of its own: a phrase from before would be spoken without the voice.
    with TemporaryDirectory() as state:
        voice = replace(voices, settings=settings, state=Path(state)).synthesiser(language)
        for _ in voice.synthesise([said]):
            pass
    return voice


def _libraries() -> None:
    """What every process that looks has loaded before it looks."""
    from device.decode import decoder
    from device.vision import analyse, animals, detector, mesh, things

    for _ in (analyse, animals, decoder, detector, mesh, things):
        trim()


def _main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--config", type=Path)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("parts", nargs="*")
    options = parser.parse_args()
    try:
        wiring = Wiring(load(options.config))
        _libraries()
        before = Held.now()
        kept = [_used(name, wiring, options.threads) for name in options.parts]
        trim()
        print(json.dumps({"before": asdict(before), "after": asdict(Held.now())}))
    except VoxframeError as error:
        print(error, file=sys.stderr)
        return error.exit_status
    del kept
    return 0


if __name__ == "__main__":
    sys.exit(_main())
