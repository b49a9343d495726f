"""Whether the lips of a finished film meet when the sound does, and open as wide as it is loud.

usage: python -m scripts.benches.instep [SENTENCES]

Each sentence is spoken by the default voice and filmed with each face; the film is read back, and its own pictures are
looked at in two ways: by the mesh network (which made the rig), as the gap between the lips, and without it, by how
dark it is between the lips.

p, b, m: how often they are heard. d: how many milliseconds after the quietest moment of the sound, around the mark, the
middle of the time comes in which the lips are closed, each picture seen until the next; negative where before. Asked is
a median of at most 40 without its sign. r: the correlation of the opening with the loudness of the sound; asked is 0.5
where the lips are closed in the photo. drift: by how much d grows in a minute of a speech of more than half a minute,
with its standard error. Last: by how much film and sound differ in length.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

import av
import cv2
import numpy as np

from device.app.shipped import PHOTOS
from device.core.types import Utterance
from device.living.film import RATE, Film, write_film
from device.living.performance import Heard, perform
from scripts.benches.spoken_texts import various
from tests.faces import measured_gap
from tests.films import decoded
from tests.locations import synthesiser
from tests.sight import full_size
from tests.staging import staged

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from device.core.ports import Synthesiser
    from device.core.types import Mark, Rgb
    from device.living.rig import Rig

    Array = npt.NDArray[np.float64]

SENTENCES = 20
LONG = 12
"""So many sentences are longer than half a minute."""

LONG_SIDE = 640
FACES = (("mona_lisa_painting.jpg", 0), ("curies_lab.jpg", 0), ("hopper_navy_cap.jpg", 0), ("apollo11_crew.jpg", 1))
"""Their lips are closed in the photo."""

ASKED = 40
LIPS = frozenset("pbm")
_BEFORE, _BEHIND = 0.05, 0.02  # seconds around a mark in which its quietest moment is looked for
_REACH = 0.16  # seconds around that in which the lips close
_HOP, _WINDOW = 0.002, 0.012  # seconds of sound
_HEARD = 0.06  # seconds whose loudness belongs to a picture
_SILENT = -50.0  # decibels below the loudest
_ABOVE, _BELOW = 0.01, 0.045  # heights of the face, around the seam of the lips
_MIDDLE = 0.18  # widths of the mouth to either side of its middle
_DARK = 0.25  # of the way from the light inside a mouth to that around it in the photo
_TOGETHER = 2  # pictures from the narrowest on
_CLOSED = 0.15  # of the way from the narrowest to the widest around, up to which lips are closed


class Measured(NamedTuple):
    """One film: seconds from quietest sound to closed lips, with the time of each; and the correlation."""

    off: list[tuple[float, float]]
    correlation: float


class Seen(NamedTuple):
    """What is measured in each picture of a film."""

    gap: Array
    darkness: Array


def main(sentences: int) -> None:
    """Film, look, and print a row for each face and way of looking."""
    cv2.setNumThreads(1)
    voice = synthesiser()
    speeches = [_speech([text], voice) for text in various(sentences)]
    long = _speech(various(LONG), voice)
    print(
        f"{len(speeches)} sentences, {sum(each.seconds for each in speeches):.0f} s; the long one {long.seconds:.0f} s"
    )
    print(f"{'':28}{'looked at by':14}{'p, b, m':>8}{'|d|':>6}{'d':>6}{f'<= {ASKED}':>7}{'r':>7}   drift")
    apart: list[float] = []
    whole: dict[str, list[Measured]] = {"mesh": [], "darkness": []}
    for name, face in FACES:
        rows: dict[str, list[Measured]] = {"mesh": [], "darkness": []}
        drifts: dict[str, str] = {}
        for speech in (*speeches, long):
            seen, seconds = _film(name, face, speech)
            apart.append(seconds)
            for way, opening in (("mesh", seen.gap), ("darkness", seen.darkness)):
                found = _measured(opening, speech)
                if speech is long:
                    drifts[way] = _drift(found.off)
                else:
                    rows[way].append(found)
        for way, found_all in rows.items():
            whole[way] += found_all
            print(f"{f'{Path(name).stem[:24]} {face}':28}{way:14}{_row(found_all)}   {drifts[way]}")
    for way, found_all in whole.items():
        print(f"{'all':28}{way:14}{_row(found_all)}")
    print(f"film and sound differ in length by {1000 * max(apart):.0f} ms at the most, in {len(apart)} films")


def _row(films: Sequence[Measured]) -> str:
    off = [1000 * seconds for film in films for _, seconds in film.off]
    near = sum(abs(each) <= ASKED for each in off) / len(off)
    r = median(film.correlation for film in films)
    return f"{len(off):>8}{median(map(abs, off)):>6.0f}{median(off):>6.0f}{near:>7.0%}{r:>7.2f}"


def _speech(texts: Sequence[str], voice: Synthesiser) -> Heard:
    said = [Utterance(speaker=0, text=text, language="en", because=()) for text in texts]
    chunks = list(voice.synthesise(said))
    marks: dict[int, tuple[Mark, ...]] = {}
    for chunk in chunks:
        marks[chunk.utterance] = (*marks.get(chunk.utterance, ()), *chunk.marks)
    pcm = np.concatenate([chunk.pcm for chunk in chunks])
    return Heard(pcm=pcm, sample_rate=chunks[0].sample_rate, marks=marks)


def _film(name: str, face: int, speech: Heard) -> tuple[Seen, float]:
    """What its pictures show, and by how many seconds picture and sound differ in length."""
    stage = staged(PHOTOS / name, LONG_SIDE).stage
    said = [Utterance(speaker=face, text="", language="en", because=()) for _ in speech.marks]
    reel = perform(stage, said, speech, seed=1)
    film = Film(
        reel=reel,
        pcm=speech.pcm,
        sample_rate=speech.sample_rate,
        cues=(),
        language="en",
        mark="imagined voice and movement",
        title="",
        comment="",
    )
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "film.mp4"
        write_film(file, film)
        pictures = decoded(file)
        apart = _apart(file)
    return _seen(pictures, stage.photo, stage.rigs[face]), apart


def _apart(file: Path) -> float:
    """By how many seconds its pictures and its sound differ in length."""
    with av.open(str(file)) as container:
        video, sound = (
            float(stream.duration * stream.time_base)  # type: ignore[operator]
            for stream in (container.streams.video[0], container.streams.audio[0])
        )
    return abs(video - sound)


def _seen(pictures: Sequence[Rgb], photo: Rgb, rig: Rig) -> Seen:
    left, top, right, bottom = rig.box
    pixels = full_size(photo)
    faces = [picture[top:bottom, left:right] for picture in pictures]
    x, reach, height = round(rig.axes.mouth[0]), _MIDDLE * rig.axes.mouth_width, rig.axes.height
    seam = int((rig.skull_shows[:, x] < 0.5).argmax())  # noqa: PLR2004 - half of it
    between = (
        slice(seam - round(_ABOVE * height), seam + round(_BELOW * height) + 1),
        slice(round(x - reach), round(x + reach) + 1),
    )
    light = np.array([cv2.cvtColor(face, cv2.COLOR_RGB2GRAY)[between].astype(float) for face in (rig.photo, *faces)])
    inside = np.percentile(cv2.cvtColor(rig.mouth.plain, cv2.COLOR_RGB2GRAY), 20)
    return Seen(
        gap=np.array([measured_gap(pixels, rig, face) for face in faces]),
        darkness=(light[1:] < inside + _DARK * (np.median(light[0]) - inside)).mean(axis=(1, 2)),
    )


def _measured(opening: Array, speech: Heard) -> Measured:
    loud = _loudness(speech, _WINDOW, _HOP)
    off = []
    for mark in (mark for marks in speech.marks.values() for mark in marks):
        if mark.kind != "phoneme" or mark.text not in LIPS:
            continue
        begin, end = mark.first / speech.sample_rate - _BEFORE, mark.end / speech.sample_rate + _BEHIND
        steps = np.arange(max(0, round(begin / _HOP)), min(len(loud), round(end / _HOP) + 1))
        quietest = (float(steps[loud[steps].argmin()]) + 0.5) * _HOP
        if _REACH <= quietest <= speech.seconds - _REACH:
            off.append((quietest, _closed(opening, quietest) - quietest))
    heard = _loudness(speech, _HEARD, 1 / RATE)[: len(opening)]
    return Measured(off, float(np.corrcoef(np.maximum(heard - heard.max(), _SILENT), opening[: len(heard)])[0, 1]))


def _closed(opening: Array, near: float) -> float:
    """The middle of the pictures in which the lips are closed, next to a moment; in seconds."""
    numbers = np.arange(max(0, round((near - _REACH) * RATE)), min(len(opening), round((near + _REACH) * RATE) + 1))
    around = opening[numbers]
    closed = numbers[around <= around.min() + _CLOSED * (around.max() - around.min())]
    narrowest = numbers[around.argmin()]
    together = [each for each in closed if abs(each - narrowest) <= _TOGETHER]
    return (float(np.mean(together)) + 0.5) / RATE


def _loudness(speech: Heard, window: float, hop: float) -> Array:
    """Decibels of the sound around each step."""
    power = np.square(speech.pcm.astype(np.float64) / 32768)
    summed = np.concatenate([[0.0], np.cumsum(power)])
    middles = (np.arange(int(speech.seconds / hop)) + 0.5) * hop
    low, high = (
        np.clip(np.round((middles + side * window / 2) * speech.sample_rate).astype(int), 0, len(power))
        for side in (-1, 1)
    )
    return np.asarray(10 * np.log10((summed[high] - summed[low]) / np.maximum(high - low, 1) + 1e-10))


def _drift(off: Sequence[tuple[float, float]]) -> str:
    """The slope in milliseconds a minute, and its standard error."""
    times, seconds = (np.array(each) for each in zip(*off, strict=True))
    minutes, millis = times / 60, 1000 * seconds
    slope, base = np.polyfit(minutes, millis, 1)
    rest = millis - slope * minutes - base
    spread = np.sqrt((rest @ rest) / max(1, len(rest) - 2) / np.square(minutes - minutes.mean()).sum())
    return f"{slope:+.1f} ± {spread:.1f}"


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else SENTENCES)
