"""A voice is cut by its structure; one that is built in another way is refused in one line."""

from __future__ import annotations

from contextlib import suppress
from itertools import repeat
from typing import TYPE_CHECKING

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from device.voice.parts import Encoder, Stream
from device.voice.surgery import prepare as preparing
from device.voice.surgery.anatomy import anatomy_of
from device.voice.surgery.band import with_band_attention
from device.voice.surgery.graph import Graph, UnfitError
from device.voice.surgery.masks import without_masks
from device.voice.surgery.planar import planar
from device.voice.surgery.prepare import prepare
from device.voice.surgery.stream import Surgeon
from tests.halves import MADE_UP, SPEAKERS, Halves, Whole, fed, random_ids

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from onnx import ModelProto, NodeProto

SAME = 1e-5


def last(model: ModelProto, operation: str) -> NodeProto:
    """The last node of this kind, which is in the decoder."""
    found: NodeProto = next(node for node in reversed(model.graph.node) if node.op_type == operation)
    return found


def put_before_the_end(model: ModelProto, *nodes: NodeProto) -> None:
    """Nodes from `sound` to `altered`, between the last convolution and the last activation."""
    tanh = last(model, "Tanh")
    place = list(model.graph.node).index(tanh)
    for node in reversed(nodes):
        inputs = [tanh.input[0] if name == "sound" else name for name in node.input]
        del node.input[:]
        node.input.extend(inputs)
        model.graph.node.insert(place, node)
    list(model.graph.node)[place + len(nodes)].input[0] = "altered"


def hold(model: ModelProto, name: str, value: object) -> None:
    model.graph.initializer.append(numpy_helper.from_array(np.asarray(value), name))


def put(node: NodeProto, **values: object) -> None:
    kept = [each for each in node.attribute if each.name not in values]
    del node.attribute[:]
    node.attribute.extend([*kept, *(helper.make_attribute(name, value) for name, value in values.items())])


def normalised(model: ModelProto) -> None:
    hold(model, "scale", np.ones(1, np.float32))
    hold(model, "shift", np.zeros(1, np.float32))
    put_before_the_end(model, helper.make_node("InstanceNormalization", ["sound", "scale", "shift"], ["altered"]))


def without_its_mean(model: ModelProto) -> None:
    put_before_the_end(
        model,
        helper.make_node("ReduceMean", ["sound"], ["mean"], axes=[2], keepdims=1),
        helper.make_node("Sub", ["sound", "mean"], ["altered"]),
    )


def strided(model: ModelProto) -> None:
    put(last(model, "Conv"), strides=[2])


def shrinking(model: ModelProto) -> None:
    put(last(model, "Conv"), pads=[0, 0])


def longer_by_one(model: ModelProto) -> None:
    put(last(model, "ConvTranspose"), output_padding=[1])


def doubled_in_time(model: ModelProto) -> None:
    put_before_the_end(model, helper.make_node("Concat", ["sound", "sound"], ["altered"], axis=2))


def halved_in_time(model: ModelProto) -> None:
    for name, value in (("starts", [0]), ("ends", [9]), ("axes", [2])):
        hold(model, name, np.array(value))
    put_before_the_end(model, helper.make_node("Slice", ["sound", "starts", "ends", "axes"], ["altered"]))


def without_chance(model: ModelProto) -> None:
    for node in model.graph.node:
        if node.op_type == "RandomNormalLike":
            node.op_type = "Identity"
            del node.attribute[:]


def with_more_chance(model: ModelProto) -> None:
    """Two sources more, in front of the others."""
    place, source = next((i, n) for i, n in enumerate(model.graph.node) if n.op_type == "RandomNormalLike")
    asked = source.input[0]
    for number in range(2):
        extra = helper.make_node("RandomNormalLike", [asked], [f"chance_{number}"])
        model.graph.node.insert(place, extra)


def with_chance_elsewhere(model: ModelProto) -> None:
    put_before_the_end(
        model,
        helper.make_node("RandomNormalLike", ["sound"], ["chance"]),
        helper.make_node("Sub", ["sound", "chance"], ["altered"]),
    )


def with_a_mask_that_is_none(model: ModelProto) -> None:
    """What looks like the mask of a sentence, and is 0."""
    hold(model, "one", np.ones(1, np.float32))
    put_before_the_end(
        model,
        helper.make_node("Less", ["one", "one"], ["less"]),
        helper.make_node("Cast", ["less"], ["mask"], to=TensorProto.FLOAT),
        helper.make_node("Mul", ["sound", "mask"], ["altered"]),
    )


