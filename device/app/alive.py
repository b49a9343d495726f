"""A described photo as it speaks on a page: what was heard, its captions, and who moves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from device.core.types import Claim
from device.living.export import exported
from device.living.performance import perform
from device.living.stamp import stamp_of
from device.report.living import Living, Stamped
from device.report.picture import encode_png

if TYPE_CHECKING:
    from collections.abc import Sequence

    from device.app.listening import Hearing
    from device.core.types import Described
    from device.living.casting import Part
    from device.living.performance import Stage
    from device.text.texts import Texts


def moves_of(parts: Sequence[Part]) -> list[Claim]:
    """What the faces of a stage do when they speak, as claims: for who wonders why one of them stands still."""
    claims = []
    for number, part in enumerate(parts):
        enough = part.score >= part.threshold
        claims.append(
            Claim(
                about=f"face {number}",
                name="moves",
                value=part.does,
                # Of a face that is still for want of it, that it is so.
                score=part.score if enough else 1 - part.score,
                threshold=part.threshold if enough else 1 - part.threshold,
                said=part.does != "still",
                why=part.why,
            )
        )
    return claims


def living_of(described: Described, hearing: Hearing, stage: Stage, *, wav: bytes, texts: Texts) -> Living:
    """How a page shows it.

    Args:
        described: The photo, and what was said of it.
        hearing: Has heard that.
        stage: Its faces; who does not speak does not move.
        wav: The sound as a file.
        texts: In the language of the page.
    """
    narration = described.narration
    performance = exported(perform(stage, narration, hearing.heard(), seed=described.photo.seed))
    high, wide = stage.photo.shape[:2]
    stamp = stamp_of(texts.text("mark-imagined"), wide, high)
    return Living(
        wav=wav,
        language=narration[0].language,
        cues=hearing.cues(narration),
        performance=performance,
        stamp=Stamped(png=encode_png(stamp.patch), left=stamp.left, top=stamp.top),
    )
