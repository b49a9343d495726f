"""`voxframe say TEXT`: speak a text, as anybody who can speak, and teach the voice a word."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from device.app.aloud import Complaints
from device.app.captioning import write_captions
from device.app.config import load
from device.app.listening import Listener
from device.app.outputs import output_paths
from device.app.settings import PERIODS
from device.app.wiring import Wiring
from device.core.errors import UsageError
from device.core.types import Timings, Utterance
from device.pipeline.record import speech_values
from device.pipeline.speak import speak
from device.pipeline.stopwatch import Stopwatch

if TYPE_CHECKING:
    import argparse


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser], shared: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser = commands.add_parser("say", parents=[shared], help="speak a text", allow_abbrev=False, epilog=_EPILOGUE)
    parser.add_argument("text", metavar="TEXT", nargs="?")
    parser.add_argument("--json", action="store_true", help="print what was spoken as one JSON object")
    parser.add_argument("--wav", metavar="FILE", help="write the speech as WAV instead of playing it")
    parser.add_argument("--vtt", metavar="FILE", help="write captions of the speech as WebVTT instead of playing it")
    parser.add_argument("--persona", metavar="NAME", help="who speaks")
    parser.add_argument("--mood", metavar="NAME", default="neutral", help="neutral, cheerful, calm or alarm")
    parser.add_argument("--period", choices=PERIODS, help="the time that it shall sound of")
    parser.add_argument("--language", metavar="TAG", help="the language of the text")
    parser.add_argument("--teach", metavar="WORD=IPA", help="from now on say this word so")
    parser.set_defaults(run=_run)


_NAME = Path("speech")
"""What a file in a folder is called after."""

_EPILOGUE = """--teach adds to the pronunciations of the language, for this command and for the daemon that runs beside
it, from the next sentence on; with --wav, --vtt or TEXT it is also spoken. The times in --vtt are those of --wav."""


def _run(options: argparse.Namespace) -> int:
    settings = load(options.config)
    if options.period:
        settings = replace(settings, voice=replace(settings.voice, period=options.period))
    wiring = Wiring(settings)
    language = options.language or settings.device.language
    wanted = options.wav is not None or options.vtt is not None
    text = options.text
    if options.teach is not None:
        word = _teach(wiring, options.teach, language)
        if text is None and not wanted:
            return 0
        text = word if text is None else text
    if text is None:
        raise UsageError("say: a TEXT is missing; or teach a word with --teach WORD=IPA")
    watch = Stopwatch(wiring.clock)
    synthesiser = Complaints(wiring, aloud=not wanted).voice(language)
    load_ms = watch.lap()
    utterance = Utterance(
        speaker="narrator",
        text=text,
        language=language,
        because=(),
        persona=options.persona,
        mood=options.mood,
    )
    wav = output_paths("--wav", options.wav, [_NAME], ".wav")[0] if options.wav is not None else None
    captions = output_paths("--vtt", options.vtt, [_NAME], ".vtt")[0] if options.vtt is not None else None
    player = wiring.player(wav=wav, aloud=wav is None and captions is None)
    heard = Listener()
    spoken = speak([utterance], synthesiser=synthesiser, player=player, clock=wiring.clock, passing=heard.hearing)
    if spoken.audio.seconds == 0:
        raise UsageError("say: the text has no word in it that could be spoken")
    if captions:
        write_captions(captions, heard, [utterance])
    if options.json:
        timings = Timings(
            load_ms=load_ms,
            first_audio_ms=spoken.first_audio_ms,
            synthesis_ms=spoken.synthesis_ms,
            total_ms=max(spoken.synthesis_ms, spoken.first_audio_ms or 0.0),
            cached=spoken.cached,
        )
        print(json.dumps(speech_values((utterance,), spoken.audio, timings)))
    return 0


def _teach(wiring: Wiring, lesson: str, language: str) -> str:
    """Write the lesson down, and return its word."""
    word, sign, sounds = lesson.partition("=")
    if not sign:
        raise UsageError(f"--teach {lesson}: write WORD=IPA, as in --teach bat=bæt")
    voices = wiring.voices()
    voices.pronunciations(language).teach(word, sounds, known=voices.known_phonemes(language))
    return word
