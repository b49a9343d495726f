"""A voice made ready for this processor: cut, mended, optimised by the runtime, and compared with what it was.

Nothing is trusted: the samples of the two halves are held against those of the whole voice before they are kept.
"""

from __future__ import annotations

import statistics
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import onnx

from device.voice import runtime
from device.voice.parts import ENCODER, STREAM, Encoder, EncoderNames, Stream
from device.voice.surgery.anatomy import anatomy_of
from device.voice.surgery.band import with_band_attention
from device.voice.surgery.graph import Graph, UnfitError, floats
from device.voice.surgery.masks import without_masks
from device.voice.surgery.planar import planar
from device.voice.surgery.stream import Surgeon

if TYPE_CHECKING:
    from pathlib import Path

    from device.voice.engine import Samples
    from device.voice.parts import Prior
    from device.voice.surgery.anatomy import Anatomy

LARGEST_ERROR = 1e-5
"""Of any sample; a step of 16 bits is 3e-5."""

LEAST_DECIBELS = 100.0
"""The whole voice over the difference."""

_LENGTHS = (5, 40, 120)
"""Phonemes of the sentences that are compared."""

_CHUNK = 45
_ROUNDS = 5


def prepare(voice: Path, folder: Path) -> str:
    """Write the halves of `voice` into the empty `folder`; returns a line that says what was found.

    Raises:
        UnfitError: The voice is built in another way, or its halves do not sound as the whole.
    """
    graph = Graph.load(voice)
    anatomy = anatomy_of(graph)
    stream, plan = Surgeon(graph, anatomy).model()
    encoder, names = _encoder(graph, anatomy, plan.static, folder)
    encoder, bands = with_band_attention(encoder)
    onnx.save(without_masks(encoder), folder / "encoder.raw")
    names.write(folder)
    runtime.optimise(folder / "encoder.raw", folder / ENCODER)
    shapes = {"flat": (stream, plan), "planar": planar(stream, plan)}
    for shape, (model, _) in shapes.items():
        onnx.save(model, folder / f"{shape}.raw")
        runtime.optimise(folder / f"{shape}.raw", folder / f"{shape}.onnx")
    took = _race(folder, list(shapes))
    fastest = min(took, key=lambda shape: took[shape])
    # The weights' file is named inside of the model: both are written again under their last names.
    runtime.optimise(folder / f"{fastest}.raw", folder / STREAM)
    error, decibels = compare(voice, folder)
    for left in folder.iterdir():
        if left.suffix == ".raw" or left.stem in shapes:
            left.unlink()
    times = ", ".join(f"{shape} {1000 * seconds / _CHUNK:.2f}" for shape, seconds in took.items())
    return (
        f"{len(plan.states)} states, {bands} attentions on bands, {plan.look_ahead} frames ahead; "
        f"ms a frame: {times}; error {error:.1e}, {decibels:.0f} dB"
    )


def compare(voice: Path, folder: Path) -> tuple[float, float]:
    """The largest error of a sample, and the decibels of the voice over the difference, over random phonemes.

    Raises:
        UnfitError: They differ by more than rounding does.
    """
    whole = runtime.session(voice)
    encoder, stream = Encoder(folder), Stream(folder)
    random = np.random.default_rng(0)
    worst, power, difference = 0.0, 0.0, 0.0
    symbols = _symbols(voice)
    for length in _LENGTHS:
        ids = [int(each) for each in random.integers(0, symbols, length)]
        given = {
            "input": np.array([ids], np.int64),
            "input_lengths": np.array([length], np.int64),
            "scales": np.array([0, 1, 0], np.float32),
            "sid": np.array([0], np.int64),
        }
        inputs = {each.name for each in whole.get_inputs()}
        wanted = whole.run(None, {name: value for name, value in given.items() if name in inputs})[0].reshape(-1)
        made = _spoken(encoder.run(ids), stream)
        if made.shape != wanted.shape:
            raise UnfitError(f"the halves give {len(made)} samples and the whole {len(wanted)}")
        worst = max(worst, float(np.abs(made - wanted).max()))
        power += float((wanted.astype(float) ** 2).sum())
        difference += float(((made - wanted).astype(float) ** 2).sum())
    decibels = 10 * np.log10(power / (difference + 1e-30))
    if worst > LARGEST_ERROR or decibels < LEAST_DECIBELS:
        raise UnfitError(f"the halves differ from the whole by {worst:.1e} of full scale, {decibels:.0f} dB")
    return worst, float(decibels)


