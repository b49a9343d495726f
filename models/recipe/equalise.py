"""Channels of very different range made alike before they share an int8 scale.

Nagel et al., Data-Free Quantization Through Weight Equalization and Bias Correction, 2019 (arXiv 1906.04721): a channel
may be scaled by s where it is made, if the next layer's weights for it are divided by s. Channels that meet in an
addition, a leaky ReLU, a doubling or a concatenation must share their s; input and outputs keep theirs at 1.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from models.recipe.network import INPUT, Network, Step

if TYPE_CHECKING:
    from collections.abc import Mapping

STRENGTH = 0.5
"""1 would make all ranges the same; half way there gave the smallest error."""

LARGEST = 64.0
_SMALLEST_RANGE = 1e-3

Channel = tuple[str, int]


def scales(network: Network, largest: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """A scale for each channel of each tensor, from the largest value that each was seen to have."""
    channels = network.channels()
    groups = _groups(network, channels)
    range_of: dict[Channel, float] = {}
    for name, values in largest.items():
        for channel in range(channels[name]):
            group = groups.of((name, channel))
            range_of[group] = max(range_of.get(group, 0.0), values[channel] / values.max())
    fixed = {groups.of((name, channel)) for name in (INPUT, *network.outputs) for channel in range(channels[name])}
    chosen = {
        group: float(np.clip(max(value, _SMALLEST_RANGE) ** -STRENGTH, 1, LARGEST)) for group, value in range_of.items()
    }
    return {
        name: np.array(
            [
                1.0 if (group := groups.of((name, channel))) in fixed else chosen.get(group, 1.0)
                for channel in range(count)
            ]
        )
        for name, count in channels.items()
    }


def equalised(network: Network, scale_of: Mapping[str, np.ndarray]) -> Network:
    """The same network with its channels scaled; what comes out is as before."""
    return replace(network, steps=tuple(_scaled(step, scale_of) for step in network.steps))


def _scaled(step: Step, scale_of: Mapping[str, np.ndarray]) -> Step:
    if step.kernel is None:
        return step
    made, taken = scale_of[step.output], scale_of[step.inputs[0]]
    if step.kind == "conv":
        kernel = step.kernel * made[:, None, None, None] / taken
    else:
        kernel = step.kernel * (made / taken)[None, None, None, :]
    return replace(step, kernel=kernel, bias=step.bias * made)


class _Groups:
    """Channels that must share a scale (union and find)."""

    def __init__(self) -> None:
        self._parent: dict[Channel, Channel] = {}

    def of(self, channel: Channel) -> Channel:
        self._parent.setdefault(channel, channel)
        while self._parent[channel] != channel:
            channel = self._parent[channel]
        return channel

    def unite(self, one: Channel, other: Channel) -> None:
        self._parent[self.of(one)] = self.of(other)


def _groups(network: Network, channels: Mapping[str, int]) -> _Groups:
    groups = _Groups()
    for step in network.steps:
        first = 0
        for name in step.inputs if step.kernel is None else ():
            for channel in range(channels[name]):
                groups.unite((name, channel), (step.output, first + channel))
            first += channels[name] if step.kind == "concat" else 0
    return groups
