"""What is heard of a voice: its words, its pitch and its loudness, by measures and not by a listener."""

from __future__ import annotations

import itertools
import math
import re
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import jiwer
import numpy as np
import pyloudnorm
import soxr
from pocketsphinx import Decoder

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from device.core.types import Pcm
    from device.voice.engine import Samples

HEARING_RATE = 16000
DISCOUNT = 0.5
MOST_WRONG = 0.08
"""Word error rate that is allowed."""

Spoken = tuple[str, "Pcm", int]
"""What was to be said, what was, and its rate."""


def words(text: str) -> str:
    return " ".join(re.sub(r"[^a-z' ]", " ", text.lower()).split())


def recogniser(sentences: Iterable[str]) -> Decoder:
    """One that has never heard the voice, and knows which words follow one another in `sentences`."""
    with tempfile.TemporaryDirectory() as folder:
        model = Path(folder) / "sentences.arpa"
        model.write_text(bigrams([words(sentence) for sentence in sentences]))
        return Decoder(lm=str(model), loglevel="FATAL")


def bigrams(sentences: Sequence[str]) -> str:
    """An ARPA model of word pairs with absolute discounting (Ney, Essen and Kneser, 1994)."""
    singles: Counter[str] = Counter()
    pairs: Counter[tuple[str, str]] = Counter()
    for sentence in sentences:
        tokens = ["<s>", *sentence.split(), "</s>"]
        singles.update(tokens)
        pairs.update(itertools.pairwise(tokens))
    followers = Counter(first for first, _ in pairs)
    total = singles.total()
    lines = ["\\data\\", f"ngram 1={len(singles)}", f"ngram 2={len(pairs)}", "", "\\1-grams:"]
    for word, count in singles.items():
        likely = -99 if word == "<s>" else math.log10(count / total)
        rest = math.log10(DISCOUNT * followers[word] / count) if followers[word] else 0
        lines.append(f"{likely:.4f} {word} {rest:.4f}")
    lines += ["", "\\2-grams:"]
    lines += [
        f"{math.log10((count - DISCOUNT) / singles[first]):.4f} {first} {second}"
        for (first, second), count in pairs.items()
    ]
    return "\n".join([*lines, "", "\\end\\", ""])


def unknown_words(recogniser: Decoder, sentences: Iterable[str]) -> set[str]:
    """Words that the recogniser cannot hear, whatever is said."""
    vocabulary = {word for sentence in sentences for word in words(sentence).split()}
    return {word for word in vocabulary if recogniser.lookup_word(word) is None}


def heard(recogniser: Decoder, pcm: Pcm, rate: int) -> str:
    sound = soxr.resample(pcm.astype(np.float32), rate, HEARING_RATE)
    sound = np.concatenate([np.zeros(4000), sound, np.zeros(6000)]).astype(np.int16)
    recogniser.start_utt()
    recogniser.process_raw(sound.tobytes(), full_utt=True)
    recogniser.end_utt()
    found = recogniser.hyp()
    return re.sub(r"\(\d+\)", "", found.hypstr) if found else ""


def error_rate(recogniser: Decoder, spoken: Iterable[Spoken]) -> float:
    """The word error rate over all of it."""
    pairs = [(words(text), heard(recogniser, pcm, rate)) for text, pcm, rate in spoken]
    for said, understood in pairs:
        if said != understood:
            print(f"said: {said}\nheard: {understood}")
    rate = float(jiwer.wer([said for said, _ in pairs], [understood for _, understood in pairs]))
    print(f"word error rate {rate:.3f} over {len(pairs)} sentences")
    return rate


def damaged(pcm: Pcm, *, seed: int = 0) -> Pcm:
    """The same with holes: of each 1500 samples two fifths are gone."""
    kept = np.random.default_rng(seed).random(len(pcm) // 1500 + 1) < 0.6
    return (pcm * kept.repeat(1500)[: len(pcm)]).astype(np.int16)


def heard_pitch(samples: Samples, rate: int) -> float:
    """The median pitch in Hz: for each loud window of 50 ms the lag at which it is most like itself."""
    window, lags = rate // 20, np.arange(rate // 400, rate // 60)
    frames = np.lib.stride_tricks.sliding_window_view(samples, window)[:: rate // 100]
    frames = frames[np.sqrt((frames**2).mean(axis=1)) > 0.5 * np.sqrt((samples**2).mean())]
    bell = np.hanning(window)
    power = np.abs(np.fft.rfft(frames * bell, 2 * window, axis=1)) ** 2
    alike = np.fft.irfft(power, axis=1)[:, lags] / np.fft.irfft(np.abs(np.fft.rfft(bell, 2 * window)) ** 2)[lags]
    best = alike.argmax(axis=1)
    voiced = alike.max(axis=1) > 0.6 * (frames**2 * bell**2).sum(axis=1) / (bell**2).sum()
    return float(np.median(rate / lags[best[voiced]]))


def loudness(samples: Samples, rate: int) -> float:
    """RMS in dB of full scale while somebody speaks: over the windows of 20 ms within 30 dB of the loudest."""
    window = rate // 50
    power = (samples[: len(samples) // window * window].reshape(-1, window) ** 2).mean(axis=1)
    return float(10 * np.log10(power[power > power.max() / 1000].mean()))


def integrated_loudness(pcm: Pcm, rate: int) -> float:
    """LUFS (ITU-R BS.1770-4); what is shorter than a block of 0.4 s is repeated until it fills one."""
    whole = np.resize(pcm / 32768, max(len(pcm), round(0.4 * rate) + 1))
    return float(pyloudnorm.Meter(rate).integrated_loudness(whole))


def true_peak(pcm: Pcm, rate: int) -> float:
    """dBTP: the largest sample at four times the rate (annex 2 of the same), by soxr at its highest quality."""
    finer = soxr.resample(np.pad(pcm / 32768, rate // 50), rate, 4 * rate, quality="VHQ")
    return float(20 * np.log10(np.abs(finer).max() + 1e-9))
