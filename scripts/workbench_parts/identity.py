"""How much alike voices sound: `python -m scripts.workbench_parts.identity FOLDER`.

FOLDER holds NAME-0.wav, NAME-1.wav and so on for each of them: the same sentences. Resemblyzer (Apache-2.0, its weights
are in its package) makes a vector of each file. Two voices are as alike as the mean cosine over all pairs of different
sentences; a voice with itself likewise. It hears sounds as voices differ, not what a listener would say of them.
"""

from __future__ import annotations

import argparse
import sys
import warnings
from collections import defaultdict
from itertools import combinations_with_replacement
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it imports SciPy by names that will go
    from resemblyzer import VoiceEncoder, preprocess_wav

if TYPE_CHECKING:
    import numpy.typing as npt

    Vectors: TypeAlias = npt.NDArray[np.float32]

MOST_ALIKE = 0.80
"""Two voices may be so much alike."""

LEAST_ITSELF = 0.82
"""A voice must be so much like itself."""


def vectors(folder: Path) -> dict[str, Vectors]:
    """The voices of a folder by name, each [sentences, 256] with rows of length 1."""
    encoder = VoiceEncoder("cpu", verbose=False)
    found: dict[str, dict[int, npt.NDArray[np.float32]]] = defaultdict(dict)
    for file in sorted(folder.glob("*-*.wav")):
        name, _, number = file.stem.rpartition("-")
        found[name][int(number)] = encoder.embed_utterance(preprocess_wav(file))
    return {name: np.stack([each[number] for number in sorted(each)]) for name, each in found.items()}


def alike(one: Vectors, other: Vectors) -> float:
    """The mean cosine over pairs of different sentences."""
    cosines = one @ other.T
    return float(cosines[~np.eye(len(one), len(other), dtype=bool)].mean())


def main(folder: Path) -> int:
    """Print the matrix; returns 1 where a gate is missed."""
    voices = vectors(folder)
    if not voices or min(len(each) for each in voices.values()) < len(("one", "another")):
        print(f"{folder} holds no voices with two sentences or more, as NAME-0.wav, NAME-1.wav")
        return 1
    width = max(9, *(len(name) for name in voices))
    print(" " * width, *(f"{name:>{width}}" for name in voices))
    missed = []
    found = {pair: alike(voices[pair[0]], voices[pair[1]]) for pair in combinations_with_replacement(voices, 2)}
    for name in voices:
        row = [found.get((name, other), found.get((other, name), 0.0)) for other in voices]
        print(f"{name:>{width}}", *(f"{each:{width}.3f}" for each in row))
    for (name, other), value in found.items():
        if name == other and value < LEAST_ITSELF:
            missed.append(f"{name} is like itself by {value:.3f} only, {LEAST_ITSELF} is asked for")
        if name != other and value > MOST_ALIKE:
            missed.append(f"{name} and {other} are alike by {value:.3f}, {MOST_ALIKE} is allowed")
    pairs = [value for (name, other), value in found.items() if name != other]
    selves = [value for (name, other), value in found.items() if name == other]
    print(f"pairs at most {max(pairs, default=0.0):.3f}, each with itself at least {min(selves):.3f}")
    print("\n".join(missed) or "all gates are met")
    return int(bool(missed))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="How much alike voices sound.")
    parser.add_argument("folder", type=Path)
    sys.exit(main(parser.parse_args().folder))
