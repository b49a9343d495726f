"""Learn the direction in a voice's prior that raises its pitch: `python -m models.recipe.pitch VOICE.onnx OUT.npy`.

A VITS voice draws each frame of its latent as mean + exp(spread) * noise, with the noise in C dimensions, and its pitch
follows the noise nearly linearly. So slow random noise is added to sentences, Praat measures what became of their
pitch, and a ridge regression of the change of log F0 on the noise gives one direction. Going k units along it moves the
pitch in the model itself: formants and timing stay.

Praat is GPL and slow, so this is for the workbench; the device reads the direction alone.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import onnx
import parselmouth
from piper.phoneme_ids import phonemes_to_ids
from piper.phonemize_espeak import EspeakPhonemizer

from device.voice import runtime
from device.voice.surgery.anatomy import anatomy_of
from device.voice.surgery.graph import Graph, floats

if TYPE_CHECKING:
    import numpy.typing as npt
    from onnxruntime import InferenceSession

    Floats: TypeAlias = npt.NDArray[np.floating]

LEARNT_FROM = (
    "Good evening, and thank you for stopping in front of this picture!",
    "Two people are standing near the window, and one of them is laughing.",
    "My aunt painted the kitchen yellow in the spring of nineteen sixty one.",
    "Nobody could say where the little boat had come from.",
    "The man on the left wears a dark coat and a very old hat.",
    "Have you ever seen the harbour when the lights go out?",
    "Every morning the baker opens his door before the birds begin to sing.",
    "There are seven of us, and the dog is hiding under the table.",
    "Please come a little closer, I would like to tell you a story.",
    "In the middle of the room a clock is ticking slowly.",
)
TRIED_ON = (
    "We walked along the river until the rain stopped.",
    "Who is the woman with the blue umbrella?",
    "Three children are sitting on the stairs, waiting for their mother.",
)
"""Sentences that nothing is learnt from: the figures come from these."""

UNITS = (-3, -2, -1, 1, 2, 3, 4, 5, 6)
"""How far along the direction the pitch is measured."""

ROUNDS = 480
SIZE = 0.7
"""Standard deviation of the noise; the voice itself speaks with 0.667."""

WIDTH = 8
"""Frames over which the noise is smooth: about as slow as the pitch of speech."""

EVERY = 3
"""One frame in so many is used; neighbours say the same."""

RIDGE = 300.0
SEED = 5
OCTAVE_ERROR = 0.5
"""A change of log F0 beyond this is a mistake of the pitch tracker."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sentence:
    """A sentence as the encoder gives it, without any chance.

    Attributes:
        given: The inputs of the voice.
        mean: [C, T], repeated for each frame.
        deviation: exp(spread), [C, T].
        pitch: F0 of each frame in Hz, 0 where unvoiced, [T].
    """

    given: dict[str, npt.NDArray[np.generic]]
    mean: Floats
    deviation: Floats
    pitch: Floats


class Studio:
    """A voice that says sentences with a noise that is given, and the pitch of what it said."""

    def __init__(self, voice: Path, folder: Path) -> None:
        config = json.loads(voice.with_suffix(".onnx.json").read_text(encoding="utf-8"))
        self._rate = config["audio"]["sample_rate"]
        self._map = config["phoneme_id_map"]
        self._espeak_voice = config["espeak"]["voice"]
        self._phonemizer = EspeakPhonemizer()
        graph = Graph.load(voice)
        anatomy = anatomy_of(graph)
        prior = [floats(name) for name in (anatomy.mean, anatomy.spread, anatomy.durations)]
        latent = floats(anatomy.latent, 1, anatomy.channels, "frames")
        self._latent = anatomy.latent
        onnx.save(graph.part([], prior), folder / "encoder.onnx")
        onnx.save(graph.part([latent], [floats(graph.result)]), folder / "sound.onnx")
        self._encoder, self._sound = (runtime.session(folder / f"{name}.onnx") for name in ("encoder", "sound"))

    def sentence(self, text: str) -> Sentence:
        """The sentence, said once without noise."""
        ids = phonemes_to_ids(self._phonemizer.phonemize(self._espeak_voice, text)[0], self._map)
        given: dict[str, npt.NDArray[np.generic]] = {
            "input": np.array([ids], np.int64),
            "input_lengths": np.array([len(ids)], np.int64),
            "scales": np.array([0, 1, 0], np.float32),
            "sid": np.array([0], np.int64),
        }
        mean, spread, durations = _run(self._encoder, given)
        frames = np.repeat(np.arange(len(ids)), durations.reshape(-1).astype(int))
        mean, deviation = mean[0][:, frames], np.exp(spread[0][:, frames])
        return Sentence(given=given, mean=mean, deviation=deviation, pitch=self._said(mean, given))

    def pitch(self, sentence: Sentence, noise: Floats) -> Floats:
        """F0 of each frame, [T], with this noise, [C, T] or [C, 1]."""
        return self._said(sentence.mean + sentence.deviation * noise, sentence.given)

    def _said(self, latent: Floats, given: dict[str, npt.NDArray[np.generic]]) -> Floats:
        (sound,) = _run(self._sound, given | {self._latent: latent[None].astype(np.float32)})
        samples = sound.reshape(-1).astype(float)
        step = len(samples) / latent.shape[1] / self._rate
        track = parselmouth.Sound(samples, self._rate).to_pitch_ac(time_step=step, pitch_floor=50, pitch_ceiling=400)
        middles = (np.arange(latent.shape[1]) + 0.5) * step
        nearest = np.round((middles - track.xs()[0]) / step).astype(int)
        pitch: Floats = track.selected_array["frequency"][np.clip(nearest, 0, len(track.xs()) - 1)]
        return pitch


