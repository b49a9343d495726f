"""What the benches of the voice say: written sentences of two lengths, and as many made ones as are wanted."""

from __future__ import annotations

import random

WARM_UP = (
    "Two children are feeding ducks beside a shallow pond.",
    "The lamp above the table throws a warm circle onto the cloth and the empty cups.",
)

SENTENCES = {
    10: (
        "A woman in a green coat waits beside the bridge.",
        "Three old friends are laughing at something outside the picture.",
        "Behind the fence a brown horse turns its heavy head.",
        "Somebody left a yellow umbrella open on the wet stairs.",
        "Two boys look up while their sister watches the road.",
    ),
    30: (
        (
            "On the left side of this photo a man with a grey beard holds a small dog, "
            "while his wife points at a boat very far out on the lake."
        ),
        (
            "There are four people around a long table under the trees, and the youngest looks straight up at the "
            "camera as if she had waited all day for this moment."
        ),
        (
            "The room is nearly dark, but one face near the open window is lit from the side, "
            "and behind it are the old red roofs of a town in snow."
        ),
        (
            "Early in the morning the market is still almost empty, so only one man with a basket of apples walks "
            "between the stands and looks for places to sit down."
        ),
        (
            "Everybody in this old picture stands very still, because photos took a very long time then, "
            "and only the cat in front of them has moved and become a cloud."
        ),
    ),
}
"""By their number of words."""

_WHO = (
    "Somebody",
    "A tall man",
    "The older woman",
    "Somebody in a raincoat",
    "One of the dancers",
    "The smallest of the five children",
    "A cyclist with a heavy bag",
    "Nobody but the gardener",
    "The girl whose hair is tied back",
)
_DOES = (
    "waits patiently",
    "smiles",
    "reads a newspaper",
    "points at the sky",
    "has turned away from us",
    "carries a basket full of pears",
    "is talking to a neighbour",
    "laughs out loud",
    "leans on the railing",
)
_WHERE = (
    *("",) * 6,
    "near the fountain",
    "under a striped awning",
    "between two parked lorries",
    "at the far end of the platform",
    "in front of a closed shop",
)
_WHILE = (
    *("",) * 6,
    "while it rains",
    "and a dog is watching",
    "because the bus is late",
    "although the others left already",
    "as the lamps go on",
)
_LONGEST = 20


def various(number: int) -> list[str]:
    """So many sentences of 5 to 20 words, no two alike; the same ones at every call."""
    dice = random.Random(number)  # noqa: S311 - a choice, not a secret
    found: dict[str, None] = {}
    while len(found) < number:
        parts = [dice.choice(each) for each in (_WHO, _DOES, _WHERE, _WHILE)]
        text = " ".join(part for part in parts if part)
        if len(text.split()) <= _LONGEST:
            found[f"{text}."] = None
    return list(found)
