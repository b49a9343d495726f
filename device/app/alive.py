"""A described photo as it speaks on a page: what was heard, its captions, and who moves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from device.living.export import exported
from device.living.performance import perform
from device.living.stamp import stamp_of
from device.report.living import Living, Stamped
from device.report.picture import encode_png

if TYPE_CHECKING:
    from device.app.listening import Hearing
    from device.core.types import Described
    from device.living.performance import Stage
    from device.text.texts import Texts


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
    # The same photo moves alike each time.
    performance = exported(perform(stage, narration, hearing.heard(), seed=int(described.photo.sha256[:8], 16)))
    high, wide = stage.photo.shape[:2]
    stamp = stamp_of(texts.text("mark-imagined"), wide, high)
    return Living(
        wav=wav,
        language=narration[0].language,
        cues=hearing.cues(narration),
        performance=performance,
        stamp=Stamped(png=encode_png(stamp.patch), left=stamp.left, top=stamp.top),
    )
