"""The flow and the decoder of a voice as a stream: any number of frames a call, every sample computed once.

Each tensor on the frame axis has a rate (columns a frame) and a lag (columns it is late). Lengths are dynamic: the
first call yields fewer columns and the last one more, and no column outside of the sentence is ever computed, so a
state begins as the layer's own zero padding and masks are not needed. The rules:

    Conv, kernel k, dilation d, pads P and Q (P + Q = (k - 1) d)
        window = state ++ x ++ right;  y = Conv(window) without pads;  next state = the last (k - 1) d columns.
        The first state is P zeros; right is Q zeros in the last call, else nothing. The lag grows by Q.
    ConvTranspose, kernel k, stride s, pads p and k - p - s
        lo = (k - 1 - p) // s columns before and hi = (s - 1 + p) // s after take part. The window likewise, first state
        lo zeros, kept lo + hi, right hi zeros; pads [lo s + p, k - s - p + hi s]. The lag becomes (lag + hi) s.
    Add, Sub, Mul, Div, Concat of tensors that are late by different amounts
        Where the early one is P late behind its own convolution's window, that window without P columns on each side is
        it; else it waits in a queue.
    LeakyRelu before a Conv, where what it takes is added again behind: the state is kept before the activation, so that
        the addition shares it.
    A mask over the sentence, zeros like a tensor, exp of such zeros: known for one sentence, dropped.
    Anything without a frame axis (the speaker): computed once a sentence by the other half.

The idea of carrying each convolution's past is old (the "fast" WaveNet of Paine et al. 2016, arXiv 1611.09482).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import onnx
from onnx import helper, numpy_helper

from device.voice.plan import State, StreamPlan
from device.voice.surgery.draft import END, Draft
from device.voice.surgery.graph import UnfitError, attributes, floats, keep_plan, needed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from onnx import NodeProto

    from device.voice.surgery.anatomy import Anatomy
    from device.voice.surgery.graph import Graph

NEUTRAL = {"Add": 0.0, "Sub": 0.0, "Mul": 1.0, "Div": 1.0}
"""The right operand that changes nothing; for Add and Mul the left one too."""

POINTWISE = ("LeakyRelu", "Relu", "Tanh", "Sigmoid", "Neg", "Exp", "Cast", "Identity")


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """A tensor on the frame axis."""

    channels: int
    rate: int
    lag: int


class Surgeon:
    """Cuts the stream out of a voice.

    Raises:
        UnfitError: An operation is not known, or used in a way that is not.
    """

    def __init__(self, graph: Graph, anatomy: Anatomy) -> None:
        self._graph = graph
        self._latent = anatomy.latent
        self._tracks = {anatomy.latent: Track(channels=anatomy.channels, rate=1, lag=0)}
        self._same_as: dict[str, str] = {}
        self._uniform: dict[str, float] = {}
        self._windows: dict[tuple[str, int], str] = {}
        self._draft = Draft(graph, frames=self._tracks)
        self._states: list[State] = []
        self._ways: dict[str, Callable[[NodeProto, list[str]], None]] = {
            "Conv": self._convolution,
            "ConvTranspose": self._transposed,
            "Concat": self._concatenation,
            "Split": self._split,
            "Slice": self._slice,
            **dict.fromkeys(NEUTRAL, self._arithmetic),
            **dict.fromkeys(POINTWISE, self._pointwise),
        }
        self._walk()

    def model(self) -> tuple[onnx.ModelProto, StreamPlan]:
        """The stream, and how it is fed."""
        sound = self._same_as.get(self._graph.result, self._graph.result)
        track = self._tracks[sound]
        states = list(enumerate(self._states))
        outputs = [floats(sound, 1, 1, "samples")]
        outputs += [floats(f"next_{i}", 1, state.channels, f"next_columns_{i}") for i, state in states]
        inputs = [floats(self._latent, 1, self._tracks[self._latent].channels, "frames")]
        inputs += [helper.make_tensor_value_info("last", onnx.TensorProto.INT64, [1])]
        inputs += [floats(name, 1, f"wide_{i}", 1) for i, name in enumerate(self._draft.static)]
        inputs += [floats(f"state_{i}", 1, state.channels, f"columns_{i}") for i, state in states]
        body = needed(self._draft.nodes, [each.name for each in outputs])
        used = {name for node in body for name in node.input}
        held = [tensor for name, tensor in (self._graph.constants | self._draft.constants).items() if name in used]
        plan = StreamPlan(
            latent=self._latent,
            hop=track.rate,
            look_ahead=track.lag // track.rate + 1,
            static=tuple(self._draft.static),
            states=tuple(self._states),
        )
        model = self._graph.like(helper.make_graph(body, "stream", inputs, outputs, held))
        keep_plan(model, plan)
        return model, plan

    def _walk(self) -> None:
        live = {self._latent}
        for node in self._graph.nodes:
            if not live.intersection(node.input):
                continue
            live.update(node.output)
            inputs = [self._same_as.get(name, name) for name in node.input]
            if node.op_type == "Shape" or self._folded(node, inputs):
                continue
            way = self._ways.get(node.op_type)
            if way is None:
                raise UnfitError(f"the operation {node.op_type} is not known in a stream")
            way(node, inputs)

    def _folded(self, node: NodeProto, inputs: list[str]) -> bool:
        """Whether the node is known without computing it: one number everywhere, or another tensor as it is."""
        operation, output = node.op_type, node.output[0]
        if operation == "ConstantOfShape":
            self._uniform[output] = float(numpy_helper.to_array(attributes(node)["value"]).ravel()[0])
        elif inputs[0] in self._uniform and operation in ("Neg", "Exp"):
            value = self._uniform[inputs[0]]
            self._uniform[output] = -value if operation == "Neg" else math.exp(value)
        elif operation in ("Unsqueeze", "Squeeze") or (operation == "Slice" and self._takes_everything(node)):
            # Only the shape of the sound at the very end, and what some exports write for `x[:]`.
            self._same_as[output] = inputs[0]
        elif operation in NEUTRAL and (kept := self._unchanged(operation, inputs)):
            self._same_as[output] = kept
        else:
            return False
        return True

    def _takes_everything(self, node: NodeProto) -> bool:
        starts, ends, steps = (
            self._graph.whole_numbers(node, *each) for each in (("starts", 1), ("ends", 2), ("steps", 4))
        )
        return not any(starts) and min(ends) >= END and all(step == 1 for step in steps)

    def _unchanged(self, operation: str, inputs: list[str]) -> str | None:
        left, right = (1.0 if self._is_mask(name) else self._uniform.get(name) for name in inputs)
        if right == NEUTRAL[operation]:
            return inputs[0]
        if left == NEUTRAL[operation] and operation in ("Add", "Mul"):
            return inputs[1]
        if left is not None or right is not None:
            raise UnfitError(f"{operation} with {left if right is None else right} everywhere is not known in a stream")
        return None

    def _is_mask(self, name: str) -> bool:
        node = self._graph.maker.get(name)
        while node is not None and node.op_type in ("Cast", "Unsqueeze", "Identity"):
            node = self._graph.maker.get(node.input[0])
        return node is not None and node.op_type == "Less"

    # The operations.

    def _pointwise(self, node: NodeProto, inputs: list[str]) -> None:
        self._draft.emit(node.op_type, inputs, node.output[0], attributes(node))
        self._tracks[node.output[0]] = self._tracks[inputs[0]]

    def _arithmetic(self, node: NodeProto, inputs: list[str]) -> None:
        aligned = self._aligned(inputs)
        self._draft.emit(node.op_type, aligned, node.output[0], {})
        tracks = [self._tracks[name] for name in aligned if name in self._tracks]
        self._tracks[node.output[0]] = max(tracks, key=lambda each: each.channels)

    def _concatenation(self, node: NodeProto, inputs: list[str]) -> None:
        self._on_channels(node, [attributes(node)["axis"]])
        if not all(name in self._tracks for name in inputs):
            raise UnfitError("a Concat of frames with something else is not known in a stream")
        aligned = self._aligned(inputs)
        self._draft.emit("Concat", aligned, node.output[0], {"axis": 1})
        channels = sum(self._tracks[name].channels for name in aligned)
        self._tracks[node.output[0]] = replace(self._tracks[aligned[0]], channels=channels)

    def _split(self, node: NodeProto, inputs: list[str]) -> None:
        self._on_channels(node, [attributes(node).get("axis", 0)])
        self._draft.emit("Split", inputs, list(node.output), attributes(node))
        for name, width in zip(node.output, self._graph.whole_numbers(node, "split", 1), strict=True):
            self._tracks[name] = replace(self._tracks[inputs[0]], channels=width)

    def _slice(self, node: NodeProto, inputs: list[str]) -> None:
        self._on_channels(node, self._graph.whole_numbers(node, "axes", 3))
        start, end, step = (
            self._graph.whole_numbers(node, *each) for each in (("starts", 1), ("ends", 2), ("steps", 4))
        )
        self._draft.emit("Slice", inputs, node.output[0], attributes(node))
        track = self._tracks[inputs[0]]
        width = len(range(track.channels)[slice(start[0], end[0], step[0] if step else 1)])
        self._tracks[node.output[0]] = replace(track, channels=width)

    def _convolution(self, node: NodeProto, inputs: list[str]) -> None:
        given = attributes(node)
        kernel, dilation = given["kernel_shape"][0], given.get("dilations", [1])[0]
        left, right = given.get("pads", [0, 0])
        if given.get("strides", [1]) != [1] or left + right != (kernel - 1) * dilation:
            raise UnfitError("a Conv that changes the number of columns is not known in a stream")
        track = self._tracks[inputs[0]]
        if kernel > 1:
            state = State(channels=track.channels, first=left, kept=left + right)
            inputs = [self._window(inputs[0], state, right=right), *inputs[1:]]
        self._draft.emit("Conv", inputs, node.output[0], given | {"pads": [0, 0]})
        channels = self._graph.constants[inputs[1]].dims[0]
        self._tracks[node.output[0]] = Track(channels=channels, rate=track.rate, lag=track.lag + right)

    def _transposed(self, node: NodeProto, inputs: list[str]) -> None:
        given = attributes(node)
        kernel, stride = given["kernel_shape"][0], given["strides"][0]
        left, right = given.get("pads", [0, 0])
        plain = given.get("dilations", [1]) == [1] and not any(given.get("output_padding", [0]))
        if not plain or kernel - left - right != stride:
            raise UnfitError(
                "a ConvTranspose that does not give its stride of columns for each is not known in a stream"
            )
        before, after = (kernel - 1 - left) // stride, (stride - 1 + left) // stride
        track = self._tracks[inputs[0]]
        state = State(channels=track.channels, first=before, kept=before + after)
        pads = [before * stride + left, kernel - stride - left + after * stride]
        window = self._window(inputs[0], state, right=after)
        self._draft.emit("ConvTranspose", [window, *inputs[1:]], node.output[0], given | {"pads": pads})
        channels = self._graph.constants[inputs[1]].dims[1] * given.get("group", 1)
        lag = (track.lag + after) * stride
        self._tracks[node.output[0]] = Track(channels=channels, rate=track.rate * stride, lag=lag)

    # Past and future of a layer.

    def _window(self, name: str, state: State, *, right: int) -> str:
        """The columns that a layer takes in this call: what it remembers, what is new, and zeros at the very end."""
        activation = self._graph.maker.get(name)
        if activation is None or not self._shared(activation):
            activation = None
        source = self._same_as.get(activation.input[0], activation.input[0]) if activation else name
        number = len(self._states)
        self._states.append(state)
        parts = [f"state_{number}", source, *([self._draft.zeros_at_the_end(state.channels, right)] if right else [])]
        window = self._draft.emit("Concat", parts, f"window_{number}", {"axis": 2})
        self._draft.cut(window, -state.kept if state.kept else END, END, f"next_{number}")
        if state.first == right:
            self._windows[source, right] = window
        if activation is None:
            return window
        return self._draft.emit(activation.op_type, [window], f"active_{number}", attributes(activation))

    def _shared(self, activation: NodeProto) -> bool:
        return activation.op_type in ("LeakyRelu", "Relu") and len(self._graph.users(activation.input[0])) > 1

    def _aligned(self, inputs: Sequence[str]) -> list[str]:
        """The inputs, those that come early held back until the latest."""
        late = max((name for name in inputs if name in self._tracks), key=lambda name: self._tracks[name].lag)
        return [self._held_back(name, late) if name in self._tracks else name for name in inputs]

    def _held_back(self, name: str, late: str) -> str:
        track = self._tracks[name]
        columns = self._tracks[late].lag - track.lag
        if columns == 0:
            return name
        if track.rate != self._tracks[late].rate:
            raise UnfitError("tensors of different rates meet")
        if (window := self._windows.get((name, columns))) is not None:
            held = self._draft.cut(window, columns, -columns, f"middle_{window}")
        else:
            number = len(self._states)
            self._states.append(State(channels=track.channels, first=0, kept=columns))
            length = self._draft.emit("Shape", [late], f"columns_of_{late}", {"start": 2})
            queue = self._draft.emit("Concat", [f"state_{number}", name], f"queue_{number}", {"axis": 2})
            self._draft.cut(queue, length, END, f"next_{number}")
            held = self._draft.cut(queue, 0, length, f"due_{number}")
        self._tracks[held] = replace(track, lag=self._tracks[late].lag)
        return held

    def _on_channels(self, node: NodeProto, axes: list[int]) -> None:
        if axes != [1]:
            raise UnfitError(f"a {node.op_type} along axis {axes} is not known in a stream")
