"""`voxframe say TEXT`: speak a text."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from device.app.config import load
from device.app.outputs import output_paths
from device.app.wiring import Wiring
from device.core.errors import UsageError
from device.core.types import Timings, Utterance
from device.pipeline.record import speech_values
from device.pipeline.speak import speak
from device.pipeline.stopwatch import Stopwatch
from device.text.texts import Texts

if TYPE_CHECKING:
    import argparse


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser], shared: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser = commands.add_parser("say", parents=[shared], help="speak a text", allow_abbrev=False)
    parser.add_argument("text", metavar="TEXT")
    parser.add_argument("--json", action="store_true", help="print what was spoken as one JSON object")
    parser.add_argument("--wav", metavar="FILE", help="write the speech as WAV instead of playing it")
    parser.add_argument("--language", metavar="TAG", help="the language of the text")
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    settings = load(options.config)
    wiring = Wiring(settings)
    watch = Stopwatch(wiring.clock)
    synthesiser = wiring.synthesiser()
    load_ms = watch.lap()
    language = Texts(options.language or settings.device.language).language
    utterance = Utterance(speaker="narrator", text=options.text, language=language, because=())
    wav = output_paths("--wav", options.wav, [Path("speech")], ".wav")[0] if options.wav else None
    player = wiring.player(wav=wav, aloud=wav is None)
    spoken = speak([utterance], synthesiser=synthesiser, player=player, clock=wiring.clock)
    if spoken.audio.seconds == 0:
        raise UsageError("say: the text has no word in it that could be spoken")
    if options.json:
        timings = Timings(
            load_ms=load_ms,
            first_audio_ms=spoken.first_audio_ms,
            synthesis_ms=spoken.synthesis_ms,
            total_ms=spoken.synthesis_ms,
        )
        print(json.dumps(speech_values((utterance,), spoken.audio, timings)))
    return 0
