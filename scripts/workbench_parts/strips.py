"""Strips of stills of faces that speak, for docs/living.jpg: `python -m scripts.workbench_parts.strips`.

A row for each of four photos in the public domain; nobody in it is alive. The first still is the photo, the others are
taken where what stands under them is heard.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import cv2
import numpy as np

from device.app.shipped import PHOTOS
from device.core.types import Utterance
from device.living.performance import Heard, perform
from device.living.visemes import LATE
from tests.locations import synthesiser
from tests.staging import staged

if TYPE_CHECKING:
    from device.core.types import Rgb, SpeechChunk
    from device.living.performance import Performance

PICTURE = Path(__file__).resolve().parents[2] / "docs" / "living.jpg"
TEXT = "Maybe Bob saw four people at the museum, and all of them were happy to be there."
SOUNDS = {"m": "m", "ɑː": "ah", "f": "f", "iː": "ee", "p": "p", "uː": "oo"}  # noqa: RUF001 - IPA
"""Phonemes of it and how they are written here; each is shown where it is heard for the longest time."""

STILL_WIDE, STILL_HIGH, LABEL_HIGH = 168, 196, 24
BESIDE, ABOVE, BELOW = 0.58, 0.58, 0.775
"""What is shown around the middle of a face, in heights of it."""

QUALITY = 88
LEAD = 0.04


class Row(NamedTuple):
    """A photo, the face of it that speaks, and what it is."""

    file: str
    face: int
    title: str


ROWS = (
    Row("mona_lisa_painting.jpg", 0, "a painting"),
    Row("curies_lab.jpg", 0, "photo, 1904"),
    Row("hopper_navy_cap.jpg", 0, "a portrait"),
    Row("apollo11_crew.jpg", 0, "one of three"),
)


def main() -> None:
    """Write the picture."""
    chunks = list(synthesiser().synthesise([Utterance(speaker=0, text=TEXT, language="en", because=())]))
    picture = np.vstack([_row(row, chunks) for row in ROWS])
    jpeg = cv2.imencode(".jpg", picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, QUALITY])[1]
    PICTURE.write_bytes(jpeg.tobytes())
    print(PICTURE)


def _row(row: Row, chunks: list[SpeechChunk]) -> Rgb:
    heard = Heard(
        pcm=np.concatenate([chunk.pcm for chunk in chunks]),
        sample_rate=chunks[0].sample_rate,
        marks={0: tuple(mark for chunk in chunks for mark in chunk.marks)},
    )
    said = [Utterance(speaker=row.face, text=TEXT, language="en", because=())]
    performance = perform(staged(PHOTOS / row.file).stage, said, heard, seed=1)
    stills = [_still(performance, row.face, -1.0, row.title)]
    for phoneme, label in SOUNDS.items():
        marks = [mark for mark in heard.marks[0] if mark.kind == "phoneme" and mark.text == phoneme]
        longest = max(marks, key=lambda mark: mark.end - mark.first)
        middle = (longest.first + longest.end) / 2 / heard.sample_rate - LATE - LEAD
        stills.append(_still(performance, row.face, middle, label))
    (turn,) = performance.turns
    if turn.motion and turn.motion.blinks:
        stills.append(_still(performance, row.face, turn.motion.blinks[0], "a blink"))
    return np.hstack(stills)


def _still(performance: Performance, face: int, seconds: float, label: str) -> Rgb:
    rig, picture = performance.stage.rigs[face], performance.at(seconds)
    (x, y), height = rig.axes.middle + np.array(rig.box[:2]), rig.axes.height
    left, right = max(0, round(x - BESIDE * height)), round(x + BESIDE * height)
    top, bottom = max(0, round(y - ABOVE * height)), round(y + BELOW * height)
    cut = picture[top:bottom, left:right]
    larger = cv2.INTER_CUBIC if cut.shape[1] < STILL_WIDE else cv2.INTER_AREA
    still = cv2.resize(cut, (STILL_WIDE, STILL_HIGH), interpolation=larger)
    name = np.full((LABEL_HIGH, STILL_WIDE, 3), 255, np.uint8)
    cv2.putText(name, label, (4, 17), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (0, 0, 0), 1, cv2.LINE_AA)
    return np.vstack([still, name])


if __name__ == "__main__":
    main()
