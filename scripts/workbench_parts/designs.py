"""The made-up voices of tests/voices, each different from the trained one in its own way."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """What sets one voice apart.

    Attributes:
        rates: Strides of the decoder's upsamplings; their product is the samples of a frame.
        kernels: Of the upsamplings.
        block: Piper's name for the residual block of the decoder: "1" in high quality, "2" otherwise.
        block_kernels: One residual block for each.
        dilations: Of each residual block.
        width: Channels before the first upsampling, halved by each.
        speakers: How many.
        random_durations: With the stochastic predictor of durations; else the plain one.
        tidy: Without slices that take everything, as in published voices; else as Piper's code of today exports them.
        loudness: What the last layer is multiplied by, for a sound that is neither near silence nor clipped.
    """

    sample_rate: int
    rates: tuple[int, ...]
    kernels: tuple[int, ...]
    block: str
    block_kernels: tuple[int, ...]
    dilations: tuple[tuple[int, ...], ...]
    width: int
    speakers: int
    random_durations: bool
    tidy: bool
    loudness: float
    seed: int


DESIGNS = {
    "speakers": Design(
        sample_rate=22_050,
        rates=(8, 8, 4),
        kernels=(16, 16, 8),
        block="2",
        block_kernels=(3, 5, 7),
        dilations=((1, 2), (2, 6), (3, 12)),
        width=32,
        speakers=4,
        random_durations=True,
        tidy=True,
        loudness=0.12,
        seed=1,
    ),
    "high": Design(
        sample_rate=22_050,
        rates=(8, 8, 2, 2),
        kernels=(16, 16, 4, 4),
        block="1",
        block_kernels=(3, 7, 11),
        dilations=((1, 3, 5), (1, 3, 5), (1, 3, 5)),
        width=32,
        speakers=1,
        random_durations=True,
        tidy=True,
        loudness=0.2,
        seed=7,
    ),
    "odd": Design(
        sample_rate=16_000,
        rates=(5, 4, 3),
        kernels=(11, 8, 7),
        block="2",
        block_kernels=(3, 5),
        dilations=((1, 2), (2, 6)),
        width=48,
        speakers=1,
        random_durations=False,
        tidy=False,
        loudness=0.1,
        seed=3,
    ),
}
