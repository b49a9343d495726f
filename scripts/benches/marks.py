"""Whether words are marked when they are heard: marks beside an aligner that has never heard the voice.

usage: python -m scripts.benches.marks

The aligner is pocketsphinx, which is told the words and finds where they begin; it hears more than a minute in one go,
so that a drift would show. d is mark minus aligner, in milliseconds. The aligner's own error, in the same sense, is
measured on words that were spoken one by one, cut where they are 40 dB below their loudest, and strung together, so
that their places are known to the sample. The captions are read back out of their WebVTT file by Chromium, which cuts
what it reads to whole milliseconds. Sentences with words that the aligner does not know are left out and counted.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from device.core.errors import MissingModelError
from device.core.types import Utterance
from device.text.captions import Said, cues_of, webvtt
from scripts.benches import engines, shaping, spoken_texts
from tests.aligner import Aligner, Differences, differences, strung, trimmed, word_starts
from tests.hearing import words
from tests.locations import hibari_synthesiser, synthesiser
from tests.tracks import Tracks, tracks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from device.core.ports import Synthesiser
    from device.core.types import Mark, Pcm

CELLS = (
    *(("narrator", mood) for mood in ("neutral", "cheerful", "calm", "alarm")),
    *((persona, "neutral") for persona in ("slate", "umber", "amber", "teal", "coral")),
    ("slate", "calm"),
    ("amber", "alarm"),
    ("coral", "cheerful"),
)

MOST_MILLIS = 80.0
"""Median difference that is allowed."""

MOST_DRIFT = 20.0
"""Milliseconds a minute that are allowed."""

_ROW = f"{'median |d|':>12}{'nine tenths':>12}{'largest':>9}{'median d':>10}"
_COURSE = f"{'drift ms/min':>15}{'first 10 s':>12}{'last 10 s':>11}"
_SEED = 25
_STRUNG = 20
"""Words in a string: more are lost on an aligner that expects sentences."""


class Heard(NamedTuple):
    """A speech."""

    pcm: Pcm
    rate: int
    marks: tuple[Mark, ...]


def main() -> int:
    """Print a row for each voice; returns 1 where words are marked too far from where they are heard."""
    aligner = Aligner()
    voice = synthesiser(noise=True)
    written = [*spoken_texts.SENTENCES[10], *spoken_texts.SENTENCES[30], *shaping.TEXTS, *engines.SENTENCES["en"]]
    texts = [text for text in written if not aligner.unknown(text)]
    unknown = sorted({word for text in written for word in aligner.unknown(text)})
    print(f"{len(written) - len(texts)} of {len(written)} sentences left out, for {', '.join(unknown) or 'nothing'}")
    _print_own_error(aligner, voice, texts)
    print(f"\n{'the marks':20}{'seconds':>10}{_ROW}{_COURSE}{'from WebVTT: |d|':>18}{'drift ms/min':>15}{'to mark':>9}")
    wrong = []
    with tracks() as reader:
        for persona, mood in CELLS:
            wrong += _row(f"{persona} {mood}", aligner, reader, _said(voice, texts, persona, mood), texts)
        try:
            other = hibari_synthesiser()
        except MissingModelError as error:
            print(f"hibari is left out: {error}")
        else:
            wrong += _row("hibari", aligner, reader, _said(other, texts, "narrator", "neutral"), texts)
    print("\n".join(wrong) or f"all within {MOST_MILLIS:g} ms, and {MOST_DRIFT:g} ms a minute")
    return int(bool(wrong))


def _said(voice: Synthesiser, texts: Sequence[str], persona: str, mood: str) -> Heard:
    utterances = [
        Utterance(speaker="narrator", text=text, language="en", because=(), persona=persona, mood=mood)
        for text in texts
    ]
    chunks = list(voice.synthesise(utterances))
    pcm = np.concatenate([chunk.pcm for chunk in chunks])
    return Heard(pcm, voice.sample_rate, tuple(mark for chunk in chunks for mark in chunk.marks))


def _print_own_error(aligner: Aligner, voice: Synthesiser, texts: Sequence[str]) -> None:
    rate = voice.sample_rate
    vocabulary = sorted({word for text in texts for word in words(text).split()})
    alone = {word: trimmed(_said(voice, [f"{word}."], "narrator", "neutral").pcm, rate) for word in vocabulary}
    chance = np.random.default_rng(_SEED)
    print(f"\nthe aligner's own error on {len(vocabulary)} words at known places")
    print(f"{'':20}{'':10}{_ROW}")
    for gap in (0.3, 0.05, 0.0):
        order = list(chance.permutation(vocabulary))
        found, lost = [], 0
        for row in (order[at : at + _STRUNG] for at in range(0, len(order), _STRUNG)):
            pcm, places = strung([alone[word] for word in row], rate, gap_seconds=gap)
            try:
                found.append(differences(places, aligner.starts(" ".join(row), pcm, rate)).late)
            except ValueError:
                lost += len(row)
        late = np.concatenate(found)
        about = f"{gap:g} s between them" if gap else "none between them"
        more = f"   {lost} words were not found" if lost else ""
        print(f"{about:30}{_figures(Differences(at=np.zeros(len(late)), late=late))}{more}")


def _row(name: str, aligner: Aligner, reader: Tracks, heard: Heard, texts: Sequence[str]) -> list[str]:
    try:
        places = aligner.starts(" ".join(texts), heard.pcm, heard.rate)
    except ValueError as error:
        return [f"{name}: {error}"]
    marked = word_starts(heard.marks, heard.rate)
    if len(marked) != len(places):
        return [f"{name}: {len(marked)} words are marked, {len(places)} are heard"]
    vtt = webvtt(cues_of([Said(marks=heard.marks)], sample_rate=heard.rate), note="")
    shown = np.array(
        [cue.start if at is None else at for cue in reader.cues(vtt) for at in (time for _, time in cue.words)]
    )
    by_mark, by_file = differences(marked, places), differences(shown, places)
    first, last = by_mark.ends
    print(
        f"{name:20}{len(heard.pcm) / heard.rate:>10.0f}{_figures(by_mark)}"
        f"{_drift(by_mark)}{first:>+12.1f}{last:>+11.1f}"
        f"{by_file.median_size:>18.1f}{_drift(by_file)}{1000 * np.abs(shown - marked).max():>9.1f}"
    )
    return [
        f"{name}: {what} {value:.1f}, {most:g} is allowed"
        for each in (by_mark, by_file)
        for what, value, most in (
            ("median difference", each.median_size, MOST_MILLIS),
            ("drift", abs(each.drift[0]), MOST_DRIFT),
        )
        if value > most
    ]


def _figures(found: Differences) -> str:
    return f"{found.median_size:>12.1f}{found.most:>12.1f}{np.abs(found.late).max():>9.1f}{found.median:>+10.1f}"


def _drift(found: Differences) -> str:
    slope, error = found.drift
    return f"{f'{slope:+.1f} ± {error:.1f}':>15}"


if __name__ == "__main__":
    sys.exit(main())
