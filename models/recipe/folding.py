"""A first convolution that makes a square of four pixels at a time, from pixels that lie side by side as one.

A convolution with three channels in and eight out costs the runtime eight bytes for each tap of each pixel that it
makes, and leaves most of a vector's lanes empty. Of 3 x 3 taps with a stride of 2, those of four pixels that touch are
5 x 2 taps on pixels folded by four: what is computed is the same to the bit, in int8 too.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from models.recipe.network import Network, Step

if TYPE_CHECKING:
    import numpy.typing as npt

FOLD = 4
"""Pixels of a row that the input holds as one, with three times as many channels."""

SQUARES = "squares"
"""The tensor of squares, each with its four pixels as channels; in int8 it has the scale of what they become."""

_MADE = 2
"""Height and width of the square of pixels that are made at a time."""

_TAPS = 3


def folded(network: Network) -> Network:
    """The same network for a folded input.

    Raises:
        ValueError: Its first step is not a 3 x 3 convolution that halves the picture.
    """
    first, *others = network.steps
    if first.kernel is None or (first.kernel.shape[1:3], first.stride, first.padding) != ((_TAPS, _TAPS), _MADE, "one"):
        raise ValueError(f"{network.name} does not begin with a convolution that can be folded")
    convolution = replace(
        first,
        output=SQUARES,
        kernel=_kernel(first.kernel),
        bias=np.tile(first.bias, _MADE * _MADE),
        stride=(2 * _MADE, 1),
        padding="before",
    )
    apart = Step(kind="unfold", inputs=(SQUARES,), output=first.output)
    return replace(network, fold=FOLD, steps=(convolution, apart, *others))


def _kernel(kernel: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The kernel of one pixel, once for each of the square, where that pixel's taps lie."""
    made, _, _, channels = kernel.shape
    squares = np.zeros((_MADE, _MADE, made, 2 * _MADE + 1, 2 * FOLD, channels))
    for down in range(_MADE):
        for across in range(_MADE):
            top = 2 * down
            # Of the pixels folded to the left only the last is touched: the one before the first of the square.
            left = FOLD - 1 + 2 * across
            squares[down, across, :, top : top + _TAPS, left : left + _TAPS] = kernel
    return squares.reshape(_MADE * _MADE * made, 2 * _MADE + 1, 2, FOLD * channels)
