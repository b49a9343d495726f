"""What it costs to make another speaker of the voice after the engine, for each persona and mood.

usage: python -m scripts.benches.shaping [ROUNDS]

CPU ms for a second of sound that comes out, medians of interleaved rounds; chunks of 45 frames, as the engine makes
them. The ratio's own frames, which the engine makes more of, are not in it.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np

from device.voice.personas import Personas
from device.voice.shape import Shaper

if TYPE_CHECKING:
    from device.voice.engine import Manner, Samples

ROUNDS = 9
_SECONDS = 6
_RATE = 22_050
_CHUNK = 45 * 256


def cost(manner: Manner, sound: Samples) -> float:
    """CPU ms for a second of sound."""
    began = time.process_time()
    shaper = Shaper(manner, sample_rate=_RATE)
    made = sum(len(shaper.push(sound[at : at + _CHUNK])) for at in range(0, len(sound), _CHUNK))
    made += len(shaper.finish())
    return (time.process_time() - began) * 1000 / (made / _RATE)


def main(rounds: int) -> None:
    """Interleave, and print medians."""
    personas = Personas.load()
    sound = (np.random.default_rng(1).standard_normal(_SECONDS * _RATE) * 0.1).astype(np.float32)
    took: dict[tuple[str, str], list[float]] = defaultdict(list)
    for _ in range(rounds + 1):
        for persona in personas.names:
            for mood in personas.moods:
                took[persona, mood].append(cost(personas.manner(persona, mood), sound))
    print(f"CPU ms a second of sound, medians of {rounds} interleaved rounds after one to warm up")
    print(f"{'':12}" + "".join(f"{mood:>10}" for mood in personas.moods))
    for persona in personas.names:
        medians = (statistics.median(took[persona, mood][1:]) for mood in personas.moods)
        print(f"{persona:12}" + "".join(f"{each:>10.2f}" for each in medians))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS)
