"""From a photo to the first sound: voxframe, warm, beside a script that calls MediaPipe and `piper` as commands.

usage: python -m scripts.benches.first_audio [ROUNDS]
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from device.app.settings import Settings
from device.app.wiring import PHOTOS, Wiring
from device.pipeline.speak import AUDIBLE, speak, with_speech
from device.playback.alsa import LEAD_IN_SECONDS
from device.playback.null import NullPlayer

if TYPE_CHECKING:
    from device.core.ports import Synthesiser
    from device.pipeline.describe import Describer

ROUNDS = 8
PEERS = Path(".venvs/bench-mediapipe/bin")
DETECT = """
import sys
import cv2
import mediapipe
picture = cv2.cvtColor(cv2.imread(sys.argv[1]), cv2.COLOR_BGR2RGB)
detector = mediapipe.solutions.face_detection.FaceDetection(model_selection=1, min_detection_confidence=0.5)
found = detector.process(picture).detections or ()
print(f"I see {len(found)} faces in this photo.")
"""
"""The detection half of such a script, with MediaPipe's full range, which finds the most."""


class Took(NamedTuple):
    """Milliseconds from the photo to the first sample that was handed over, and to the first audible one."""

    first: float
    audible: float


class Warm:
    """voxframe with everything loaded, as in the daemon."""

    def __init__(self) -> None:
        self._wiring = Wiring(Settings())
        self._describer: Describer = self._wiring.describer()
        self._synthesiser: Synthesiser = self._wiring.synthesiser()

    def run(self, photo: Path) -> Took:
        """Describe and speak to nowhere, up to the last sentence; the times are those of the first."""
        described = self._describer.describe(photo, speaking="narrator")
        silent = described.timings.total_ms or 0.0
        handed: list[float] = []
        began = time.perf_counter()

        class Watching(NullPlayer):
            def play(self, speech):  # noqa: ANN001, ANN202 - as its parent
                def passing():  # noqa: ANN202
                    for chunk in speech:
                        handed.append((time.perf_counter() - began) * 1000)
                        yield chunk

                return super().play(passing())

        spoken = speak(described.narration, synthesiser=self._synthesiser, player=Watching(), clock=self._wiring.clock)
        audible = with_speech(described, spoken).timings.first_audio_ms
        return Took(silent + handed[0], audible or float("nan"))


def commands(photo: Path, voice: Path) -> Took:
    """The same photo through two commands, one after the other."""
    began = time.perf_counter()
    quiet = {"stderr": subprocess.DEVNULL, "env": os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3"}}
    told = subprocess.run(
        [PEERS / "python", "-c", DETECT, photo], stdout=subprocess.PIPE, text=True, check=True, **quiet
    )
    sentence = told.stdout.strip().splitlines()[-1]
    with subprocess.Popen(
        [PEERS / "piper", "--model", voice, "--output-raw", "--", sentence], stdout=subprocess.PIPE, **quiet
    ) as piper:
        head = piper.stdout.read(2)
        first = (time.perf_counter() - began) * 1000
        samples = np.frombuffer(head + piper.stdout.read(), "<i2")
    loud = np.flatnonzero(np.abs(samples.astype(np.int32)) >= AUDIBLE)
    return Took(first, first + loud[0] / 22.05)


def main(rounds: int) -> None:
    """Interleave, and print medians and ratios."""
    photos = sorted(PHOTOS.glob("*.jpg"))
    voice = Wiring(Settings()).registry().voice("en_US-joe-medium").model
    warm = Warm()
    for photo in photos:
        warm.run(photo)
    ours: list[Took] = []
    theirs: list[Took] = []
    for number in range(rounds):
        photo = photos[number % len(photos)]
        ours.append(warm.run(photo))
        if (PEERS / "piper").exists():
            theirs.append(commands(photo, voice))
    print(f"photo to sound, {rounds} rounds over {len(photos)} photos, medians in ms; files get no lead-in,")
    print(f"a sound card that was asleep gets {LEAD_IN_SECONDS * 1000:.0f} ms of silence in front in both cases")
    print(f"{'':44}{'first sample':>14}{'first audible':>15}")
    _row("voxframe, warm", ours)
    if not theirs:
        print("absent: MediaPipe and piper as commands (Python 3.11 is needed)")
        return
    _row("MediaPipe, then piper, as commands", theirs)
    ratios = [[a / b for a, b in zip(one, other, strict=True)] for one, other in zip(ours, theirs, strict=True)]
    first, audible = (statistics.median(column) for column in zip(*ratios, strict=True))
    print(f"{'ratio, pair by pair, median':44}{first:>14.3f}{audible:>15.3f}")


def _row(name: str, taken: list[Took]) -> None:
    first, audible = (statistics.median(column) for column in zip(*taken, strict=True))
    print(f"{name:44}{first:>14.0f}{audible:>15.0f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS)
