"""How even the voice is: the loudness and the true peak of fifty sentences, by every persona in every mood.

usage: python -m scripts.benches.loudness [SENTENCES]

Half of the sentences are the templates' own, half are made of words that no template has; each goes the way that it
goes in the daemon, but for the phrases that are kept. Loudness is integrated over each sentence alone (ITU-R BS.1770-4,
by pyloudnorm); one that is shorter than a block of 0.4 s is repeated until it fills one. The spread of many is the
loudest less the softest; beside it stands what lies between the 5th and the 95th percentile. The true peak is the
largest sample at four times the rate (annex 2 of the same), here by soxr at its highest quality. Last come the sounds
of another time, by the narrator.
"""

from __future__ import annotations

import random
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple, get_args

import numpy as np

from device.app.settings import Settings
from device.app.wiring import Wiring
from device.core.types import Utterance
from device.narration.narrator import TemplateNarrator
from device.text.texts import Texts
from device.voice.period import Period
from scripts.benches.spoken_texts import various
from tests.hearing import integrated_loudness, true_peak
from tests.scenes import VALUES, scene_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from device.core.types import Speaking
    from device.voice.synthesiser import EngineSynthesiser

NUMBER = 50
TARGET_LUFS = -18.0
MOST_OFF = 1.0
"""LU that the mean of a persona may lie beside the target, and the gain of the mood."""

MOST_SPREAD = 3.0
MOST_PEAK = -1.0
"""dBTP."""


class Heard(NamedTuple):
    """What is measured of one sentence."""

    loudness: float
    peak: float


def described(number: int) -> list[str]:
    """So many sentences that the templates say of faces, no two alike; the same ones at every call."""
    narrator = TemplateNarrator(texts=Texts("en"))
    faces = [
        {"place": place, "distance": distance, "facing": facing, "smiling": True}
        for place in VALUES["place"]
        for distance in VALUES["distance"]
        for facing in VALUES["facing"]
    ]
    whose: tuple[Speaking, ...] = ("narrator", "person")
    said = dict.fromkeys(
        sentence.text
        for people in range(13)
        for at in (0, 7, 19)
        for speaking in whose
        for seed in range(3)
        for sentence in narrator.narrate(scene_of(*faces[at : at + people]), speaking=speaking, seed=seed)
    )
    return random.Random(number).sample(list(said), number)  # noqa: S311 - a choice, not a secret


def heard(synthesiser: EngineSynthesiser, text: str, persona: str, mood: str) -> Heard:
    """One sentence as it leaves the voice."""
    utterance = Utterance(speaker="narrator", text=text, language="en", because=(), persona=persona, mood=mood)
    pcm = np.concatenate([chunk.pcm for chunk in synthesiser.synthesise([utterance])])
    rate = synthesiser.sample_rate
    return Heard(integrated_loudness(pcm, rate), true_peak(pcm, rate))


def _row(name: str, each: Iterable[Heard]) -> str:
    loudness, peak = (np.array(one) for one in zip(*each, strict=True))
    low, high = np.percentile(loudness, [5, 95])
    return (
        f"{name:12}{loudness.mean():8.2f}{loudness.std():7.2f}{np.ptp(loudness):9.2f}{high - low:8.2f}{peak.max():9.2f}"
    )


def main(number: int) -> int:
    """Print a table a mood; returns 1 where something is not as it is asked for."""
    settings = Settings()
    settings = replace(settings, voice=replace(settings.voice, cache_megabytes=0.0))
    synthesiser = Wiring(settings).voices().synthesiser(settings.device.language)
    personas = synthesiser.personas
    texts = [*described(number // 2), *various(number - number // 2)]
    trouble = []
    print(f"{len(texts)} sentences each, {synthesiser.voice}; LUFS, LU and dBTP")
    for mood in personas.moods:
        print(f"\n{mood:12}{'mean':>8}{'sd':>7}{'spread':>9}{'5-95':>8}{'peak':>9}")
        together: list[Heard] = []
        for persona in personas.names:
            own = [heard(synthesiser, text, persona, mood) for text in texts]
            print(_row(persona, own), flush=True)
            together += own
            aimed = TARGET_LUFS + personas.moods_by_name[mood].get("gain_db", 0.0)
            off = float(np.mean([each.loudness for each in own])) - aimed
            if abs(off) > MOST_OFF:
                trouble.append(f"{persona} {mood}: {off:+.2f} LU from the {aimed:g} LUFS that are aimed at")
        print(_row("all", together))
        spread, peak = float(np.ptp([each.loudness for each in together])), max(each.peak for each in together)
        if spread > MOST_SPREAD:
            trouble.append(f"{mood}: a spread of {spread:.2f} LU, {MOST_SPREAD:g} is allowed")
        if peak > MOST_PEAK:
            trouble.append(f"{mood}: a true peak of {peak:.2f} dBTP, {MOST_PEAK:g} is allowed")
    print(f"\n{'narrator':12}{'mean':>8}{'sd':>7}{'spread':>9}{'5-95':>8}{'peak':>9}")
    for period in get_args(Period)[1:]:
        coloured = replace(synthesiser, period=period)
        own = [heard(coloured, text, "narrator", "neutral") for text in texts]
        print(_row(period, own), flush=True)
        off = float(np.mean([each.loudness for each in own])) - TARGET_LUFS
        if abs(off) > MOST_OFF or max(each.peak for each in own) > MOST_PEAK:
            trouble.append(f"{period}: {off:+.2f} LU from the target, or a peak above {MOST_PEAK:g} dBTP")
    print("\n" + ("\n".join(trouble) or "as even as is asked for"))
    return int(bool(trouble))


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else NUMBER))
