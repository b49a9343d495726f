"""A photo on a page that speaks: its sound with captions, the faces that move, and whom the narrator speaks of."""

from __future__ import annotations

import json
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from device.report.document import data_address

if TYPE_CHECKING:
    from collections.abc import Sequence

    from device.core.types import Cue, Record
    from device.text.texts import Texts

SCRIPTS = ("motion", "faces", "webgl", "flat", "living")
"""What the page of such a photo needs of `static/`, and its style sheet is called `living`."""

CANVASES = '<canvas class="moving" aria-hidden="true"></canvas><canvas class="light" aria-hidden="true"></canvas>'
"""What lies over the photo, and is empty unless it speaks; what darkens lies over what moves too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamped:
    """The words that everything that moves bears: drawn into its pixels, in each frame.

    Attributes:
        png: The words.
        left: Where they go, in pixels of the photo of the performance.
        top: The same downwards.
    """

    png: bytes
    left: int
    top: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Living:
    """How a photo speaks.

    Attributes:
        wav: Its sound.
        language: The tag of what is said.
        cues: The captions of the sound.
        performance: What is seen of it, as plain values (device.living.export); None where nothing but captions is.
        stamp: What is drawn into each frame of a face that moves.
    """

    wav: bytes
    language: str
    cues: Sequence[Cue] = ()
    performance: Record | None = None
    stamp: Stamped | None = None

    def __post_init__(self) -> None:
        if self.performance and self.performance["faces"] and self.stamp is None:
            raise ValueError("no face moves without the words that say that it was made")


def sound(wav: bytes, texts: Texts) -> str:
    """The sound alone, as HTML."""
    label = escape(texts.text("listen"))
    return f'<audio controls preload="metadata" aria-label="{label}" src="{data_address("audio/wav", wav)}"></audio>'


def player(living: Living, texts: Texts) -> str:
    """What stands below the photo, as HTML; it and `CANVASES` have to be within one element of the class `living`.

    The captions are hidden from who has the page read to them: the voice says the same at the same time, and the
    sentences stand on the page.
    """
    told = json.dumps(_told(living), ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    play, pause, stays, move = (
        escape(texts.text(name)) for name in ("living-play", "living-pause", "living-stays", "living-move")
    )
    return f"""<p class="captions" lang="{escape(living.language)}" aria-hidden="true" hidden></p>
<div class="controls"><button class="play" type="button" data-play="{play}" data-pause="{pause}" hidden>{play}</button>
{sound(living.wav, texts)}</div>
<p class="stays small" hidden>{stays} <button class="move" type="button" aria-pressed="false">{move}</button></p>
<script type="application/json" class="told">{told}</script>"""


def _told(living: Living) -> Record:
    stamp = living.stamp
    return {
        "cues": [
            [cue.start, cue.end, [[[word.text, word.start] for word in line] for line in cue.lines], cue.speaker]
            for cue in living.cues
        ],
        "performance": living.performance,
        "stamp": stamp and {"image": data_address("image/png", stamp.png), "left": stamp.left, "top": stamp.top},
    }