def _run(session: InferenceSession, given: dict[str, npt.NDArray[np.generic]]) -> list[Floats]:
    names = {each.name for each in session.get_inputs()}
    results: list[Floats] = session.run(None, {name: value for name, value in given.items() if name in names})
    return results


def slow_noise(rng: np.random.Generator, channels: int, frames: int) -> Floats:
    """Noise that is smooth in time, [C, T], with a standard deviation of SIZE."""
    reach = 4 * WIDTH
    window = np.exp(-0.5 * (np.arange(-reach, reach + 1) / WIDTH) ** 2)
    rough = rng.standard_normal((channels, frames + 2 * reach))
    smooth = np.stack([np.convolve(row, window, "valid") for row in rough])
    return smooth * (SIZE / np.sqrt((window**2).sum()))


def observe(studio: Studio, sentences: list[Sentence], rounds: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Noise of voiced frames, [n, C], and the change of their log F0, [n]."""
    noises, changes = [], []
    for number in range(rounds):
        sentence = sentences[number % len(sentences)]
        noise = slow_noise(rng, *sentence.mean.shape)
        pitch = studio.pitch(sentence, noise)
        change = np.log(np.maximum(pitch, 1) / np.maximum(sentence.pitch, 1))
        voiced = (pitch > 0) & (sentence.pitch > 0) & (np.abs(change) < OCTAVE_ERROR)
        noises.append(noise.T[voiced][::EVERY])
        changes.append(change[voiced][::EVERY])
    return np.concatenate(noises), np.concatenate(changes)


def regress(noises: Floats, changes: Floats) -> Floats:
    """Change of log F0 for each unit of noise, [C]."""
    centred = changes - changes.mean()
    weights: Floats = np.linalg.solve(noises.T @ noises + RIDGE * np.eye(noises.shape[1]), noises.T @ centred)
    return weights


def explained(weights: Floats, noises: Floats, changes: Floats) -> float:
    """R2: the share of the variance of the changes that the weights tell."""
    rest = changes - changes.mean() - (noises - noises.mean(axis=0)) @ weights
    return 1 - float((rest**2).sum() / ((changes - changes.mean()) ** 2).sum())


def shift(studio: Studio, sentences: list[Sentence], noise: Floats) -> float:
    """Semitones by which a steady noise, [C], moves the middle of the pitch."""
    moved = [studio.pitch(sentence, noise[:, None]) for sentence in sentences]
    after = np.concatenate([pitch[pitch > 0] for pitch in moved])
    before = np.concatenate([sentence.pitch[sentence.pitch > 0] for sentence in sentences])
    return 12 * float(np.log2(np.median(after) / np.median(before)))


def main(voice: Path, out: Path) -> None:
    """Learn, write, and say how good it is."""
    rng = np.random.default_rng(SEED)
    with tempfile.TemporaryDirectory() as folder:
        studio = Studio(voice, Path(folder))
        learnt_from, tried_on = ([studio.sentence(text) for text in texts] for texts in (LEARNT_FROM, TRIED_ON))
        weights = regress(*observe(studio, learnt_from, ROUNDS, rng))
        size = float(np.linalg.norm(weights))
        direction = (weights / size).astype(np.float32)
        np.save(out, direction)
        r2 = explained(weights, *observe(studio, tried_on, ROUNDS // 5, rng))
        print(f"R2 {r2:.2f} on sentences not learnt from, {12 * size / np.log(2):.2f} semitones a unit")
        moved = ", ".join(f"{units:+}: {shift(studio, tried_on, units * direction):+.1f}" for units in UNITS)
        print(f"units: semitones  {moved}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Learn the direction that raises the pitch of a voice.")
    parser.add_argument("voice", type=Path, help="with its .onnx.json beside it")
    parser.add_argument("out", type=Path, help="a .npy file of C float32, of length 1")
    options = parser.parse_args()
    main(options.voice, options.out)
