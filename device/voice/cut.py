"""Parts of an ONNX graph as models of their own, made from its bytes: the daemon does without the `onnx` package.

Field numbers are those of onnx.proto3, wire types those of Protocol Buffers. Enough for graphs without subgraphs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

FLOAT, INT64 = 1, 7
"""TensorProto.DataType."""

_MODEL_GRAPH = 7
_NODE, _INITIALIZER, _INPUT, _OUTPUT, _VALUE_INFO, _QUANTIZATION = 1, 5, 11, 12, 13, 14
_NODE_INPUT, _NODE_OUTPUT, _TENSOR_NAME, _VALUE_NAME = 1, 2, 8, 1
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_MORE = 0x80
"""The bit of a varint's byte that says that another one follows."""


class _Field(NamedTuple):
    number: int
    content: bytes
    whole: bytes


class _Node(NamedTuple):
    used: frozenset[str]
    made: frozenset[str]
    whole: bytes


class Graph:
    """A model, taken apart once.

    Raises:
        ValueError: The bytes are no ONNX model.
    """

    def __init__(self, model: bytes) -> None:
        around = list(_fields(model))
        graphs = [field.content for field in around if field.number == _MODEL_GRAPH]
        if len(graphs) != 1:
            raise ValueError("no ONNX model")
        self._around = b"".join(field.whole for field in around if field.number != _MODEL_GRAPH)
        self._nodes: list[_Node] = []
        self._weights: dict[str, bytes] = {}
        self._inputs: dict[str, bytes] = {}
        self._rest = b""
        for field in _fields(graphs[0]):
            if field.number == _NODE:
                self._nodes.append(_node(field))
            elif field.number == _INITIALIZER:
                self._weights[_text(field.content, _TENSOR_NAME)] = field.whole
            elif field.number == _INPUT:
                self._inputs[_text(field.content, _VALUE_NAME)] = field.whole
            elif field.number not in {_OUTPUT, _VALUE_INFO, _QUANTIZATION}:
                self._rest += field.whole

    def cut(self, *, inputs: Mapping[str, int], outputs: Iterable[str]) -> bytes:
        """The model that makes `outputs` from `inputs` (name to data type) and from the inputs it had.

        Raises:
            ValueError: It has not got these tensors.
        """
        wanted = tuple(outputs)
        nodes, touched = self._reached(frozenset(wanted), frozenset(inputs))
        if missing := {*wanted, *inputs} - touched:
            raise ValueError(f"the graph has no {', '.join(sorted(missing))}")
        kept = [node.whole for node in nodes]
        kept += [whole for name, whole in (*self._weights.items(), *self._inputs.items()) if name in touched]
        kept += [_value(_INPUT, name, kind) for name, kind in inputs.items()]
        kept += [_value(_OUTPUT, name, None) for name in wanted]
        return self._around + _message(_MODEL_GRAPH, self._rest + b"".join(kept))

    def _reached(self, outputs: frozenset[str], stop: frozenset[str]) -> tuple[list[_Node], set[str]]:
        """The nodes that `outputs` need, and all tensors they touch. A node stands after those that it uses."""
        wanted = set(outputs)
        kept: list[_Node] = []
        touched: set[str] = set()
        for node in reversed(self._nodes):
            if node.made & wanted:
                kept.append(node)
                wanted |= node.used - stop
                touched |= node.made | node.used
        return kept[::-1], touched


def _node(field: _Field) -> _Node:
    parts = list(_fields(field.content))
    used, made = (
        frozenset(part.content.decode() for part in parts if part.number == number)
        for number in (_NODE_INPUT, _NODE_OUTPUT)
    )
    return _Node(used, made, field.whole)


def _value(number: int, name: str, kind: int | None) -> bytes:
    """A ValueInfoProto; its shape is left open, and of an output its type too: the runtime infers them."""
    described = _message(_VALUE_NAME, name.encode())
    if kind is not None:
        described += _message(2, _message(1, bytes([1 << 3, kind])))
    return _message(number, described)


def _text(content: bytes, number: int) -> str:
    return next((field.content.decode() for field in _fields(content) if field.number == number), "")


def _message(number: int, content: bytes) -> bytes:
    return _encoded(number << 3 | _BYTES) + _encoded(len(content)) + content


def _fields(data: bytes) -> Iterator[_Field]:
    at = 0
    while at < len(data):
        begin = at
        key, at = _decoded(data, at)
        first, wire = at, key & 7
        if wire == _VARINT:
            _, at = _decoded(data, at)
        elif wire == _BYTES:
            length, first = _decoded(data, at)
            at = first + length
        elif wire in {_FIXED32, _FIXED64}:
            at += 4 if wire == _FIXED32 else 8
        else:
            raise ValueError("no ONNX model")
        if at > len(data):
            raise ValueError("the model is cut short")
        yield _Field(key >> 3, data[first:at], data[begin:at])


def _decoded(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while at < len(data):
        byte = data[at]
        at += 1
        value |= (byte & ~_MORE) << shift
        shift += 7
        if byte < _MORE:
            return value, at
    raise ValueError("the model is cut short")


def _encoded(value: int) -> bytes:
    done = bytearray()
    while value >= _MORE:
        done.append(value & ~_MORE & 0xFF | _MORE)
        value >>= 7
    done.append(value)
    return bytes(done)
