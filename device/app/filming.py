"""A film of what a command speaks: the speech is taken as it goes by, and filmed when it is over."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Literal

from device.app.listening import Hearing, texts_for
from device.app.outputs import whole
from device.core.errors import UnableError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from device.core.types import Cue, Utterance
    from device.living.budget import Size
    from device.living.film import Film, Progress
    from device.living.performance import Heard, Performance, Stage

TRIAL_SECONDS = 0.6
"""How much of a film is made to see what it costs."""

Made = Literal["imagined", "still", "synthetic"]
"""What is not real in a film: voice and movement of people; their voice alone; a narrator's voice."""


class Filmer(Hearing):
    """Hears one speech, and films it.

    Args:
        processor: Seconds of work that this process has done.
    """

    def __init__(self, *, processor: Callable[[], float] = time.process_time) -> None:
        super().__init__()
        self._processor = processor

    def write(  # noqa: PLR0913 - what, of what, where, and how
        self,
        file: Path,
        stage: Stage,
        narration: Sequence[Utterance],
        *,
        seed: int,
        rate: int | None = None,
        progress: Progress | None = None,
    ) -> None:
        """Film the photo while it says what was heard; the file is there whole or not at all.

        Args:
            file: MP4, whatever its name ends with.
            stage: The photo, and the faces that move.
            narration: What was to be said.
            seed: Another one blinks and sways in another way.
            rate: Pictures a second; None for the usual.
            progress: Is told how far it is.

        Raises:
            MissingModelError: PyAV, an extra, is not installed.
            UnableError: No film can be made of it.
            UsageError: The file cannot be written.
        """
        from device.living.film import RATE, write_film

        film = _film(stage, narration, self.heard(), self.cues(narration), seed=seed)
        with whole(file) as part:
            write_film(part, replace(film, rate=rate or RATE), progress=progress)

    def size(self, stage: Stage, narration: Sequence[Utterance]) -> Size:
        """How large a film this device makes in good time, by a beginning that is filmed and thrown away.

        It goes by the time of the processor, which what else runs just now does not change, from the second picture on:
        what comes before the first is done once.

        Args:
            stage: The photo at the size of a trial.
            narration: What was to be said.

        Raises:
            MissingModelError: PyAV, an extra, is not installed.
            UnableError: Even the least film would take too long, or none can be made.
            UsageError: The trial cannot be written.
        """
        from device.living.budget import BEST, INSTEAD, TRIAL, affordable
        from device.living.film import write_film

        heard = self.heard()
        beginning = replace(heard, pcm=heard.pcm[: round(TRIAL_SECONDS * heard.sample_rate)])
        film = replace(_film(stage, narration, beginning, (), seed=0), rate=TRIAL.rate)
        made: list[float] = []
        try:
            with TemporaryDirectory() as folder, whole(Path(folder) / "trial.mp4") as part:
                write_film(part, film, progress=lambda *_: made.append(self._processor()))
        except OSError as error:
            raise UsageError(f"the trial of a film cannot be written ({error.strerror}); make room") from error
        pictures = len(made) - 1
        if pictures < 1:
            return BEST
        cost = (self._processor() - made[0]) * TRIAL.rate / pictures
        size = affordable(cost)
        if size is None:
            raise UnableError(
                f"a film takes too long here, {cost:.1f} s for a second of {TRIAL.long_side} pixels; {INSTEAD}"
            )
        return size


def _film(stage: Stage, narration: Sequence[Utterance], heard: Heard, cues: Sequence[Cue], *, seed: int) -> Film:
    from device.living.film import Film
    from device.living.performance import perform

    performance = perform(stage, narration, heard, seed=seed)
    texts, made = texts_for(narration), made_in(performance)
    return Film(
        reel=performance,
        pcm=heard.pcm,
        sample_rate=heard.sample_rate,
        cues=cues,
        language=narration[0].language,
        mark=texts.text(f"mark-{made}"),
        title=texts.text("film-title"),
        comment=texts.text(f"film-{made}"),
    )


def made_in(performance: Performance) -> Made:
    """What of a performance is not real, which its mark has to say."""
    if any(turn.motion for turn in performance.turns):
        return "imagined"
    return "still" if any(turn.speaker != "narrator" for turn in performance.turns) else "synthetic"


@contextmanager
def film_bar(name: str) -> Iterator[Progress]:
    """A bar on standard error where that is a terminal, and nothing elsewhere; it goes with the film."""
    from tqdm import tqdm

    with tqdm(desc=name, unit="pictures", file=sys.stderr, disable=None, leave=False) as bar:

        def move(done: int, of: int) -> None:
            bar.total = of
            bar.update(done - bar.n)

        yield move
