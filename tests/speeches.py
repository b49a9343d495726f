"""Marks of made-up speeches, for properties of captions."""

from __future__ import annotations

from hypothesis import strategies as st

from device.core.types import Mark
from device.text.captions import Said

RATE = 22050
TOKENS = st.text(st.characters(exclude_categories=["Z", "C"]), min_size=1, max_size=60).filter(
    lambda text: text.split() == [text]
)


@st.composite
def speeches(draw: st.DrawFn) -> list[Said]:
    """Sentences with pauses between them, whose words are marked all, some or none."""
    speech = []
    place = draw(st.integers(0, 2 * RATE))
    for _ in range(draw(st.integers(0, 4))):
        tokens = draw(st.lists(TOKENS, min_size=1, max_size=40))
        begin, inside = place, []
        for token in tokens:
            length = draw(st.integers(RATE // 50, RATE))
            if draw(st.booleans()):
                inside.append(Mark(kind="word", text=token.strip(".,"), first=place, end=place + length))
            place += length
        sentence = Mark(kind="sentence", text=" ".join(tokens), first=begin, end=place)
        speech.append(Said(marks=[sentence, *inside], speaker=draw(st.none() | TOKENS)))
        place += draw(st.integers(0, RATE))
    return speech
