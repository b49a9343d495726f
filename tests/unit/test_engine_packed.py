"""A packed object answers as the dict would."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from device.voice.packed import PackedObject

if TYPE_CHECKING:
    from collections.abc import Mapping

TEXT = st.text(st.characters(codec="utf-8"), max_size=8)
INNER = st.dictionaries(st.text("abcN-$'", max_size=4), st.one_of(st.text("xyz\u02c8", max_size=4), st.floats(-9, 9)))


def packed(values: Mapping[str, object]) -> PackedObject:
    return PackedObject(json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode())


@given(st.dictionaries(TEXT, st.one_of(TEXT, INNER), max_size=20), TEXT)
def test_it_answers_as_the_dict_does(values: dict[str, object], other: str) -> None:
    ours = packed(values)
    assert len(ours) == len(values)
    for key, value in values.items():
        assert ours.get(key) == value
    assert ours.get(other) == values.get(other)


def test_keys_with_one_hash_are_told_apart() -> None:
    ours = packed({"one": "1", "two": "2", "three": "3"})
    ours._hashes = ours._hashes * 0 + hash(b"two")
    assert (ours.get("two"), ours.get("four")) == ("2", None)


def test_a_lone_surrogate_is_just_not_there() -> None:
    assert packed({"a": "b"}).get("\ud800") is None
