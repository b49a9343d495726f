"""Fifty uploads at once: each is answered, none is lost, and who presses the button waits hardly longer than ever.

usage: python -m scripts.benches.uploads [ROUNDS]

A press is a `describe` over MQTT; the time runs until the loudspeaker is handed the first chunk of what is said of the
photo taken then. In turns with nothing else to do, and in the middle of fifty uploads of some 200 kB; afterwards what
waits is forgotten.
"""

from __future__ import annotations

import asyncio
import json
import os
import queue
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING

import aiohttp
import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from device.app.shipped import PHOTOS
from tests.mosquitto import free_port, mosquitto

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
ROUNDS = 10
UPLOADS = 50
LOAD_SECONDS = 0.3
"""The presses are spread over so much of the time that the uploads take: what they interrupt is not always the same."""

SIZE = 200_000
ASKED = 1.5
WAIT_SECONDS = 120.0


def main(rounds: int) -> None:
    """Measure, and print medians and answers."""
    with tempfile.TemporaryDirectory() as temporary, mosquitto(_made(Path(temporary) / "broker")) as broker:
        folder = Path(temporary)
        port = free_port()
        photos = _made(folder / "photos")
        for number in range(2 * rounds + 3):
            shutil.copy(PHOTOS / "hopper_navy_cap.jpg", photos / f"{number:03d}.jpg")
        (folder / "voxframe.toml").write_text(
            f'[device]\nname = "bench"\n[capture]\nsource = "replay"\nfolder = "photos"\ninterval = 86400\n'
            f'[web]\nport = {port}\n[mqtt]\nhost = "127.0.0.1"\nport = {broker.port}\n',
            encoding="utf-8",
        )
        with _running(folder) as heard, _asking(broker.port) as ask, ProcessPoolExecutor(1) as senders:
            senders.submit(_nothing).result()
            heard.get(timeout=WAIT_SECONDS)
            _settle(port)
            idle, loaded, answers, under_load = [], [], Counter[int](), 0
            for number in range(rounds):
                idle.append(_press(ask, heard))
                _settle(port)
                # In a process of its own: who presses must not wait for who sends.
                sending = senders.submit(_send_all, port, number)
                time.sleep(LOAD_SECONDS * (number + 0.5) / rounds)
                under_load += not sending.done()
                loaded.append(_press(ask, heard))
                answers.update(sending.result())
                ask("forget")
                _settle(port)
    print(f"first sample after a press, ms: {_shown(idle)} idle; {_shown(loaded)} during {UPLOADS} uploads")
    ratio = statistics.median(loaded) / statistics.median(idle)
    print(f"{under_load} of {rounds} presses came while photos were still being sent")
    print(f"ratio of the medians {ratio:.2f} (asked: {ASKED}); answers: {dict(answers)}")


def _shown(seconds: list[float]) -> str:
    ordered = sorted(round(each * 1000) for each in seconds)
    return f"{statistics.median(ordered):.0f} ({ordered[0]} to {ordered[-1]})"


def _press(ask: _Ask, heard: queue.Queue[tuple[str, float]]) -> float:
    began = time.monotonic()
    ask("describe")
    while True:
        source, at = heard.get(timeout=WAIT_SECONDS)
        if source == "button" and at > began:
            return at - began


def _settle(port: int) -> None:
    """Wait until the device has nothing to do."""
    end = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < end:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/state") as answer:
            state = json.load(answer)
        if state["activity"] == "idle" and not state["queue"]:
            time.sleep(0.5)
            return
        time.sleep(0.2)
    raise TimeoutError(state)


def _nothing() -> None:
    """The process is there."""


def _send_all(port: int, round_: int) -> list[int]:
    return asyncio.run(_send(port, round_))


async def _send(port: int, round_: int) -> list[int]:
    base = (PHOTOS / "apollo11_crew.jpg").read_bytes()

    async def one(session: aiohttp.ClientSession, number: int) -> int:
        data = base + bytes(max(0, SIZE - len(base))) + f"{round_}/{number}".encode()
        while True:
            async with session.post(f"http://127.0.0.1:{port}/api/v1/photos", data=data) as answer:
                if answer.status != HTTPStatus.SERVICE_UNAVAILABLE:
                    return answer.status
                await asyncio.sleep(int(answer.headers["Retry-After"]))

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        return await asyncio.gather(*(one(session, number) for number in range(UPLOADS)))


@contextmanager
def _running(folder: Path) -> Iterator[queue.Queue[tuple[str, float]]]:
    heard: queue.Queue[tuple[str, float]] = queue.Queue()
    with subprocess.Popen(
        [sys.executable, "-m", "scripts.benches.uploads_child", folder / "voxframe.toml"],
        cwd=ROOT,
        env=os.environ | {"VOXFRAME_STATE": str(folder / "state")},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:

        def listen() -> None:
            for line in process.stdout or ():
                source, at = line.split()
                heard.put((source, float(at)))

        threading.Thread(target=listen, daemon=True).start()
        yield heard
        process.terminate()


class _Ask:
    def __init__(self, client: paho.Client) -> None:
        self._client = client

    def __call__(self, action: str) -> None:
        self._client.publish("voxframe/bench/command/set", json.dumps({"action": action}))


@contextmanager
def _asking(port: int) -> Iterator[_Ask]:
    client = paho.Client(CallbackAPIVersion.VERSION2)
    client.connect("127.0.0.1", port)
    client.loop_start()
    yield _Ask(client)
    client.disconnect()
    client.loop_stop()


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS)
