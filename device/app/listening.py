"""What a command speaks, taken as it goes by: the marks of each utterance, and the captions that they make."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from device.core.types import Cue, Mark, Pcm, Speech, SpeechChunk, Utterance
    from device.living.performance import Heard
    from device.text.texts import Texts

_ENGLISH = "en"


class Listener:
    """Hears one speech."""

    def __init__(self) -> None:
        self._marks: list[tuple[int, tuple[Mark, ...]]] = []
        self._sample_rate = 1

    def hearing(self, speech: Speech) -> Iterator[SpeechChunk]:
        """The same chunks; what is needed of them is kept."""
        for chunk in speech:
            self._keep(chunk)
            yield chunk

    def cues(self, narration: Sequence[Utterance]) -> tuple[Cue, ...]:
        """Captions of what was heard of the narration, in the times of its samples."""
        from device.report.words import speaker_words
        from device.text.captions import Said, cues_of

        texts = texts_for(narration)
        several = len({utterance.speaker for utterance in narration}) > 1
        speech = [
            Said(marks=marks, speaker=speaker_words(narration[number].speaker, texts) if several else None)
            for number, marks in self._marks
        ]
        return cues_of(speech, sample_rate=self._sample_rate)

    def _keep(self, chunk: SpeechChunk) -> None:
        self._sample_rate = chunk.sample_rate
        if chunk.marks:
            self._marks.append((chunk.utterance, chunk.marks))


class Hearing(Listener):
    """Hears one speech, and keeps its samples too."""

    def __init__(self) -> None:
        super().__init__()
        self._pcm: list[Pcm] = []

    def heard(self) -> Heard:
        """All of it so far, as it was heard."""
        from device.living.performance import Heard

        marks: defaultdict[int, tuple[Mark, ...]] = defaultdict(tuple)
        for number, each in self._marks:
            marks[number] += each
        pcm = np.concatenate([*self._pcm, np.zeros(0, np.int16)])
        return Heard(pcm=pcm, sample_rate=self._sample_rate, marks=marks)

    def _keep(self, chunk: SpeechChunk) -> None:
        super()._keep(chunk)
        self._pcm.append(chunk.pcm)


def texts_for(narration: Sequence[Utterance]) -> Texts:
    """The texts of its language; those in English where a voice speaks a language that there are none for."""
    from device.text.texts import Texts, languages

    language = narration[0].language
    return Texts(language if language in languages() else _ENGLISH)
