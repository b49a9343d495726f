"""The daemon as `voxframe run` has it, with quick eyes, a null voice and a player that keeps a log.

usage: python -m tests.faults.daemon CONFIG SPEECHES [--point POINT] [--plant BUG]

Its state folder is $VOXFRAME_STATE. SPEECHES is a file outside of it: a line for each speech that begins and for each
that is over, written at once, so that no kill can take it back. With POINT the process kills itself when it passes the
point of that name; BUG is one of `tests.faults.plants`.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING
from unittest.mock import patch

import numpy as np

from device.app import logs
from device.app.config import load
from device.app.daemon import run
from device.app.once import once
from device.app.players import Loudspeaker
from device.app.wiring import Wiring
from device.core import faults
from device.core.errors import BadPhotoError
from device.core.types import Claim, Photo, Pixels, Played, Scene, SpeechChunk, Utterance
from device.pipeline.describe import Describer
from device.playback.null import NullPlayer
from tests.faults.photos import POISON, title_of
from tests.faults.plants import PLANTS

if TYPE_CHECKING:
    from device.core.ports import Player
    from device.core.types import Detection, Job, Narration, Speaking, Speech

SAMPLE_RATE = 16_000
PACE_SECONDS = 0.002
SETTLE_SECONDS = 0.1
"""A life here lasts for less than the second that a file has to lie still in a real inbox."""


class _Eyes:
    """Decoder, detector and analyser: what a photo shows is its title."""

    def inspect(self, path: Path) -> Photo:
        try:
            data = path.read_bytes()
        except OSError as error:
            raise BadPhotoError("missing", f"{path} cannot be opened") from error
        if POISON in data:
            os.kill(os.getpid(), signal.SIGKILL)
        return Photo(
            path=path,
            format="jpeg",
            width=640,
            height=480,
            orientation=1,
            size_bytes=len(data),
            sha256=hashlib.sha256(data).hexdigest(),
            taken_at=None,
        )

    def let_go(self) -> None:
        """Nothing is held."""

    def pixels(self, photo: Photo, *, long_side: int | None = None) -> Pixels:  # noqa: ARG002 - the port's
        return Pixels(rgb=np.zeros((1, 1, 3), np.uint8), scale=1 / 640)

    def detect(self, pixels: Pixels) -> tuple[Detection, ...]:  # noqa: ARG002 - the port's
        return ()

    def glance(self, photo: Photo, detections: tuple[Detection, ...]) -> Scene:  # noqa: ARG002 - the port's
        title = title_of(photo.path.read_bytes())
        claim = Claim(about="photo", name="title", value=title, score=1, threshold=0, said=True, why="it is written")
        return Scene(faces=(), claims=(claim,))

    def analyse(self, photo: Photo, pixels: Pixels, detections: tuple[Detection, ...]) -> Scene:  # noqa: ARG002
        return self.glance(photo, detections)


class _Pen:
    """A narrator: what is said is the title of the photo."""

    def narrate(self, scene: Scene, *, speaking: Speaking, seed: int) -> Narration:  # noqa: ARG002 - the port's
        for text in (str(scene.claims[0].value), "Nothing else."):
            yield Utterance(speaker="narrator", text=text, language="en", because=())


class _Voice:
    """A synthesiser: a hundredth of a second for each sentence."""

    voice = "none"
    sample_rate = SAMPLE_RATE

    def synthesise(self, utterances: Narration) -> Speech:
        for number, _ in enumerate(utterances):
            yield SpeechChunk(pcm=np.zeros(160, np.int16), sample_rate=SAMPLE_RATE, utterance=number)

    def rest(self) -> None:
        """It takes nothing."""


class _Ear(NullPlayer):
    """A player that writes down what it was given."""

    def __init__(self, log: Path, job: Job) -> None:
        super().__init__()
        self._log = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        self._job = job

    def play(self, speech: Speech) -> Played:
        try:
            played = super().play(self._heard(speech))
            if played.complete:
                self._note("completed")
        finally:
            os.close(self._log)
        return played

    def _heard(self, speech: Speech) -> Speech:
        begun = False
        for chunk in speech:
            if not begun:
                self._note("begun")
                begun = True
            time.sleep(PACE_SECONDS)
            yield chunk

    def _note(self, what: str) -> None:
        os.write(self._log, f"{what} {self._job.sha256} {self._job.id} {os.getpid()}\n".encode())


class _Ears(Loudspeaker):
    def __init__(self, log: Path) -> None:
        super().__init__(NullPlayer())
        self._log = log

    def player_for(self, job: Job) -> Player:
        return _Ear(self._log, job)


class QuickWiring(Wiring):
    """All is real but the eyes, the voice and the ears."""

    speeches = Path()

    def describer(self) -> Describer:
        eyes = _Eyes()
        return Describer(clock=self.clock, decoder=eyes, detector=eyes, analyser=eyes, narrator=_Pen(), once=once)

    def synthesiser(self, language: str | None = None) -> _Voice:  # noqa: ARG002 - as the wiring has it
        return _Voice()

    def players(self, folder: Path | None) -> Loudspeaker:  # noqa: ARG002 - as the wiring has it
        return _Ears(self.speeches)


def _die_at(point: str) -> None:
    def happen(name: str) -> None:
        if name == point:
            os.kill(os.getpid(), signal.SIGKILL)

    faults.let(happen)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("config", type=Path)
    parser.add_argument("speeches", type=Path)
    parser.add_argument("--point")
    parser.add_argument("--plant", choices=PLANTS)
    options = parser.parse_args()
    logs.start(verbose=True)
    if options.point:
        _die_at(options.point)
    if options.plant:
        PLANTS[options.plant]()
    wiring = QuickWiring(load(options.config))
    wiring.speeches = options.speeches
    with patch("device.app.daemon.settle_seconds_for", return_value=SETTLE_SECONDS):
        return run(wiring, emulate=False)


if __name__ == "__main__":
    sys.exit(main())
