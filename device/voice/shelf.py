"""Brightness: what lies above 2.5 kHz is made louder or softer."""

from __future__ import annotations

import math

import numpy as np

from device.voice.resample import Polyphase

CORNER_HERTZ = 2500.0
"""Half of the decibels are reached here."""

_TAPS = 40
"""What would follow is below -100 dB, for any strength that is allowed."""


def shelf(decibels: float, *, sample_rate: int) -> Polyphase:
    """A high shelf without look-ahead; no frequency is late by more than two samples.

    The taps are the beginning of the impulse response of the recursive shelf of slope 1 in R. Bristow-Johnson's
    "Cookbook formulae for audio EQ biquad filter coefficients". It is minimum-phase and gone soon; as a finite one it
    needs no loop over samples.
    """
    strength = 10 ** (decibels / 40)
    angle = 2 * math.pi * CORNER_HERTZ / sample_rate
    cosine, slope = math.cos(angle), math.sin(angle) * math.sqrt(2 * strength)
    more, less = strength + 1, strength - 1
    ahead = (
        strength * (more + less * cosine + slope),
        -2 * strength * (less + more * cosine),
        strength * (more + less * cosine - slope),
    )
    back = (more - less * cosine + slope, 2 * (less - more * cosine), more - less * cosine - slope)
    taps = np.zeros(_TAPS)
    for at in range(_TAPS):
        taps[at] = ahead[at] if at < len(ahead) else 0
        taps[at] -= sum(back[ago] * taps[at - ago] for ago in (1, 2) if at >= ago)
        taps[at] /= back[0]
    return Polyphase(taps)
