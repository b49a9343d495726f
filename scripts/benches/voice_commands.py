"""Piper as others run it, seen from outside: as a Wyoming server that stays, and as a command that comes and goes.

Both come from the environment of requirements/bench-voice.txt. Times are CPU times of their processes.
"""

from __future__ import annotations

import ctypes
import json
import os
import socket
import subprocess
import time
from functools import partial
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from scripts.benches.heard import Took, listen
from scripts.benches.peer_process import ROOT, AbsentError, last_words, python_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import TracebackType

    from device.core.types import Pcm

ENVIRONMENT = "bench-voice"
_PATIENCE_SECONDS = 60.0
_PIPE_BYTES = 4096


class ProcessClock:
    """CPU seconds of another process, in all its threads; /proc would tell them in hundredths alone."""

    def __init__(self, process: int) -> None:
        number = ctypes.c_int()
        failed = ctypes.CDLL(None).clock_getcpuclockid(process, ctypes.byref(number))
        if failed:
            raise OSError(failed, os.strerror(failed))
        self._number = number.value

    def __call__(self) -> float:
        """How many it has used."""
        return time.clock_gettime(self._number)


def _on_one_thread(module: str) -> list[str | Path]:
    """How a module of their environment is started.

    Raises:
        AbsentError: The environment is not there.
    """
    return [python_of(ENVIRONMENT, peers=module), "-m", "scripts.benches.one_thread", module]


class WyomingPiper:
    """The server behind Piper in Home Assistant, with the voice loaded.

    Raises:
        AbsentError: Its environment is not there, or it does not start.
    """

    def __init__(self, model: Path, *, rate: int, folder: Path) -> None:
        self._rate = rate
        self._log = folder / "wyoming-piper.log"
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        command = [*_on_one_thread("wyoming_piper"), "--uri", f"tcp://127.0.0.1:{port}", "--voice", model.stem]
        command += ["--data-dir", model.parent, "--download-dir", folder]
        with self._log.open("wb") as words:
            self._process = subprocess.Popen(command, cwd=ROOT, stdout=words, stderr=words)
        self._clock = ProcessClock(self._process.pid)
        self._connection = self._connected(port)
        self._wire = self._connection.makefile("rwb")
        try:
            # It loads the voice for the first sentence.
            self.say("Good morning.")
        except AbsentError:
            self._end()
            raise

    def say(self, text: str) -> Took:
        """Ask for a sentence and take it."""
        return listen(self._said(text), rate=self._rate, clock=self._clock)

    def _said(self, text: str) -> Iterator[Pcm]:
        data = json.dumps({"text": text}).encode()
        header = {"type": "synthesize", "version": "1.0", "data_length": len(data)}
        self._wire.write(json.dumps(header).encode() + b"\n" + data)
        self._wire.flush()
        while True:
            kind, payload = self._event()
            if kind == "audio-chunk":
                yield np.frombuffer(payload, "<i2")
            elif kind == "audio-stop":
                return
            elif kind != "audio-start":
                raise AbsentError(f"wyoming-piper answers with {kind}: {last_words(self._log)}")

    def _event(self) -> tuple[str, bytes]:
        line = self._wire.readline()
        if not line:
            raise AbsentError(f"wyoming-piper ended: {last_words(self._log)}")
        header: dict[str, Any] = json.loads(line)
        self._wire.read(header.get("data_length") or 0)
        return header["type"], self._wire.read(header.get("payload_length") or 0)

    def _connected(self, port: int) -> socket.socket:
        until = time.monotonic() + _PATIENCE_SECONDS
        while time.monotonic() < until and self._process.poll() is None:
            try:
                return socket.create_connection(("127.0.0.1", port))
            except ConnectionRefusedError:
                time.sleep(0.1)
        self._end()
        raise AbsentError(f"wyoming-piper does not start: {last_words(self._log)}")

    def _end(self) -> None:
        self._process.terminate()
        self._process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._wire.close()
        self._connection.close()
        self._end()


class PiperCommand:
    """`piper`, started anew for each sentence.

    Raises:
        AbsentError: Its environment is not there.
    """

    def __init__(self, model: Path, *, rate: int) -> None:
        self._command = [*_on_one_thread("piper"), "--model", model, "--output-raw"]
        self._rate = rate

    def say(self, text: str) -> Took:
        """Start it, and take what it says until it ends."""
        process = subprocess.Popen(
            [*self._command, "--", text], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        with process:
            return listen(_output(process), rate=self._rate, clock=ProcessClock(process.pid), began=0.0)


def _output(process: subprocess.Popen[bytes]) -> Iterator[Pcm]:
    if process.stdout is None:
        return
    for data in iter(partial(process.stdout.read, _PIPE_BYTES), b""):
        yield np.frombuffer(data, "<i2")
    # It ends, and is not yet forgotten: its clock can still be read.
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
