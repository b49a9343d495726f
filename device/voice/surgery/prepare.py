"""A voice made ready for this processor: cut, mended, optimised by the runtime, and compared with what it was.

Nothing is trusted: the samples of the two halves are held against those of the whole voice before they are kept.
"""

from __future__ import annotations

import statistics
import time
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np
import onnx

from device.voice import runtime
from device.voice.parts import ENCODER, STREAM, Encoder, EncoderNames, Stream
from device.voice.plan import Found
from device.voice.schedule import CALL_FRAMES
from device.voice.surgery.anatomy import anatomy_of
from device.voice.surgery.band import with_band_attention
from device.voice.surgery.graph import Graph, UnfitError, floats
from device.voice.surgery.masks import without_masks
from device.voice.surgery.planar import planar
from device.voice.surgery.stream import Surgeon

if TYPE_CHECKING:
    from collections.abc import Iterator

    from device.voice.engine import Samples
    from device.voice.parts import Prior
    from device.voice.plan import StreamPlan
    from device.voice.surgery.anatomy import Anatomy

LARGEST_ERROR = 1e-5
"""Of any sample; a step of 16 bits is 3e-5."""

LEAST_DECIBELS = 100.0
"""The whole voice over the difference."""

_LENGTHS = (5, 40, 120)
"""Phonemes of the sentences that are compared."""

_WEIGHTS = 100_000
"""Bytes from which a tensor is kept on disk meanwhile; what the surgery asks about is far smaller."""

_SHAPES = ("flat", "planar")

_CHUNK = 45
_ROUNDS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cut:
    """What is known of a voice when its graph is let go of.

    Attributes:
        bands: How many attentions are on bands.
        symbols: How many phonemes there are.
    """

    plan: StreamPlan
    bands: int
    symbols: int


def prepare(voice: Path, folder: Path) -> Found:
    """Write the halves of `voice` into the empty `folder`; returns what was found.

    Raises:
        UnfitError: The voice is built in another way, or its halves do not sound as the whole.
    """
    with TemporaryDirectory(prefix="bench-", dir=folder) as made:
        bench = Path(made)
        cut = _cut(voice, bench, folder)
        runtime.optimise(bench / ENCODER, folder / ENCODER)
        for shape in _SHAPES:
            runtime.optimise(bench / f"{shape}.raw", bench / f"{shape}.onnx")
        took = _race(bench, folder)
        fastest = min(took, key=lambda shape: took[shape])
        # The weights' file is named inside of the model: this one is written again under its last name.
        runtime.optimise(bench / f"{fastest}.raw", folder / STREAM)
    error, decibels = _compare(voice, folder, symbols=cut.symbols)
    times = ", ".join(f"{shape} {1000 * seconds / _CHUNK:.2f}" for shape, seconds in took.items())
    return Found(
        report=(
            f"{len(cut.plan.states)} states, {cut.bands} attentions on bands, {cut.plan.look_ahead} frames ahead; "
            f"ms a frame: {times}; error {error:.1e}, {decibels:.0f} dB"
        ),
        hop=cut.plan.hop,
        seconds_a_frame=took[fastest] / (_CHUNK + CALL_FRAMES),
    )


@contextmanager
def _unfit() -> Iterator[None]:
    """A graph of another kind may fail anywhere, in ways that have no common base."""
    try:
        yield
    except (UnfitError, OSError, MemoryError):
        raise
    except Exception as error:
        why = " ".join(str(error).split())[:200]
        raise UnfitError(f"the graph is built in another way ({type(error).__name__}: {why})") from error


@_unfit()
def _cut(voice: Path, bench: Path, folder: Path) -> _Cut:
    """Write the halves as they are before the runtime works on them, the stream in both shapes."""
    graph = Graph(_light(voice, bench))
    anatomy = anatomy_of(graph)
    stream, plan = Surgeon(graph, anatomy).model()
    encoder, names = _encoder(graph, anatomy, plan.static, bench)
    encoder, bands = with_band_attention(encoder)
    names.write(folder)
    _save(without_masks(encoder), bench / ENCODER)
    _save(stream, bench / "flat.raw")
    _save(planar(stream, plan)[0], bench / "planar.raw")
    return _Cut(plan=plan, bands=bands, symbols=_symbols(graph))