def _encoder(
    graph: Graph, anatomy: Anatomy, static: tuple[str, ...], folder: Path
) -> tuple[onnx.ModelProto, EncoderNames]:
    """Phonemes to prior and durations, the random numbers of the durations as an input."""
    names = EncoderNames(
        mean=anatomy.mean,
        spread=anatomy.spread,
        durations=anatomy.durations,
        duration_noise=anatomy.duration_noise,
        duration_noise_rows=0,
        static=static,
    )
    inputs = []
    if anatomy.duration_noise:
        rows = _rows(graph, anatomy.duration_noise, folder)
        names = replace(names, duration_noise_rows=rows)
        inputs = [floats(anatomy.duration_noise, 1, rows, "phonemes")]
    outputs = [floats(name, 1, anatomy.channels, "phonemes") for name in (names.mean, names.spread)]
    outputs.append(floats(names.durations, 1, 1, "phonemes"))
    outputs += [floats(name, 1, f"wide_{i}", 1) for i, name in enumerate(static)]
    return graph.part(inputs, outputs), names


def _rows(graph: Graph, noise: str, folder: Path) -> int:
    """How many random numbers a phoneme takes: asked of the graph itself."""
    part = folder / "noise.raw"
    onnx.save(graph.part([], [floats(noise)]), part)
    drawn = runtime.session(part)
    given = {
        "input": np.array([[1, 2, 3]], np.int64),
        "input_lengths": np.array([3], np.int64),
        "sid": np.array([0], np.int64),
    }
    inputs = {each.name for each in drawn.get_inputs()}
    shape = drawn.run(None, {name: value for name, value in given.items() if name in inputs})[0].shape
    return int(shape[1])


def _symbols(voice: Path) -> int:
    """How many phonemes the voice knows: the rows of the first table that is looked up."""
    graph = Graph.load(voice)
    table = next(node for node in graph.nodes if node.op_type == "Gather" and "input" in node.input)
    return int(graph.constants[table.input[0]].dims[0])


def _spoken(prior: Prior, stream: Stream) -> Samples:
    index = np.repeat(np.arange(len(prior.durations)), prior.durations.astype(int))
    latent = prior.mean[:, index]
    stream.begin(prior.static)
    pieces, start = [], 0
    while start < latent.shape[1]:
        end = start + _CHUNK + (stream.plan.look_ahead if start == 0 else 0)
        pieces.append(stream.feed(latent[:, start:end], last=end >= latent.shape[1]))
        start = end
    return np.concatenate(pieces)


def _race(folder: Path, shapes: list[str]) -> dict[str, float]:
    """Seconds for a chunk in each shape, side by side: which is faster depends on the processor."""
    prior = Encoder(folder).run([1, *([20, 0, 40, 0] * 15), 2])
    runners = {shape: Stream(folder, file=f"{shape}.onnx") for shape in shapes}
    frames = np.resize(prior.mean, (prior.mean.shape[0], 600))
    for stream in runners.values():
        stream.begin(prior.static)
        stream.feed(frames[:, : _CHUNK + stream.plan.look_ahead], last=False)
    took: dict[str, list[float]] = {shape: [] for shape in shapes}
    for number in range(_ROUNDS + 1):
        for shape, stream in runners.items():
            began = time.perf_counter()
            stream.feed(frames[:, number * _CHUNK : (number + 1) * _CHUNK], last=False)
            took[shape].append(time.perf_counter() - began)
    return {shape: statistics.median(times[1:]) for shape, times in took.items()}
