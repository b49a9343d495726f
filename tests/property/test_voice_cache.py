"""Whatever is kept, cut or changed: the phrase cache gives back the same bits or nothing, and keeps its limit."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import get_args

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from device.core.types import Mark, MarkKind
from device.voice.cache import Phrase, PhraseCache, phrase_key

BLOCK = 4096
LARGE = 1 << 24

MARKS = st.builds(
    Mark,
    kind=st.sampled_from(get_args(MarkKind)),
    text=st.text(max_size=20),
    first=st.integers(0, 2**40),
    end=st.integers(0, 2**40),
)
PHRASES = st.builds(
    Phrase,
    pcm=arrays(np.int16, st.integers(0, 300)),
    sample_rate=st.sampled_from([16_000, 22_050, 48_000]),
    marks=st.lists(MARKS, max_size=5).map(tuple),
)
VALUES = st.one_of(st.none(), st.integers(), st.floats(allow_nan=False), st.text(max_size=10))
PARTS = st.dictionaries(st.sampled_from(["engine", "voice", "manner", "text", "seed"]), VALUES)


def told_apart(parts: dict[str, str | int | float | None]) -> str:
    return repr(sorted(parts.items()))


@given(PHRASES, st.text())
@settings(deadline=None)
def test_a_hit_is_bit_by_bit_what_was_kept(phrase: Phrase, text: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        cache = PhraseCache(Path(folder), limit_bytes=LARGE)
        cache.put(phrase_key(text=text), phrase)
        found = cache.get(phrase_key(text=text))
        assert found is not None
        assert found.pcm.dtype == np.int16
        assert found.pcm.tobytes() == phrase.pcm.tobytes()
        assert (found.sample_rate, found.marks) == (phrase.sample_rate, phrase.marks)


@given(PARTS, PARTS)
def test_keys_are_equal_exactly_where_all_parts_are(
    one: dict[str, str | int | float | None], other: dict[str, str | int | float | None]
) -> None:
    assert (phrase_key(**one) == phrase_key(**other)) == (told_apart(one) == told_apart(other))
    assert phrase_key(**one) == phrase_key(**dict(reversed(one.items())))


@given(PHRASES, st.data())
@settings(deadline=None, max_examples=300)
def test_a_file_that_is_cut_or_longer_or_changed_anywhere_is_a_miss_and_is_removed(
    phrase: Phrase, data: st.DataObject
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        cache = PhraseCache(Path(folder), limit_bytes=LARGE)
        key = phrase_key(text="a")
        cache.put(key, phrase)
        file = Path(folder) / key
        whole = file.read_bytes()
        at = data.draw(st.integers(0, len(whole) - 1))
        how = data.draw(st.sampled_from(["cut", "zeros from here", "changed", "longer"]))
        damaged = {
            "cut": whole[:at],
            "zeros from here": whole[:at] + bytes(len(whole) - at),
            "changed": whole[:at] + bytes([whole[at] ^ data.draw(st.integers(1, 255))]) + whole[at + 1 :],
            "longer": whole + bytes(at + 1),
        }[how]
        file.write_bytes(damaged)
        if damaged != whole:  # its last bytes may have been zeros
            assert cache.get(key) is None
            assert not file.exists()
        cache.put(key, phrase)
        assert cache.get(key) is not None


@given(
    limit=st.integers(0, 30 * BLOCK),
    steps=st.lists(st.tuples(st.integers(0, 1), st.integers(0, 25), st.integers(0, 6000), st.booleans()), max_size=60),
)
@settings(deadline=None, max_examples=150)
def test_the_limit_is_never_passed_by_two_caches_on_one_folder(
    limit: int, steps: list[tuple[int, int, int, bool]]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        caches = [PhraseCache(Path(folder), limit_bytes=limit) for _ in range(2)]
        for which, text, samples, reads in steps:
            key = phrase_key(text=text)
            if reads:
                caches[which].get(key)
            else:
                caches[which].put(key, Phrase(pcm=np.ones(samples, np.int16), sample_rate=16_000, marks=()))
                small = 2 * samples + 60 <= limit / 10 and limit >= BLOCK
                assert (caches[1 - which].get(key) is not None) or not small
            sizes = [each.stat().st_size for each in Path(folder).iterdir()]
            assert sum(-(-size // BLOCK) * BLOCK for size in sizes) <= limit
