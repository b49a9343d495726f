"""Sentences of a known number of words, each unlike the others: what was spoken once may be kept somewhere."""

from __future__ import annotations

import itertools
import random

LENGTHS = (3, 10, 30, 60)
"""Words of a sentence; a clause has ten."""

_CLAUSE = 10

_WHO = (
    "A dog",
    "A child",
    "The woman",
    "The baker",
    "My uncle",
    "Her sister",
    "Our teacher",
    "The sailor",
    "A nurse",
    "The painter",
    "His friend",
    "The farmer",
    "A tourist",
    "The dancer",
)
_DOES = ("sleeps", "smiles", "waves", "listens", "waits", "reads", "laughs", "stands", "sings", "dreams", "rests")
_SOMEBODY = (
    "A man with glasses",
    "The woman in green",
    "An old fisherman nearby",
    "The boy without shoes",
    "A girl with braids",
    "The tallest of them",
    "One of the musicians",
    "A tired young waiter",
    "The grandmother in front",
    "Somebody with an umbrella",
    "The smaller red boat",
    "A very large dog",
)
_ACTS = (
    "looks straight into the bright camera",
    "is standing beside a wooden table",
    "leans against the old garden wall",
    "rests quietly under the apple tree",
    "turns away from the open window",
    "has just arrived at the station",
    "waits in front of the bakery",
    "seems to enjoy the warm evening",
    "is partly hidden by the others",
    "stands close to the left edge",
    "casts a long shadow over everything",
    "belongs to the people behind it",
)
_BESIDES = (
    "and behind them a narrow road leads to the village",
    "while two children are playing with a ball of wool",
    "where the last light of the day touches the roofs",
    "and nobody in the picture seems to be in hurry",
    "as if the whole street had been waiting for music",
    "although the sky above the harbour is rather dark today",
    "and a white cat is asleep on the lowest step",
    "while the others look at something outside of the frame",
    "because the table in the middle is set for seven",
    "and the flowers on the balcony have all been watered",
    "where a bicycle leans against the fence without its owner",
    "and on the far right somebody holds a paper lantern",
    "while steam is rising slowly from a very large kettle",
    "and the mountains in the distance are covered with snow",
)
_SHORT = list(itertools.product(_WHO, _DOES))
_CLAUSES = list(itertools.product(_SOMEBODY, _ACTS))

MOST = min(len(_SHORT), len(_CLAUSES))
"""So many of one length can be made."""


def sentences(words: int, number: int) -> list[str]:
    """So many different sentences of that many words; the same ones at every call."""
    dice = random.Random(words)  # noqa: S311 - a choice, not a secret
    if words < _CLAUSE:
        return [" ".join(parts) + "." for parts in dice.sample(_SHORT, number)]
    besides = words // _CLAUSE - 1
    return [
        ", ".join([" ".join(parts), *dice.sample(_BESIDES, besides)]) + "." for parts in dice.sample(_CLAUSES, number)
    ]
