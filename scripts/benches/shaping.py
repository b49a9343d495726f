"""What it costs to make many people and moods of one voice, as a share of what the voice itself costs.

usage: python -m scripts.benches.shaping [ROUNDS]

Synthesis is the engine alone and neutral: its CPU time for a second of sound. Shaping is all CPU time of a sentence on
its way to levelled samples that is not in the voice's networks, beyond what the neutral engine needs there: pitch and
accent, durations, formants, resampling, the shelf, the gain, the limiter, soft edges. The ratio's own frames are those
that the networks make more of for a second of sound that comes out; they stand in a column of their own. CPU time of
the whole process, shaping and networks in the same run, medians of interleaved rounds.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections import defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from device.core.errors import VoxframeError
from device.voice.engine import NEUTRAL
from device.voice.personas import Personas
from device.voice.piper import PiperEngine
from device.voice.sentence import sounded
from tests.locations import piper_files

if TYPE_CHECKING:
    from collections.abc import Callable

    from device.voice.engine import Manner

ROUNDS = 7
MOST = 5.0
"""Percent of synthesis that is asked for."""

TEXTS = (
    "I see three people in this photo, and one of them is smiling.",
    "On the left stands a man with a beard and a dark hat.",
    "The woman in the middle looks straight at the camera.",
)


class Cost(NamedTuple):
    """CPU seconds of the same sentences: in the voice's networks, and beside them; and how long they sound."""

    networks: float
    beside: float
    seconds: float


class Clocked:
    """The engine, with a clock around its networks."""

    def __init__(self, engine: PiperEngine) -> None:
        self.engine = engine
        self._inside = 0.0
        for part, names in ((engine.encoder, ("run",)), (engine.stream, ("begin", "feed"))):
            for name in names:
                setattr(part, name, self._around(getattr(part, name)))

    def _around(self, does: Callable[..., Any]) -> Callable[..., Any]:
        def clocked(*given: Any, **named: Any) -> Any:  # noqa: ANN401 - as it is
            began = time.process_time()
            result = does(*given, **named)
            self._inside += time.process_time() - began
            return result

        return clocked

    def cost(self, samples: Callable[[str], int]) -> Cost:
        """What `samples` costs over all sentences; it says one and gives the number of samples."""
        self._inside, began = 0.0, time.process_time()
        length = sum(samples(text) for text in TEXTS)
        took = time.process_time() - began
        return Cost(self._inside, took - self._inside, length / self.engine.sample_rate)

    def alone(self) -> Cost:
        """The engine, neutral, with nothing behind it."""
        return self.cost(lambda text: sum(len(each.samples) for each in self.engine.say(text, manner=NEUTRAL, seed=1)))

    def shaped(self, manner: Manner) -> Cost:
        """The whole way to levelled sound."""
        return self.cost(lambda text: sum(len(each.pcm) for each in sounded(self.engine, text, manner=manner, seed=1)))


def main(rounds: int) -> int:
    """Interleave, and print medians; returns 1 where shaping costs more than is asked for."""
    personas = Personas.load()
    files = piper_files()
    engine = files.load(schedule=files.schedule(time.perf_counter))
    if not isinstance(engine, PiperEngine):
        raise VoxframeError("the voice is not prepared for this processor; do that with: voxframe models fetch")
    clocked = Clocked(engine)
    cells = [(persona, mood) for persona in personas.names for mood in personas.moods]
    shares: dict[tuple[str, str], list[tuple[float, float]]] = defaultdict(list)
    synthesis = []
    for number in range(rounds + 1):
        for cell in cells:
            alone, shaped = clocked.alone(), clocked.shaped(personas.manner(*cell))
            if number == 0:
                continue
            second = (alone.networks + alone.beside) / alone.seconds
            more = shaped.networks / shaped.seconds - alone.networks / alone.seconds
            synthesis.append(second * 1000)
            shares[cell].append(
                (
                    100 * (shaped.beside - alone.beside) / (second * shaped.seconds),
                    100 * more / second,
                )
            )
    print(f"{rounds} interleaved rounds over {len(TEXTS)} sentences after one to warm up, medians; one thread")
    print(f"synthesis, the engine alone: {statistics.median(synthesis):.1f} CPU ms a second of sound")
    print(f"{'':10}{'mood':10}{'shaping %':>10}{'highest':>9}{'more frames %':>15}")
    over = []
    for (persona, mood), each in shares.items():
        shaping, frames = np.median(each, axis=0)
        print(f"{persona:10}{mood:10}{shaping:>10.1f}{max(one for one, _ in each):>9.1f}{frames:>15.1f}")
        if shaping > MOST:
            over.append(f"{persona} {mood}: shaping costs {shaping:.1f} % of synthesis, {MOST:g} % is allowed")
    print("\n".join(over) or f"shaping costs at most {MOST:g} % of synthesis everywhere")
    return int(bool(over))


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS))
