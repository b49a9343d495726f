"""The engines of the voice beside one another: how good they sound to DNSMOS, and what a second of sound costs.

usage: python -m scripts.benches.engines [ROUNDS]

DNSMOS (speechmos, MIT) foresees what listeners say of recordings in calls: of noise and distortion, and little of
whether a person speaks. It is a proxy, made with English. What is not installed is named and left out.
"""

from __future__ import annotations

import resource
import statistics
import sys
import time
from collections import defaultdict
from functools import partial
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from device.app.settings import Settings
from device.app.wiring import Wiring
from device.core.errors import MissingModelError
from device.core.types import Utterance
from device.voice.engine import NEUTRAL
from device.voice.espeak import EspeakEngine
from device.voice.hibari import HibariEngine
from device.voice.pico import PicoEngine
from device.voice.sentence import sounded
from tests.dnsmos import Dnsmos, Opinion

if TYPE_CHECKING:
    from collections.abc import Callable

    from device.core.types import Pcm
    from device.voice.engine import Engine

ROUNDS = 3
_PIPER = "piper, as wired"

SENTENCES = {
    "en": (
        "I see three people in this photo, and one of them is smiling.",
        "On the left stands a man with a beard and a dark hat.",
        "The woman in the middle looks straight at the camera.",
        "Two children are sitting on a wall in front of an old house.",
        "Nobody is looking to the right, and the light is soft.",
        "It is hard to say more, because the picture is small and grey.",
    ),
    "de": (
        "Ich sehe drei Menschen auf diesem Foto, und einer von ihnen lächelt.",
        "Links steht ein Mann mit Bart und einem dunklen Hut.",
        "Die Frau in der Mitte schaut direkt in die Kamera.",
        "Zwei Kinder sitzen auf einer Mauer vor einem alten Haus.",
        "Niemand blickt nach rechts, und das Licht ist weich.",
        "Mehr lässt sich kaum sagen, denn das Bild ist klein und grau.",
    ),
    "fr": (
        "Je vois trois personnes sur cette photo, et l'une d'elles sourit.",
        "À gauche se tient un homme barbu avec un chapeau sombre.",
        "La femme au milieu regarde droit vers l'appareil.",
        "Deux enfants sont assis sur un mur devant une vieille maison.",
        "Personne ne regarde à droite, et la lumière est douce.",
        "Il est difficile d'en dire plus, car l'image est petite et grise.",
    ),
    "es": (
        "Veo a tres personas en esta foto, y una de ellas sonríe.",
        "A la izquierda hay un hombre con barba y un sombrero oscuro.",
        "La mujer del centro mira directamente a la cámara.",
        "Dos niños están sentados en un muro delante de una casa vieja.",
        "Nadie mira hacia la derecha, y la luz es suave.",
        "Es difícil decir más, porque la imagen es pequeña y gris.",
    ),
    "it": (
        "Vedo tre persone in questa foto, e una di loro sorride.",
        "A sinistra c'è un uomo con la barba e un cappello scuro.",
        "La donna al centro guarda dritto verso la macchina fotografica.",
        "Due bambini sono seduti su un muro davanti a una vecchia casa.",
        "Nessuno guarda a destra, e la luce è morbida.",
        "È difficile dire di più, perché l'immagine è piccola e grigia.",
    ),
    "zh": (
        "我在这张照片里看到三个人，其中一个人在微笑。",  # noqa: RUF001 - Chinese
        "左边站着一位留着胡子、戴着深色帽子的男人。",
        "中间的女人直视着镜头。",
        "两个孩子坐在一座老房子前面的墙上。",
        "没有人看向右边，光线很柔和。",  # noqa: RUF001 - Chinese
        "很难再多说什么，因为这张照片又小又灰。",  # noqa: RUF001 - Chinese
    ),
}


class Said(NamedTuple):
    """One sentence by one engine."""

    opinion: Opinion
    seconds: float
    cpu: float


