"""Captions of what a command speaks: the marks are taken as the speech goes by, and written when it is over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from device.app.outputs import write_whole

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from device.core.types import Mark, Speech, SpeechChunk, Utterance

_ENGLISH = "en"


class Captioner:
    """Hears one speech."""

    def __init__(self) -> None:
        self._marks: list[tuple[int, tuple[Mark, ...]]] = []
        self._sample_rate = 1

    def hearing(self, speech: Speech) -> Iterator[SpeechChunk]:
        """The same chunks; their marks are kept."""
        for chunk in speech:
            self._sample_rate = chunk.sample_rate
            if chunk.marks:
                self._marks.append((chunk.utterance, chunk.marks))
            yield chunk

    def write(self, file: Path, narration: Sequence[Utterance]) -> None:
        """Write what was heard of the narration as WebVTT, in the times of its samples.

        Raises:
            UsageError: The file cannot be written.
        """
        from device.report.words import speaker_words
        from device.text.captions import Said, cues_of, webvtt
        from device.text.texts import Texts, languages

        language = narration[0].language
        # A voice may speak a language that there are no texts for.
        texts = Texts(language if language in languages() else _ENGLISH)
        several = len({utterance.speaker for utterance in narration}) > 1
        speech = [
            Said(marks=marks, speaker=speaker_words(narration[number].speaker, texts) if several else None)
            for number, marks in self._marks
        ]
        is_imagined = any(utterance.speaker != "narrator" for utterance in narration)
        note = texts.text("voice-imagined" if is_imagined else "voice-synthetic")
        write_whole(file, webvtt(cues_of(speech, sample_rate=self._sample_rate), note=note).encode())
