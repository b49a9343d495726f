"""A graph cut in parts gives what the whole gives."""

from __future__ import annotations

import numpy as np
import pytest

from device.voice import runtime
from device.voice.cut import FLOAT, Graph

# After `runtime`, which sets what it must see before its first import.
import onnxruntime  # isort: skip


def message(number: int, *content: bytes) -> bytes:
    """A field of Protocol Buffers that holds bytes."""
    whole = b"".join(content)
    assert len(whole) < 128
    return bytes([number << 3 | 2, len(whole)]) + whole


def node(kind: str, used: str, made: str) -> bytes:
    inputs = b"".join(message(1, each.encode()) for each in used.split())
    return message(1, inputs, message(2, made.encode()), message(4, kind.encode()))


def value(number: int, name: str) -> bytes:
    return message(number, message(1, name.encode()), message(2, message(1, b"\x08\x01")))


def model() -> bytes:
    """x -> Neg -> a, a * two -> b, b -> Abs -> c, b -> Neg -> d."""
    two = message(5, b"\x10\x01", message(8, b"two"), message(9, np.float32(2).tobytes()))
    graph = b"".join(
        (
            node("Neg", "x", "a"),
            node("Mul", "a two", "b"),
            node("Abs", "b", "c"),
            node("Neg", "b", "d"),
        )
    )
    parts = (graph, message(2, b"g"), two, value(11, "x"), value(12, "c"), value(12, "d"))
    content = b"".join(parts)
    length = bytes([len(content) & 0x7F | 0x80, len(content) >> 7])
    return b"\x08\x08" + bytes([7 << 3 | 2]) + length + content + message(8, b"\x10\x11")


def run(data: bytes, **inputs: float) -> dict[str, float]:
    session = onnxruntime.InferenceSession(data, runtime.options(), providers=["CPUExecutionProvider"])
    names = [each.name for each in session.get_outputs()]
    given = {name: np.array([number], np.float32) for name, number in inputs.items()}
    assert {each.name for each in session.get_inputs()} == set(given)
    return {name: float(made[0]) for name, made in zip(names, session.run(None, given), strict=True)}


def test_the_whole_is_what_it_is() -> None:
    assert run(model(), x=3) == {"c": 6, "d": 6}


def test_a_front_gives_what_was_inside() -> None:
    assert run(Graph(model()).cut(inputs={}, outputs=["b"]), x=3) == {"b": -6}


def test_a_back_takes_what_was_inside_and_nothing_else() -> None:
    assert run(Graph(model()).cut(inputs={"b": FLOAT}, outputs=["c"]), b=-5) == {"c": 5}
    assert run(Graph(model()).cut(inputs={"a": FLOAT}, outputs=["d", "c"]), a=4) == {"d": -8, "c": 8}


def test_one_graph_may_be_cut_again_and_again() -> None:
    graph = Graph(model())
    assert graph.cut(inputs={}, outputs=["a"]) == graph.cut(inputs={}, outputs=["a"])
    assert run(graph.cut(inputs={}, outputs=["a"]), x=1) == {"a": -1}


@pytest.mark.parametrize(("inputs", "outputs"), [({}, ["z"]), ({"z": FLOAT}, ["c"]), ({"c": FLOAT}, ["d"])])
def test_a_tensor_that_is_not_there_is_named(inputs: dict[str, int], outputs: list[str]) -> None:
    with pytest.raises(ValueError, match=r"the graph has no [zc]$"):
        Graph(model()).cut(inputs=inputs, outputs=outputs)


@pytest.mark.parametrize("data", [b"", b"no model at all", model()[:-1], model()[:40], b"\x3b" * 9, b"\xff" * 20])
def test_bytes_that_are_no_model_are_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"no ONNX model|cut short"):
        Graph(data)
