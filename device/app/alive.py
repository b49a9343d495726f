"""A described photo as it speaks on a page: what was heard, its captions, and who moves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from device.living.export import exported
from device.living.performance import Heard, perform
from device.living.stamp import stamp_of
from device.report.living import Living, Stamped
from device.report.picture import encode_png
from device.report.words import speaker_words
from device.text.captions import Said, cues_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from device.core.types import Described, Mark, Pcm, Speech, SpeechChunk
    from device.living.performance import Stage
    from device.text.texts import Texts


class Hearing:
    """Keeps a speech as it goes by."""

    def __init__(self) -> None:
        self._pcm: list[Pcm] = []
        self._marks: dict[int, tuple[Mark, ...]] = {}
        self._sample_rate = 1

    def hearing(self, speech: Speech) -> Iterator[SpeechChunk]:
        """The same chunks."""
        for chunk in speech:
            self._sample_rate = chunk.sample_rate
            self._pcm.append(chunk.pcm)
            self._marks[chunk.utterance] = (*self._marks.get(chunk.utterance, ()), *chunk.marks)
            yield chunk

    def heard(self) -> Heard | None:
        """All of it; None where nothing was."""
        if not self._pcm:
            return None
        return Heard(pcm=np.concatenate(self._pcm), sample_rate=self._sample_rate, marks=self._marks)


def living_of(described: Described, heard: Heard, stage: Stage, *, wav: bytes, texts: Texts) -> Living:
    """How a page shows it.

    Args:
        described: The photo, and what was said of it.
        heard: The sound of that.
        stage: Its faces; who does not speak does not move.
        wav: The sound as a file.
        texts: In the language of the page.
    """
    narration = described.narration
    several = len({utterance.speaker for utterance in narration}) > 1
    speech = [
        Said(marks=marks, speaker=speaker_words(narration[number].speaker, texts) if several else None)
        for number, marks in sorted(heard.marks.items())
    ]
    # The same photo moves alike each time.
    performance = exported(perform(stage, narration, heard, seed=int(described.photo.sha256[:8], 16)))
    high, wide = stage.photo.shape[:2]
    stamp = stamp_of(texts.text("mark-imagined"), wide, high)
    return Living(
        wav=wav,
        language=narration[0].language,
        cues=cues_of(speech, sample_rate=heard.sample_rate),
        performance=performance,
        stamp=Stamped(png=encode_png(stamp.patch), left=stamp.left, top=stamp.top),
    )
