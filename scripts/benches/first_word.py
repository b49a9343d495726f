"""How soon a voice begins with a sentence, and what the sentence costs: voxframe beside other ways to run Piper.

usage: python -m scripts.benches.first_word [ROUNDS]

CPU time of the process that speaks, on one thread, with everything loaded but for the command; from the text to the
samples. In each round every system speaks the same sentence, which nobody has spoken before, and the order moves on.
Chance in the voice is as its settings have it, so that the same sentence is not equally long twice. A sentence that is
long enough is cut at a clause by voxframe, and by nobody else.

The whole sentence is made with the runtime's settings of voxframe, which give memory back after each call: that makes
one large call slower. So it also stands there with the settings of onnxruntime, which keep it.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, TypeAlias

import onnxruntime
from piper import PiperConfig, PiperVoice

from device.app.settings import Settings
from device.app.wiring import Wiring
from device.core.types import Utterance
from device.voice import runtime
from scripts.benches.heard import Took, listen
from scripts.benches.peer_process import AbsentError, PeerProcess
from scripts.benches.sentences import LENGTHS, MOST, sentences
from scripts.benches.voice_commands import ENVIRONMENT, PiperCommand, WyomingPiper
from scripts.benches.windows import WindowedVoice

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from device.core.types import Pcm
    from device.models.registry import VoiceFiles

Say: TypeAlias = "Callable[[str], Took]"

ROUNDS = 8
VOICE = "en_US-joe-medium"
OURS, WHOLE, KEPT = "voxframe", "Piper, whole sentence", "the same, memory kept"
COLD = "piper, the command"
FIRST_ASKED = {10: 0.20, 30: 0.15, 60: 0.12}
"""Of the whole sentence, to the first chunk."""
TOTAL_ASKED = 1.0


def ours() -> Say:
    """The voice as the daemon runs it, without the phrases that it keeps from earlier."""
    settings = Settings()
    settings = replace(settings, voice=replace(settings.voice, cache_megabytes=0.0))
    synthesiser = Wiring(settings).synthesiser()

    def chunks(text: str) -> Iterator[Pcm]:
        for chunk in synthesiser.synthesise([Utterance(speaker="narrator", text=text, language="en", because=())]):
            yield chunk.pcm

    return _listening(chunks, rate=synthesiser.sample_rate)


def whole(voice: PiperVoice) -> Say:
    """Piper's own Python interface."""

    def chunks(text: str) -> Iterator[Pcm]:
        for chunk in voice.synthesize(text):
            yield chunk.audio_int16_array

    return _listening(chunks, rate=voice.config.sample_rate)


def _listening(chunks: Callable[[str], Iterator[Pcm]], *, rate: int) -> Say:
    return lambda text: listen(chunks(text), rate=rate, clock=time.process_time)


def _here(files: VoiceFiles, config: PiperConfig, folder: Path) -> dict[str, Say]:
    """Those that run in this process."""
    usual = onnxruntime.SessionOptions()
    usual.intra_op_num_threads = 1
    voice = PiperVoice(session=runtime.session(files.model), config=config)
    kept = PiperVoice(session=onnxruntime.InferenceSession(str(files.model), usual), config=config)
    windowed = WindowedVoice(voice, files.model, folder=folder)
    return {
        OURS: ours(),
        WHOLE: whole(voice),
        KEPT: whole(kept),
        "windows of 32 and 10": _listening(windowed.say, rate=config.sample_rate),
    }


def _peers(files: VoiceFiles, config: PiperConfig, folder: Path, stack: ExitStack) -> dict[str, Callable[[], Say]]:
    """How those that run in processes of their own are set up."""

    def streaming_vits() -> Say:
        peer = PeerProcess(
            "streaming_vits_peer",
            files.model,
            folder,
            "1",
            environment=ENVIRONMENT,
            peers="streaming-vits",
            log=folder / "streaming-vits.log",
        )
        stack.enter_context(peer)
        print(f"streaming-vits calibrated itself: {peer.greeting}")
        return lambda text: Took(**peer.ask({"say": text}))

    def wyoming() -> Say:
        return stack.enter_context(WyomingPiper(files.model, rate=config.sample_rate, folder=folder)).say

    return {
        "streaming-vits, windows": streaming_vits,
        "wyoming-piper": wyoming,
        COLD: lambda: PiperCommand(files.model, rate=config.sample_rate).say,
    }


