"""Speaks under a CPU quota and prints what it took, a sentence a line, as JSON.

The models are loaded before it enters the group. For each sentence, one after another: voxframe through a paced sink,
Piper as a script uses it (the whole sentence, on one thread: a pool that spins would burn the quota), and the calls of
voxframe's engine alone, whose costs the best schedule is computed from.
usage: python -m scripts.benches.quota_child GROUP SENTENCES-OF-EACH-LENGTH
"""

from __future__ import annotations

import json
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import onnxruntime
from piper import PiperVoice

from scripts.benches import cpu_quota, voice
from scripts.benches.paced import PacedPlayer
from scripts.benches.spoken_texts import SENTENCES, WARM_UP

if TYPE_CHECKING:
    from device.core.ports import Synthesiser

SIZES = (6, 10, 16, 24, 34, 45)
"""Frames of the engine's calls: from the smallest that the schedule gives to the largest."""

SETTLING_SECONDS = 0.3
"""Some periods, so that a sentence does not pay for the one before."""


def whole_piper(model: Path) -> PiperVoice:
    """Piper with its own options, but for one thread."""
    piper = PiperVoice.load(model)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    piper.session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
    return piper


def paced(synthesiser: Synthesiser, text: str) -> list[dict[str, float]]:
    """The chunks as the sink took them."""
    time.sleep(SETTLING_SECONDS)
    player = PacedPlayer()
    player.play(voice.say(synthesiser, text))
    return [asdict(each) for each in player.taken]


def whole(piper: PiperVoice, text: str) -> float:
    """Seconds from the request to the sentence."""
    time.sleep(SETTLING_SECONDS)
    began = time.perf_counter()
    for chunk in piper.synthesize(text):
        # As a script hands it to a player.
        bytes(chunk.audio_int16_bytes)
    return time.perf_counter() - began


def main(group: Path, count: int) -> None:
    """Load, enter the group, warm up, speak."""
    world = voice.wiring()
    model = world.registry().voice(voice.VOICE).model
    try:
        engine = voice.BareEngine(world)
    except voice.NoStreamError as error:
        sys.exit(f"only a voice that streams has a schedule: {error}")
    synthesiser, piper = world.synthesiser(), whole_piper(model)
    for made in (voice.say(synthesiser, WARM_UP[0]), piper.synthesize(WARM_UP[0])):
        list(made)
    cpu_quota.enter(group)
    for text in WARM_UP:
        paced(synthesiser, text)
    _tell({"look_ahead": engine.look_ahead, "frame_seconds": engine.frame_seconds})
    for number in range(count):
        for words, texts in SENTENCES.items():
            text = texts[number % len(texts)]
            taken, seconds = paced(synthesiser, text), whole(piper, text)
            time.sleep(SETTLING_SECONDS)
            calls = [asdict(each) for each in engine.calls(text, SIZES)]
            _tell({"words": words, "taken": taken, "whole": seconds, "calls": calls})


def _tell(values: dict[str, Any]) -> None:
    print(json.dumps(values), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
