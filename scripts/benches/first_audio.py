"""From a photo to the first sound: voxframe, warm, beside a script that calls MediaPipe and `piper` as commands.

usage: python -m scripts.benches.first_audio [ROUNDS]
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NamedTuple, cast

import numpy as np

from device.app.settings import Settings
from device.app.shipped import PHOTOS
from device.app.wiring import Wiring
from device.pipeline.speak import AUDIBLE
from device.pipeline.tell import tell
from device.playback.null import NullPlayer
from device.playback.stream import LEAD_IN_SECONDS

if TYPE_CHECKING:
    from device.core.ports import Synthesiser
    from device.core.types import Played, Speech
    from device.pipeline.describe import Describer

ROUNDS = 4
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


class Watching(NullPlayer):
    """Plays to nowhere, and notes when the first sample came."""

    first: float | None = None

    def play(self, speech: Speech) -> Played:
        """Take it all."""
        return super().play(self._passing(speech))

    def _passing(self, speech: Speech) -> Speech:
        for chunk in speech:
            if self.first is None:
                self.first = time.perf_counter()
            yield chunk


class Warm:
    """voxframe with everything loaded, as in the daemon, but with no phrase kept from an earlier round."""

    def __init__(self) -> None:
        settings = Settings()
        self._wiring = Wiring(replace(settings, voice=replace(settings.voice, cache_megabytes=0)))
        self._describer: Describer = self._wiring.describer()
        self._synthesiser: Synthesiser = self._wiring.synthesiser()

    def run(self, photo: Path, *, whole: bool = False) -> Took:
        """Describe and speak to nowhere; the times are those of the opening.

        Args:
            photo: What is described.
            whole: Whether the opening waits until the whole description is known.
        """
        began = time.perf_counter()
        beginning = self._describer.begin(photo, speaking="narrator")
        if whole:
            beginning.finish()
        player = Watching()
        told, _ = tell(beginning, synthesiser=self._synthesiser, player=player, clock=self._wiring.clock)
        missing = float("nan")
        return Took((player.first - began) * 1000 if player.first else missing, told.timings.first_audio_ms or missing)


def commands(photo: Path, voice: Path) -> Took:
    """The same photo through two commands, one after the other."""
    began = time.perf_counter()
    quiet: dict[str, Any] = {"stderr": subprocess.DEVNULL, "env": os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3"}}
    told = subprocess.run(
        [PEERS / "python", "-c", DETECT, photo], stdout=subprocess.PIPE, text=True, check=True, **quiet
    )
    sentence = told.stdout.strip().splitlines()[-1]
    with subprocess.Popen(
        [PEERS / "piper", "--model", voice, "--output-raw", "--", sentence], stdout=subprocess.PIPE, **quiet
    ) as piper:
        raw = cast("IO[bytes]", piper.stdout)
        head = raw.read(2)
        first = (time.perf_counter() - began) * 1000
        samples = np.frombuffer(head + raw.read(), "<i2")
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
    late: list[Took] = []
    theirs: list[Took] = []
    for number in range(rounds):
        # All photos and then all again, for the decoder keeps the last picture.
        for whole in (True, False) if number % 2 else (False, True):
            (late if whole else ours).extend(warm.run(photo, whole=whole) for photo in photos)
        if (PEERS / "piper").exists():
            theirs.extend(commands(photo, voice) for photo in photos)
    print(f"photo to sound, {rounds} rounds of {len(photos)} photos, medians in ms; files get no lead-in,")
    print(f"a sound card that was asleep gets {LEAD_IN_SECONDS * 1000:.0f} ms of silence in front in all cases")
    print(f"{'':46}{'first sample':>12}{'first audible':>15}")
    _row("voxframe, warm", ours)
    _row("the same, opening after the whole description", late)
    _ratio(ours, late)
    if not theirs:
        print("absent: MediaPipe and piper as commands (Python 3.11 is needed)")
        return
    _row("MediaPipe, then piper, as commands", theirs)
    _ratio(ours, theirs)


def _ratio(ours: list[Took], others: list[Took]) -> None:
    ratios = [[a / b for a, b in zip(one, other, strict=True)] for one, other in zip(ours, others, strict=True)]
    first, audible = (statistics.median(column) for column in zip(*ratios, strict=True))
    print(f"{'  voxframe to this, pair by pair, median':46}{first:>12.3f}{audible:>15.3f}")


def _row(name: str, taken: list[Took]) -> None:
    first, audible = (statistics.median(column) for column in zip(*taken, strict=True))
    print(f"{name:46}{first:>12.0f}{audible:>15.0f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS)
