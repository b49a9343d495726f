"""Claims in words: from the texts where they have some, else as they come, for new kinds of claims will come."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from device.core.types import Record
    from device.text.texts import Texts

_DIGITS = range(2, 7)
"""How many digits a score is told with: the fewest that keep it apart from what is needed."""


def subject_words(about: str, texts: Texts) -> str:
    """What a claim is about, as in "face 1" for "face 0": people count from one."""
    kind, _, index = about.partition(" ")
    if not index.isdecimal():
        return _found(f"about-{about}", texts) or about
    number = int(index) + 1
    return _found(f"about-{kind}", texts, {"number": number}) or f"{kind} {number}"


def name_words(claim: Record, texts: Texts) -> str:
    """What is claimed, as in "smile" for "smiling"."""
    name: str = claim["name"]
    return _found(f"claim-{name}", texts) or name.replace("_", " ")


def value_words(claim: Record, texts: Texts) -> str:
    """What it is held to be, as in "turned to the left"; a question where the score is too low for it."""
    value = _value_words(claim["name"], claim["value"], texts)
    return value if claim["score"] >= claim["threshold"] else texts.text("value-unsure", {"value": value})


def sureness_words(claim: Record, texts: Texts) -> str:
    """The score and what is needed, with as many digits as it takes to see which is larger."""
    score, threshold = claim["score"], claim["threshold"]
    digits = next((each for each in _DIGITS if f"{score:.{each}f}" != f"{threshold:.{each}f}"), min(_DIGITS))
    return texts.text("sure", {"score": f"{score:.{digits}f}", "threshold": f"{threshold:.{digits}f}"})


def head_words(head: Record, texts: Texts) -> str:
    """Where a head points, in whole degrees, the viewer's left and right."""
    sides = {"yaw": ("right", "left"), "pitch": ("up", "down"), "roll": ("right", "left")}
    parts = {}
    for angle, (positive, negative) in sides.items():
        degrees = round(abs(head[angle]))
        side = "none" if degrees == 0 else positive if head[angle] > 0 else negative
        parts[angle] = texts.text(f"head-{angle}", {"side": side, "degrees": str(degrees)})
    return texts.text("head", parts)


def speaker_words(speaker: str | int, texts: Texts) -> str:
    """Who says a sentence."""
    if isinstance(speaker, str):
        return texts.text(f"speaker-{speaker}")
    return texts.text("speaker-person", {"number": speaker + 1})


def _value_words(name: str, value: str | float, texts: Texts) -> str:
    if isinstance(value, bool):
        return texts.text("value-true" if value else "value-false")
    if not isinstance(value, str):
        return str(value)
    return _found(f"value-{name}-{value}", texts) or _found(f"{name}-{value}", texts) or value.replace("_", " ")


def _found(name: str, texts: Texts, values: Mapping[str, str | int] | None = None) -> str | None:
    # A message that wants values which a claim does not have is one of the narrator's that happens to be called alike.
    try:
        return texts.text(name, values)
    except KeyError:
        return None
