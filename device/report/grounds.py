"""Which sentence rests on which claim, both ways, grouped by what the claims are about."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from device.core.types import Record

_FIRST, _LAST = ("photo", "face", "body"), "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """A claim in its place on a page.

    Attributes:
        claim: As it stands under `because`.
        identity: Its name on the page, without a blank; no other ground has it.
        sentences: The sentences that rest on it, from 1.
    """

    claim: Record
    identity: str
    sentences: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What claims are about: the photo, a face, a body, something that was refused, or whatever may come.

    Attributes:
        about: As in the claims, counted from 0.
        identity: Its name on the page, counted from 1, without a blank; no other subject has it.
        grounds: Its claims, in their order.
    """

    about: str
    identity: str
    grounds: tuple[Ground, ...]


def subjects_of(claims: Sequence[Record], narration: Sequence[Record], abouts: Iterable[str]) -> tuple[Subject, ...]:
    """All subjects, the photo first, then faces and bodies by number, what was refused last.

    Args:
        claims: All claims, said or held back. One that is only behind a sentence is added.
        narration: The sentences, each with its claims under `because`.
        abouts: Subjects that are there even without any claim.
    """
    every = list(claims)
    resting: dict[int, list[int]] = {}
    for number, sentence in enumerate(narration, start=1):
        for claim in sentence["because"]:
            where = _index(every, claim)
            if where is None:
                where = len(every)
                every.append(claim)
            if number not in resting.setdefault(where, []):
                resting[where].append(number)
    names = dict.fromkeys([claim["about"] for claim in every])
    names.update(dict.fromkeys(abouts))
    ordered = sorted(names, key=_order)
    taken: Counter[str] = Counter()
    identities = {about: _unique(_counted_from_one(about), taken) for about in ordered}
    return tuple(
        Subject(
            about=about,
            identity=identities[about],
            grounds=tuple(
                Ground(
                    claim=claim,
                    identity=_unique(f"{identities[about]}-{claim['name']}", taken),
                    sentences=tuple(resting.get(index, ())),
                )
                for index, claim in enumerate(every)
                if claim["about"] == about
            ),
        )
        for about in ordered
    )


def _index(claims: Sequence[Record], wanted: Record) -> int | None:
    """The claim of this meaning, of several the nearest score: an opening is said before its figures are final."""
    meaning = _meaning(wanted)
    found = (index for index, claim in enumerate(claims) if _meaning(claim) == meaning)
    return min(found, key=lambda index: abs(claims[index]["score"] - wanted["score"]), default=None)


def _meaning(claim: Record) -> tuple[object, ...]:
    return tuple(claim[key] for key in ("about", "name", "value"))


def _order(about: str) -> tuple[int, str, int]:
    kind, _, index = about.partition(" ")
    rank = _FIRST.index(kind) if kind in _FIRST else len(_FIRST) + (kind == _LAST)
    return rank, kind if rank >= len(_FIRST) else "", int(index) if index.isdecimal() else 0


def _counted_from_one(about: str) -> str:
    kind, _, index = about.partition(" ")
    return f"{kind}-{int(index) + 1}" if index.isdecimal() else about


def _unique(name: str, taken: Counter[str]) -> str:
    plain = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    if not plain[:1].isalpha():
        plain = f"other-{plain}".rstrip("-")
    taken[plain] += 1
    # The second of a name must not meet one that is called so by itself.
    return plain if taken[plain] == 1 else _unique(f"{plain}-{taken[plain]}", taken)
