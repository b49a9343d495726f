"""streaming-vits, in an environment of its own: answers requests line by line.

Runs on what requirements/bench-voice.txt names and nothing else. It streams by windows: its other decoder, which keeps
state, is exported with torch. Times are CPU times of this process, text to sound.
usage: python -m scripts.benches.streaming_vits_peer VOICE.onnx FOLDER THREADS     (FOLDER takes its parts)
"""

from __future__ import annotations

import contextlib
import json
import sys
import time
from dataclasses import asdict
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

from streaming_vits import StreamingTTS, calibrate
from streaming_vits.audio import to_pcm16
from streaming_vits.profile import Profile

from scripts.benches.heard import listen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from device.core.types import Pcm


def _calibrated(voice: Path, folder: Path, threads: int) -> StreamingTTS:
    """As its manual has it: margins and chunks are measured first."""
    peer = StreamingTTS(voice, cache=folder, threads=threads, profile=Profile(), verbose=False)
    # It measures by the day, so that other programs would make it choose larger chunks than it needs.
    calibrate.time = SimpleNamespace(perf_counter=time.process_time)
    calibrate.calibrate(peer, verbose=False)
    return peer


def _said(peer: StreamingTTS, text: str) -> Iterator[Pcm]:
    for chunk in peer.stream(text):
        yield to_pcm16(chunk.audio)


def main() -> None:
    """Answer until standard input ends."""
    voice, folder, threads = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    # It prints what it is doing, and standard output is for the answers.
    answers = sys.stdout
    with contextlib.redirect_stdout(sys.stderr):
        peer = _calibrated(voice, folder, threads)
        profile = peer.profile
        chosen = {"left": profile.left, "right": profile.right, "chunks": profile.schedule}
        print(json.dumps(chosen), file=answers, flush=True)
        for line in sys.stdin:
            text = json.loads(line)["say"]
            took = listen(_said(peer, text), rate=peer.sample_rate, clock=time.process_time)
            print(json.dumps(asdict(took)), file=answers, flush=True)


if __name__ == "__main__":
    main()