@pytest.mark.parametrize(
    ("alter", "line"),
    [
        (normalised, "the operation InstanceNormalization is not known in a stream"),
        (without_its_mean, "the operation ReduceMean is not known in a stream"),
        (strided, "a Conv that changes the number of columns is not known in a stream"),
        (shrinking, "a Conv that changes the number of columns is not known in a stream"),
        (longer_by_one, "a ConvTranspose that does not give its stride of columns for each is not known in a stream"),
        (doubled_in_time, r"a Concat along axis \[2\] is not known in a stream"),
        (halved_in_time, r"a Slice along axis \[2\] is not known in a stream"),
        (without_chance, "there is no source of random numbers, so this is no VITS voice"),
        (with_more_chance, "there are 3 sources of random numbers; 1 or 2 are known"),
        (with_chance_elsewhere, "the last random numbers do not go into a prior"),
        (with_a_mask_that_is_none, r"the halves differ from the whole by .* of full scale, -?\d+ dB"),
    ],
)
def test_a_voice_that_is_built_in_another_way_is_refused_in_one_line(
    tmp_path: Path, alter: Callable[[ModelProto], None], line: str
) -> None:
    model = onnx.load(MADE_UP["odd"])
    alter(model)
    onnx.save(model, tmp_path / "voice.onnx")
    with pytest.raises(UnfitError, match=f"^{line}$"):
        prepare_into(tmp_path)


@pytest.mark.parametrize("content", [b"", b"<html>no such voice</html>\n" * 99, MADE_UP["odd"].read_bytes()[:90_000]])
def test_a_file_that_is_no_voice_is_refused_in_one_line(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "voice.onnx").write_bytes(content)
    with pytest.raises(UnfitError) as caught:
        prepare_into(tmp_path)
    assert len(str(caught.value).splitlines()) == 1
    assert len(str(caught.value)) < 300


@pytest.mark.slow
@pytest.mark.parametrize("start", range(4))
def test_a_voice_that_lacks_a_layer_is_refused_or_streams_without_it(tmp_path: Path, start: int) -> None:
    whole = onnx.load(MADE_UP["odd"])
    latent = anatomy_of(Graph(whole)).latent
    first = next(place for place, node in enumerate(whole.graph.node) if latent in node.output)
    for place in range(first + 1 + 10 * start, len(whole.graph.node), 40):
        model = onnx.ModelProto()
        model.CopyFrom(whole)
        gone = model.graph.node[place]
        for node in model.graph.node:
            inputs = [gone.input[0] if name == gone.output[0] else name for name in node.input]
            del node.input[:]
            node.input.extend(inputs)
        del model.graph.node[place]
        folder = tmp_path / str(place)
        folder.mkdir()
        onnx.save(model, folder / "voice.onnx")
        with suppress(UnfitError):
            halves = prepare_into(folder)
            ids = random_ids(10, seed=place)
            wanted = Whole(folder / "voice.onnx").say(ids)
            assert np.abs(halves.say(ids, repeat(5)) - wanted).max() < SAME


def prepare_into(folder: Path) -> Halves:
    """The voice in the folder."""
    halves = folder / "halves"
    halves.mkdir()
    prepare(folder / "voice.onnx", halves)
    return Halves.load(halves)


def renamed(model: ModelProto, *, seed: int) -> None:
    """All tensors and nodes get random names; the inputs keep theirs, which are Piper's interface."""
    random = np.random.default_rng(seed)
    kept = {each.name for each in model.graph.input} | {""}
    names: dict[str, str] = {}

    def name_of(name: str) -> str:
        if name in kept:
            return name
        return names.setdefault(name, f"/{random.integers(2**60):x}")

    for node in model.graph.node:
        node.name = f"{random.integers(2**60):x}"
        for field in (node.input, node.output):
            changed = [name_of(name) for name in field]
            del field[:]
            field.extend(changed)
    for value in (*model.graph.initializer, *model.graph.output):
        value.name = name_of(value.name)
    del model.graph.value_info[:]


@pytest.mark.parametrize("name", MADE_UP)
def test_nothing_is_found_by_its_name(tmp_path: Path, name: str) -> None:
    model = onnx.load(MADE_UP[name])
    renamed(model, seed=1)
    onnx.save(model, tmp_path / "voice.onnx")
    halves, whole = prepare_into(tmp_path), Whole(MADE_UP[name])
    for speaker in range(SPEAKERS[name]):
        ids = random_ids(20, seed=speaker)
        wanted, made = whole.say(ids, speaker=speaker), halves.say(ids, repeat(9), speaker=speaker)
        assert made.shape == wanted.shape
        assert np.abs(made - wanted).max() < SAME