def _light(voice: Path, bench: Path) -> onnx.ModelProto:
    """The voice without its weights, which go into a file of the bench: a device has no memory for many copies."""
    whole = bench / "whole.raw"
    onnx.save(onnx.load(voice), whole, save_as_external_data=True, location="weights.raw", size_threshold=_WEIGHTS)
    return onnx.load(whole, load_external_data=False)


def _save(model: onnx.ModelProto, path: Path) -> None:
    onnx.save(model, path)
    onnx.checker.check_model(str(path), full_check=True)


@_unfit()
def _compare(voice: Path, folder: Path, *, symbols: int) -> tuple[float, float]:
    """The largest error of a sample, and the decibels of the voice over the difference, over random phonemes."""
    random = np.random.default_rng(0)
    sentences = [[int(each) for each in random.integers(0, symbols, length)] for length in _LENGTHS]
    runtime.trim()
    expected = _spoken_whole(voice, sentences)
    runtime.trim()
    encoder, stream = Encoder(folder), Stream(folder)
    worst, power, difference = 0.0, 0.0, 0.0
    for ids, wanted in zip(sentences, expected, strict=True):
        made = _spoken(encoder.run(ids), stream)
        if made.shape != wanted.shape:
            raise UnfitError(f"the halves give {len(made)} samples and the whole {len(wanted)}")
        worst = max(worst, float(np.abs(made - wanted).max()))
        power += float((wanted.astype(float) ** 2).sum())
        difference += float(((made - wanted).astype(float) ** 2).sum())
    decibels = 10 * np.log10((power + 1e-30) / (difference + 1e-30))
    if not (worst <= LARGEST_ERROR and decibels >= LEAST_DECIBELS):
        raise UnfitError(f"the halves differ from the whole by {worst:.1e} of full scale, {decibels:.0f} dB")
    return worst, float(decibels)


def _spoken_whole(voice: Path, sentences: list[list[int]]) -> list[Samples]:
    """What the voice itself says; it is let go of before the halves are loaded."""
    whole = runtime.session(voice)
    inputs = {each.name for each in whole.get_inputs()}
    spoken = []
    for ids in sentences:
        given = {
            "input": np.array([ids], np.int64),
            "input_lengths": np.array([len(ids)], np.int64),
            "scales": np.array([0, 1, 0], np.float32),
            "sid": np.array([0], np.int64),
        }
        samples = whole.run(None, {name: value for name, value in given.items() if name in inputs})[0]
        spoken.append(samples.reshape(-1))
    return spoken


def _encoder(
    graph: Graph, anatomy: Anatomy, static: tuple[str, ...], bench: Path
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
        rows = _rows(graph, anatomy.duration_noise, bench)
        names = replace(names, duration_noise_rows=rows)
        inputs = [floats(anatomy.duration_noise, 1, rows, "phonemes")]
    outputs = [floats(name, 1, anatomy.channels, "phonemes") for name in (names.mean, names.spread)]
    outputs.append(floats(names.durations, 1, 1, "phonemes"))
    outputs += [floats(name, 1, f"wide_{i}", 1) for i, name in enumerate(static)]
    return graph.part(inputs, outputs), names


def _rows(graph: Graph, noise: str, bench: Path) -> int:
    """How many random numbers a phoneme takes: asked of the graph itself."""
    part = bench / "noise.raw"
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


def _symbols(graph: Graph) -> int:
    """How many phonemes the voice knows: the rows of the first table that is looked up."""
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


@_unfit()
def _race(bench: Path, folder: Path) -> dict[str, float]:
    """Seconds for a chunk in each shape, side by side: which is faster depends on the processor."""
    prior = Encoder(folder).run([1, *([20, 0, 40, 0] * 15), 2])
    runners = {shape: Stream(bench, file=f"{shape}.onnx") for shape in _SHAPES}
    frames = np.resize(prior.mean, (prior.mean.shape[0], 600))
    for stream in runners.values():
        stream.begin(prior.static)
        stream.feed(frames[:, : _CHUNK + stream.plan.look_ahead], last=False)
    took: dict[str, list[float]] = {shape: [] for shape in _SHAPES}
    for number in range(_ROUNDS + 1):
        for shape, stream in runners.items():
            began = time.perf_counter()
            stream.feed(frames[:, number * _CHUNK : (number + 1) * _CHUNK], last=False)
            took[shape].append(time.perf_counter() - began)
    return {shape: statistics.median(times[1:]) for shape, times in took.items()}
