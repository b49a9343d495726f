"""What it costs to make many people and moods of one voice, as a share of what the voice itself costs.

usage: python -m scripts.benches.shaping [ROUNDS]

Synthesis is the engine alone and neutral: its CPU time for a second of sound. Levelling is all CPU time of the narrator
on the way to samples that is not in the voice's networks, beyond what an engine needs there: the filters, the hand on
the fader, the limiter, soft edges. Shaping is what others need beyond that and the ratio: pitch and accent, durations,
formants, resampling, the shelf; or, in the last rows, the sound of another time. The ratio's own frames stand in a
column of their own: how much more the engine alone costs for a second of sound that comes out. CPU time of the whole
process, shaping and networks in the same run, medians of interleaved rounds.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections import defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple, get_args

import numpy as np

from device.core.errors import VoxframeError
from device.voice.engine import NEUTRAL, Manner
from device.voice.period import Period
from device.voice.personas import Personas
from device.voice.piper import PiperEngine
from device.voice.schedule import Schedule
from device.voice.sentence import sounded
from tests.locations import piper_files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from device.core.types import Pcm
    from device.voice.engine import Samples

ROUNDS = 5
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

    @property
    def total(self) -> float:
        """All of it."""
        return self.networks + self.beside


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

    def cost(self, pieces: Callable[[str], Iterator[Samples | Pcm]]) -> Cost:
        """What all sentences cost; `pieces` says one, and each piece is handed on, so that chunks grow as they do."""
        self._inside, began = 0.0, time.process_time()
        length = 0
        for text in TEXTS:
            self.engine.schedule.begin()
            for piece in pieces(text):
                length += len(piece)
                self.engine.schedule.handed(len(piece) / self.engine.sample_rate)
        took = time.process_time() - began
        return Cost(self._inside, took - self._inside, length / self.engine.sample_rate)

    def alone(self, ratio: float = 1.0) -> Cost:
        """The engine with nothing behind it; seconds of what it made, before it is resampled."""
        manner = Manner(ratio=ratio)
        return self.cost(lambda text: (each.samples for each in self.engine.say(text, manner=manner, seed=1)))

    def shaped(self, manner: Manner, period: Period = "none") -> Cost:
        """The whole way to levelled sound."""
        return self.cost(
            lambda text: (each.pcm for each in sounded(self.engine, text, manner=manner, seed=1, period=period))
        )

    def coloured(self) -> dict[Period, float]:
        """What shaping the narrator costs in the sound of each time, as a share of synthesis."""
        plain = self.alone()
        return {
            period: (shaped.beside - plain.beside) / shaped.seconds / (plain.total / plain.seconds)
            for period in get_args(Period)
            for shaped in [self.shaped(NEUTRAL, period)]
        }


def main(rounds: int) -> int:
    """Interleave, and print medians; returns 1 where shaping costs more than is asked for."""
    personas = Personas.load()
    files = piper_files()
    engine = files.load(schedule=Schedule(monotonic=time.perf_counter))
    if not isinstance(engine, PiperEngine):
        raise VoxframeError("the voice is not prepared for this processor; do that with: voxframe models fetch")
    clocked = Clocked(engine)
    shares: dict[tuple[str, str], list[tuple[float, float]]] = defaultdict(list)
    synthesis = []
    for number in range(rounds + 1):
        for persona in personas.names:
            ratio = personas.manner(persona, "neutral").ratio
            plain, stretched = clocked.alone(), clocked.alone(ratio)
            second = plain.total / plain.seconds
            more = stretched.total / stretched.seconds * ratio / second - 1
            for mood in personas.moods:
                shaped = clocked.shaped(personas.manner(persona, mood))
                if number > 0:
                    share = (shaped.beside - stretched.beside) / shaped.seconds / second
                    shares[persona, mood].append((100 * share, 100 * more))
            if number > 0:
                synthesis.append(second * 1000)
    for period, share in (each for _ in range(rounds) for each in clocked.coloured().items()):
        shares[period, "narrator"].append((100 * share, 0.0))
    print(f"{rounds} interleaved rounds over {len(TEXTS)} sentences after one to warm up, medians; one thread")
    print(f"synthesis, the engine alone: {statistics.median(synthesis):.1f} CPU ms a second of sound")
    levelling = float(np.median([share for share, _ in shares["none", "narrator"]]))
    print(f"levelling: {levelling:.1f} % of synthesis")
    print(f"{'':12}{'mood':10}{'shaping %':>10}{'highest':>9}{'more frames %':>15}")
    over = []
    for (persona, mood), each in shares.items():
        shaping, frames = np.median(each, axis=0) - (levelling, 0)
        print(f"{persona:12}{mood:10}{shaping:>10.1f}{max(one for one, _ in each) - levelling:>9.1f}{frames:>15.1f}")
        if shaping > MOST:
            over.append(f"{persona} {mood}: shaping costs {shaping:.1f} % of synthesis, {MOST:g} % is allowed")
    print("\n".join(over) or f"shaping costs at most {MOST:g} % of synthesis everywhere")
    return int(bool(over))


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS))
