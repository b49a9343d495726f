"""From a request that fails to the first sound in the room: the real daemon, its voice and a sink of PulseAudio.

usage: python -m scripts.benches.failures [ROUNDS]

Each round is a daemon of its own, which has been idle since its start; the time runs from before the first byte of the
request to the first stretch of 10 ms, 20 ms late at most, in which the sink's monitor has a sample above -40
dBFS. The lead-in of a sleeping amplifier counts, and the silence at the beginning of a sentence too.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from device.app.shipped import PHOTOS
from device.models.folder import models_folder
from device.pipeline.speak import AUDIBLE
from tests.command import VOXFRAME
from tests.faults.doors import get, post
from tests.mosquitto import free_port
from tests.small_disk import filled, mounting
from tests.sound_server import SoundServer, sound_server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

ROUNDS = 5
PHOTO = (PHOTOS / "hopper_navy_cap.jpg").read_bytes()
LOOK_SECONDS = 0.05


def main() -> None:
    """Print a line for each failure."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    print(f"{rounds} rounds; median and worst, in milliseconds from the request to the first sound")
    with tempfile.TemporaryDirectory() as folder:
        server = sound_server(Path(folder) / "server")
        server.start()
        try:
            for name, failing in FAILURES.items():
                times = [failing(Path(tempfile.mkdtemp(dir=folder)), server) for _ in range(rounds)]
                print(f"{name}: {median(times):.0f} ({max(times):.0f})")
        finally:
            server.stop()


def _no_photo(folder: Path, server: SoundServer) -> float:
    with _device(folder, server) as port:
        return _first_sound(server, port, b"this is no photo")


def _cut_short(folder: Path, server: SoundServer) -> float:
    with _device(folder, server) as port:
        # Its header is whole; that its bytes end too early shows when it is decoded.
        return _first_sound(server, port, PHOTO[: len(PHOTO) // 8])


def _full_disk(folder: Path, server: SoundServer) -> float:
    state = folder / "state"
    state.mkdir()
    with _device(folder, server, before=mounting(folder=state)) as port, filled(_seen_by(port, state)):
        return _first_sound(server, port, PHOTO)


def _missing_voice(folder: Path, server: SoundServer) -> float:
    models = folder / "models"
    models.mkdir()
    for each in models_folder(os.environ).iterdir():
        if "joe" not in each.name:
            (models / each.name).symlink_to(each)
    with _device(folder, server, VOXFRAME_MODELS=str(models)) as port:
        return _first_sound(server, port, PHOTO)


FAILURES: dict[str, Callable[[Path, SoundServer], float]] = {
    "what is no photo": _no_photo,
    "a photo that is cut short": _cut_short,
    "a full disk": _full_disk,
    "a missing voice": _missing_voice,
}

_processes: dict[int, int] = {}


def _seen_by(port: int, folder: Path) -> Path:
    return Path(f"/proc/{_processes[port]}/root") / folder.relative_to("/")


@contextmanager
def _device(
    folder: Path, server: SoundServer, *, before: Sequence[str | Path] = (), **environment: str
) -> Iterator[int]:
    """A daemon that is ready, and idle; gives its port."""
    port, config, state = free_port(), folder / "voxframe.toml", folder / "state"
    config.write_text(
        f'[web]\nport = {port}\n[audio]\ndevice = "pulse:room"\n[store]\nreserve_megabytes = 0.5\n', encoding="utf-8"
    )
    with ExitStack() as stack:
        process = subprocess.Popen(
            [*before, VOXFRAME, "run", "--config", config],
            env=os.environ | server.environment | {"VOXFRAME_STATE": str(state)} | environment,
            stderr=subprocess.DEVNULL,
        )
        stack.callback(process.wait)
        stack.callback(process.kill)
        _processes[port] = process.pid
        while not _is_ready(port):
            if process.poll() is not None:
                sys.exit("the daemon ended before it was ready")
            time.sleep(LOOK_SECONDS)
        yield port


def _is_ready(port: int) -> bool:
    try:
        return get(port, "/api/v1/state")["reason"] != "starting"
    except OSError:
        return False


def _first_sound(server: SoundServer, port: int, data: bytes) -> float:
    listener = server.listen("room")
    sending = threading.Thread(target=post, args=(port, data))
    asked = time.monotonic()
    sending.start()
    listener.wait_for_sound(above=AUDIBLE)
    sending.join()
    return (listener.last_sound - asked) * 1000


if __name__ == "__main__":
    main()
