"""A film of what a command speaks: the speech is taken as it goes by, and filmed when it is over."""

from __future__ import annotations

import sys
from collections import defaultdict
from typing import TYPE_CHECKING, Literal

import numpy as np

from device.app.listening import Listener, texts_for
from device.app.outputs import whole

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from device.core.types import Mark, Pcm, SpeechChunk, Utterance
    from device.living.film import Progress
    from device.living.performance import Heard, Performance, Stage

Made = Literal["imagined", "still", "synthetic"]
"""What is not real in a film: voice and movement of people; their voice alone; a narrator's voice."""


class Filmer(Listener):
    """Hears one speech, and films it; the samples are kept as they were heard."""

    def __init__(self) -> None:
        super().__init__()
        self._pcm: list[Pcm] = []

    def heard(self) -> Heard:
        """All of it so far."""
        from device.living.performance import Heard

        marks: defaultdict[int, tuple[Mark, ...]] = defaultdict(tuple)
        for number, each in self._marks:
            marks[number] += each
        pcm = np.concatenate([*self._pcm, np.zeros(0, np.int16)])
        return Heard(pcm=pcm, sample_rate=self._sample_rate, marks=marks)

    def write(
        self, file: Path, stage: Stage, narration: Sequence[Utterance], *, seed: int, progress: Progress | None = None
    ) -> None:
        """Film the photo while it says what was heard; the file is there whole or not at all.

        Args:
            file: MP4, whatever its name ends with.
            stage: The photo, and the faces that move.
            narration: What was to be said.
            seed: Another one blinks and sways in another way.
            progress: Is told how far it is.

        Raises:
            MissingModelError: PyAV, an extra, is not installed.
            UsageError: The file cannot be written.
        """
        from device.living.film import Film, write_film
        from device.living.performance import perform

        heard = self.heard()
        performance = perform(stage, narration, heard, seed=seed)
        texts, made = texts_for(narration), made_in(performance)
        film = Film(
            reel=performance,
            pcm=heard.pcm,
            sample_rate=heard.sample_rate,
            cues=self.cues(narration),
            language=narration[0].language,
            mark=texts.text(f"mark-{made}"),
            title=texts.text("film-title"),
            comment=texts.text(f"film-{made}"),
        )
        with whole(file) as part:
            write_film(part, film, progress=progress)

    def _keep(self, chunk: SpeechChunk) -> None:
        super()._keep(chunk)
        self._pcm.append(chunk.pcm)


def made_in(performance: Performance) -> Made:
    """What of a performance is not real, which its mark has to say."""
    if any(turn.motion for turn in performance.turns):
        return "imagined"
    return "still" if any(turn.speaker != "narrator" for turn in performance.turns) else "synthetic"


class FilmBar:
    """A bar on standard error where that is a terminal, and nothing elsewhere."""

    def __init__(self, name: str) -> None:
        from tqdm import tqdm

        self._bar = tqdm(desc=name, unit="pictures", file=sys.stderr, disable=None, leave=False)

    def __call__(self, done: int, of: int) -> None:
        """Move the bar; it goes with the last picture."""
        self._bar.total = of
        self._bar.update(done - self._bar.n)
        if done == of:
            self._bar.close()