def _run(says: Mapping[str, Say], rounds: int) -> dict[int, dict[str, list[Took]]]:
    """Each sentence by all, one after the other; a sentence of each length before, which does not count."""
    results: dict[int, dict[str, list[Took]]] = {words: {name: [] for name in says} for words in LENGTHS}
    texts = {words: sentences(words, rounds + 1) for words in LENGTHS}
    names = list(says)
    for number in range(rounds + 1):
        for place, words in enumerate(LENGTHS):
            begin = (number + place) % len(names)
            for name in names[begin:] + names[:begin]:
                if number:
                    results[words][name].append(says[name](texts[words][number]))
                elif name != COLD:
                    says[name](texts[words][number])
    return results


def _ratio(some: list[Took], others: list[Took], what: Callable[[Took], float]) -> float:
    """Sentence by sentence, the one in the middle."""
    return median(what(one) / what(other) for one, other in zip(some, others, strict=True))


def _first(took: Took) -> float:
    return took.first


def _audible(took: Took) -> float:
    return took.audible


def _total(took: Took) -> float:
    return took.total


def _print(results: Mapping[int, Mapping[str, list[Took]]], rounds: int) -> None:
    print(f"CPU ms on one thread, medians of {rounds} interleaved rounds; ratios to {WHOLE}, sentence by sentence")
    for words, of in results.items():
        print(
            f"\n{f'{words} words':26}{'first':>8}{'ratio':>7}{'audible':>9}{'total':>8}{'ratio':>7}{'s of sound':>12}"
        )
        for name, took in of.items():
            print(
                f"{name:26}{median(each.first for each in took):8.0f}{_ratio(took, of[WHOLE], _first):7.2f}"
                f"{median(each.audible for each in took):9.0f}"
                f"{median(each.total for each in took):8.0f}{_ratio(took, of[WHOLE], _total):7.2f}"
                f"{median(each.sound for each in took) / 1000:12.2f}"
            )


def _judge(results: Mapping[int, Mapping[str, list[Took]]]) -> None:
    print(f"\n{f'asked of {OURS}':52}{'seen':>6}{'memory kept':>14}")
    for words, of in results.items():
        asked = [("first chunk", FIRST_ASKED.get(words), _first)]
        asked.append(("all of it", TOTAL_ASKED if words in FIRST_ASKED else None, _total))
        for name, most, what in asked:
            if most is not None:
                seen, beside = (_ratio(of[OURS], of[other], what) for other in (WHOLE, KEPT))
                said = "" if seen <= most else "   not held"
                print(f"{f'{words} words, {name}: at most {most:.2f}':52}{seen:6.2f}{beside:14.2f}{said}")
        for name, what in (("first chunk", _first), ("first audible sample", _audible)):
            late = [peer for peer in of if peer != OURS and _ratio(of[OURS], of[peer], what) >= 1]
            print(f"{f'{words} words, {name}: before every peer':52}{f'after {late}' if late else 'yes':>6}")


def main(rounds: int) -> None:
    """Interleave, and print medians and ratios."""
    if not 0 < rounds <= MOST:
        sys.exit(f"{rounds} rounds: 1 to {MOST} can be had, each with sentences of its own")
    files = Wiring(Settings()).registry().voice(VOICE)
    config = PiperConfig.from_dict(json.loads(files.config.read_text(encoding="utf-8")))
    absent = ["streaming-vits with state: its export needs torch, and a voice with several speakers"]
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        says = _here(files, config, folder)
        for name, make in _peers(files, config, folder, stack).items():
            try:
                says[name] = make()
            except AbsentError as error:
                absent.append(f"{name}: {error}")
        results = _run(says, rounds)
    _print(results, rounds)
    _judge(results)
    for reason in absent:
        print(f"Absent: {reason}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS)