def engines() -> dict[str, dict[str, Callable[[str, int], tuple[Pcm, int]]]]:
    """For each language and engine, what says a text by a seed: its levelled samples and their rate."""
    wanted: list[tuple[str, Callable[[], Engine]]] = [("en", HibariEngine)]
    wanted += [(language, partial(PicoEngine, language=language)) for language in SENTENCES if language != "zh"]
    wanted += [(language, partial(EspeakEngine, language=language)) for language in SENTENCES]
    found: dict[str, dict[str, Callable[[str, int], tuple[Pcm, int]]]] = defaultdict(dict)
    missing = set()
    try:
        found["en"][_PIPER] = _piper()
    except MissingModelError as error:
        missing.add(str(error))
    for language, make in wanted:
        try:
            engine = make()
        except MissingModelError as error:
            missing.add(str(error))
        else:
            found[language][engine.name] = _levelled(engine)
    for trouble in sorted(missing):
        print(f"left out: {trouble}")
    return found


def _levelled(engine: Engine) -> Callable[[str, int], tuple[Pcm, int]]:
    def say(text: str, seed: int) -> tuple[Pcm, int]:
        parts = [each.pcm for each in sounded(engine, text, manner=NEUTRAL, seed=seed)]
        return np.concatenate(parts), engine.sample_rate

    return say


def _piper() -> Callable[[str, int], tuple[Pcm, int]]:
    synthesiser = Wiring(Settings()).synthesiser()

    def say(text: str, seed: int) -> tuple[Pcm, int]:
        del seed  # it throws its own dice
        utterance = Utterance(speaker="narrator", text=text, language="en", because=())
        return np.concatenate([chunk.pcm for chunk in synthesiser.synthesise([utterance])]), synthesiser.sample_rate

    return say


def cpu_seconds() -> float:
    """What this process and its children have used, those that still run too."""
    gone = resource.getrusage(resource.RUSAGE_CHILDREN)
    alive = 0.0
    for child in Path("/proc/thread-self/children").read_text(encoding="ascii").split():
        alive += int(Path(f"/proc/{child}/schedstat").read_text(encoding="ascii").split()[0]) / 1e9
    return time.process_time() + gone.ru_utime + gone.ru_stime + alive


def main(rounds: int) -> None:
    """Interleave, and print means and medians."""
    dnsmos = Dnsmos()
    found = engines()
    for speakers in found.values():
        for say in speakers.values():
            say("One.", 0)
    said: dict[tuple[str, str], list[Said]] = defaultdict(list)
    for seed in range(rounds):
        for language, texts in SENTENCES.items():
            for text in texts:
                for name, say in found[language].items():
                    before = cpu_seconds()
                    pcm, rate = say(text, seed)
                    took = cpu_seconds() - before
                    said[language, name].append(Said(dnsmos(pcm, rate), len(pcm) / rate, took))
    print(f"{rounds} rounds over {len(SENTENCES['en'])} sentences a language, interleaved, one thread, warm")
    print(f"{'':4}{'engine':20}{'p808':>6}{'lowest':>8}{'overall':>9}{'lowest':>8}{'CPU ms a second of sound':>27}")
    for (language, name), each in said.items():
        cost = statistics.median(one.cpu / one.seconds for one in each) * 1000
        row = "".join(
            f"{statistics.fmean(column):>{width}.2f}{min(column):>8.2f}"
            for column, width in zip(zip(*(one.opinion for one in each), strict=True), (6, 9), strict=True)
        )
        print(f"{language:4}{name:20}{row}{cost:>27.1f}")
    print()
    for language in SENTENCES:
        _compare(language, {name: each for (of, name), each in said.items() if of == language})


def _compare(language: str, said: dict[str, list[Said]]) -> None:
    """Each engine against each after it, sentence by sentence: rounds are averaged, as some throw no dice."""
    sentences = len(SENTENCES[language])
    for (one, ones), (other, others) in combinations(said.items(), 2):
        told = []
        for scale in Opinion._fields:
            first, second = (
                [
                    statistics.fmean(getattr(each.opinion, scale) for each in of[at::sentences])
                    for at in range(sentences)
                ]
                for of in (ones, others)
            )
            ahead = [a - b for a, b in zip(first, second, strict=True)]
            better = sum(by > 0 for by in ahead)
            told.append(f"{scale} {statistics.median(ahead):+.2f} (better in {better} of {sentences})")
        print(f"{language:4}{one} against {other}: {', '.join(told)}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS)
