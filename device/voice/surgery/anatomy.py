"""Where the parts of a VITS voice are, found by what they do.

The export of VITS (Kim, Kong, Son 2021, arXiv 2106.06103) computes, for phonemes 1..N and frames 1..T:

    mean, spread = encoder(phonemes)                        [1, C, N] each; spread is a logarithm
    durations = ceil(duration predictor(noise) * length)    [1, 1, N]
    latent = expand(mean) + noise * exp(expand(spread)) * scale          [1, C, T]
    sound = decoder(flow(latent))                           hop * T samples

where expand repeats each column by its duration. The latent is the addition behind the last source of random numbers;
the rest is found from there, backwards.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from device.voice.surgery.graph import UnfitError

if TYPE_CHECKING:
    from onnx import NodeProto

    from device.voice.surgery.graph import Graph


@dataclass(frozen=True, slots=True, kw_only=True)
class Anatomy:
    """The names of a voice's tensors.

    Attributes:
        mean: Of the prior, [1, C, N].
        spread: The logarithm of its standard deviation, [1, C, N].
        durations: Frames of each phoneme, whole numbers as floats, [1, 1, N].
        duration_noise: The random numbers of the duration predictor; None where it needs none.
        latent: What the flow takes, [1, C, T].
        channels: C.
    """

    mean: str
    spread: str
    durations: str
    duration_noise: str | None
    latent: str
    channels: int


def anatomy_of(graph: Graph) -> Anatomy:
    """Find the parts.

    Raises:
        UnfitError: The graph is built in another way.
    """
    sources = [node for node in graph.nodes if node.op_type == "RandomNormalLike"]
    if not sources:
        raise UnfitError("there is no source of random numbers, so this is no VITS voice")
    noise = sources[-1].output[0]
    sampled = _sampled(graph, noise)
    mean = next(name for name in sampled.input if noise not in _ancestors_through_mul(graph, name))
    scaled = next(name for name in sampled.input if name != mean)
    spread = graph.behind(scaled, "Exp", through=["Mul"]).input[0]
    stretched, _ = expansion = _expanded(graph, mean)
    return Anatomy(
        mean=expansion[1],
        spread=_expanded(graph, spread)[1],
        durations=graph.behind(stretched, "Ceil").output[0],
        duration_noise=_duration_noise(sources[:-1]),
        latent=sampled.output[0],
        channels=_channels(graph, sampled),
    )


def _sampled(graph: Graph, noise: str) -> NodeProto:
    """The addition that makes the latent, behind multiplications alone."""
    while True:
        users = graph.users(noise)
        if len(users) != 1 or users[0].op_type not in ("Mul", "Add"):
            raise UnfitError("the last random numbers do not go into a prior")
        if users[0].op_type == "Add":
            return users[0]
        noise = users[0].output[0]


def _ancestors_through_mul(graph: Graph, name: str) -> set[str]:
    found, front = {name}, [name]
    while front:
        node = graph.maker.get(front.pop())
        if node is not None and node.op_type == "Mul":
            front.extend(node.input)
            found.update(node.input)
    return found


def _expanded(graph: Graph, name: str) -> tuple[str, str]:
    """The matrix that repeats columns, and what is repeated: Transpose(MatMul(matrix, Transpose(it)))."""
    product = graph.behind(name, "MatMul", through=["Transpose"])
    turned = graph.maker.get(product.input[1])
    if turned is None or turned.op_type != "Transpose":
        raise UnfitError("the prior is not repeated by a matrix")
    return product.input[0], turned.input[0]


def _duration_noise(sources: list[NodeProto]) -> str | None:
    if len(sources) > 1:
        raise UnfitError(f"there are {len(sources) + 1} sources of random numbers; 1 or 2 are known")
    return sources[0].output[0] if sources else None


def _channels(graph: Graph, sampled: NodeProto) -> int:
    """The width of the latent, which the first coupling layer splits in halves."""
    after = graph.nodes[graph.nodes.index(sampled) :]
    split = next((node for node in after if node.op_type == "Split"), None)
    if split is None:
        raise UnfitError("no coupling layer follows the prior")
    return sum(graph.whole_numbers(split, "split", 1))
