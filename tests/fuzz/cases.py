"""Mutated photos, each the same for the same seed and number."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

from tests.fuzz.anyhow import ANYHOW
from tests.fuzz.chunks import PNG, WEBP
from tests.fuzz.heads import BMP, GIF
from tests.fuzz.heif import HEIF
from tests.fuzz.jpeg import JPEG
from tests.fuzz.originals import originals
from tests.fuzz.tiff import TIFF

if TYPE_CHECKING:
    from collections.abc import Iterator

MUTATIONS = {"jpeg": JPEG, "png": PNG, "webp": WEBP, "heif": HEIF, "tiff": TIFF, "gif": GIF, "bmp": BMP}
_OFTEN = ("jpeg", "png", "webp", "heif", "tiff") * 2
"""Formats with much inside of them."""

_LARGEST = 400_000
"""Bytes, at which a file is cut, so that repeated repetitions stay small."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A mutated photo.

    Attributes:
        seed: With it and the number the same file is made again.
        number: Which of the seed's files it is.
        original: The photo that it was made from.
        how: The mutations, in order.
        data: Its bytes.
    """

    seed: int
    number: int
    original: str
    how: tuple[str, ...]
    data: bytes

    def __str__(self) -> str:
        return f"seed {self.seed}, file {self.number} ({self.original}: {', '.join(self.how)})"


def case(seed: int, number: int) -> Case:
    """The file of this seed and number."""
    random = Random(f"{seed} {number}")  # noqa: S311 - the same again
    photos = originals()
    form = random.choice((*_OFTEN, "gif", "bmp"))
    alike = [name for name in photos if name.startswith(form)]
    # What is spliced in comes from the same format mostly: bytes of another are refused at once.
    name, other = random.choice(alike), random.choice(alike if random.random() < 5 / 6 else list(photos))
    data, how = photos[name], []
    for _ in range(random.choice((1, 1, 1, 2, 3))):
        mutate = random.choice(MUTATIONS[form] if random.random() < 2 / 3 else ANYHOW)
        data = mutate(random, data, photos[other])[:_LARGEST] or b"\0"
        how.append(mutate.__name__)
    return Case(seed=seed, number=number, original=name, how=tuple(how), data=data)


def cases(seed: int, count: int, *, first: int = 0) -> Iterator[Case]:
    """So many of them, from the number `first` on."""
    return (case(seed, number) for number in range(first, first + count))