def test_what_is_left_in_the_folder_is_the_two_halves(tmp_path: Path) -> None:
    (tmp_path / "voice.onnx").write_bytes(MADE_UP["odd"].read_bytes())
    prepare_into(tmp_path)
    assert {file.name for file in (tmp_path / "halves").iterdir()} == {
        "encoder.onnx",
        "encoder.weights",
        "names.json",
        "stream.onnx",
        "stream.weights",
    }


@pytest.fixture(params=MADE_UP)
def cut(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A folder with the halves in each step of the surgery: raw, band and bare encoders, flat and planar streams."""
    graph = Graph.load(MADE_UP[request.param])
    anatomy = anatomy_of(graph)
    stream, plan = Surgeon(graph, anatomy).model()
    encoder, names = preparing._encoder(graph, anatomy, plan.static, tmp_path)
    names.write(tmp_path)
    band, count = with_band_attention(encoder)
    assert count == 4  # keys and values of two attentions
    models = {"raw": encoder, "band": band, "bare": without_masks(band), "flat": stream}
    models["planar"] = planar(stream, plan)[0]
    for step, model in models.items():
        onnx.checker.check_model(model, full_check=True)
        onnx.save(model, tmp_path / f"{step}.onnx")
    return tmp_path


@pytest.mark.parametrize("step", ["band", "bare"])
def test_the_encoder_gives_the_same_on_bands_and_without_masks(cut: Path, step: str) -> None:
    raw = Encoder(cut, file="raw.onnx", optimised=False)
    changed = Encoder(cut, file=f"{step}.onnx", optimised=False)
    for length in range(1, 61):
        ids = random_ids(length, seed=length)
        wanted, made = (
            encoder.run(ids, length=1.3, noise=0.8, random=np.random.default_rng(length)) for encoder in (raw, changed)
        )
        assert np.array_equal(made.durations, wanted.durations)
        assert np.abs(made.mean - wanted.mean).max() < SAME
        assert np.abs(made.spread - wanted.spread).max() < SAME
        for mine, theirs in zip(made.static, wanted.static, strict=True):
            assert np.abs(mine - theirs).max() < SAME


def test_a_band_is_rounded_as_the_product_that_it_stands_for(cut: Path) -> None:
    raw, band = (Encoder(cut, file=f"{step}.onnx", optimised=False) for step in ("raw", "band"))
    # With the 8 columns of these heads the runtime sums 1024 terms in one go: the border wanders through the band.
    for length in (20, *range(1020, 1030)):
        ids = random_ids(length, seed=length)
        assert np.array_equal(band.run(ids).mean, raw.run(ids).mean), length


def test_no_mask_is_left_in_the_encoder(cut: Path) -> None:
    given = {step: {each.name for each in onnx.load(cut / f"{step}.onnx").graph.input} for step in ("raw", "bare")}
    assert given["raw"] - given["bare"] == {"input_lengths"}


def test_a_stream_of_pictures_gives_the_samples_of_a_stream_of_rows(cut: Path) -> None:
    encoder = Encoder(cut, file="raw.onnx", optimised=False)
    flat, pictures = (Stream(cut, file=f"{shape}.onnx", optimised=False) for shape in ("flat", "planar"))
    assert (flat.plan.planar, pictures.plan.planar) == (False, True)
    for length in (1, 2, 7, 30):
        prior = encoder.run(random_ids(length, seed=length))
        for size in (1, 10, 64):
            wanted, made = fed(flat, prior, repeat(size)), fed(pictures, prior, repeat(size))
            assert made.shape == wanted.shape
            assert np.abs(made - wanted).max() < SAME


def durations(encoder: Encoder, ids: list[int], seed: int | None, *, noise: float = 0.8) -> list[float]:
    random = None if seed is None else np.random.default_rng(seed)
    return [float(each) for each in encoder.run(ids, noise=noise, random=random).durations]


def test_chance_in_the_durations_comes_from_the_seed_alone(tmp_path: Path) -> None:
    (tmp_path / "voice.onnx").write_bytes(MADE_UP["speakers"].read_bytes())
    encoder = prepare_into(tmp_path).encoder
    ids = random_ids(40, seed=0)
    assert durations(encoder, ids, 1) == durations(encoder, ids, 1)
    assert len({tuple(durations(encoder, ids, seed)) for seed in range(5)}) == 5
    without = durations(encoder, ids, None)
    assert durations(encoder, ids, None) == without
    assert durations(encoder, ids, 1, noise=0.0) == without


def test_a_voice_without_chance_in_its_durations_needs_no_seed(tmp_path: Path) -> None:
    (tmp_path / "voice.onnx").write_bytes(MADE_UP["odd"].read_bytes())
    encoder = prepare_into(tmp_path).encoder
    ids = random_ids(40, seed=0)
    assert durations(encoder, ids, 1) == durations(encoder, ids, 2) == durations(encoder, ids, None)
