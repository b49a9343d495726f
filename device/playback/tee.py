"""One speech to a loudspeaker and a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from device.core.ports import Player
    from device.core.types import Played, Speech, SpeechChunk


class TeePlayer:
    """Plays aloud first, each chunk as it comes, and hands the same samples to a file afterwards."""

    def __init__(self, *, aloud: Player, file: Player) -> None:
        self._aloud = aloud
        self._file = file

    def play(self, speech: Speech) -> Played:
        """Play it aloud and then write it; what is told is how it was heard."""
        kept: list[SpeechChunk] = []

        def passing() -> Iterator[SpeechChunk]:
            for chunk in speech:
                kept.append(chunk)
                yield chunk

        played = self._aloud.play(passing())
        self._file.play(kept)
        return played

    def reach(self, sample_rate: int) -> None:
        """The loudspeaker."""
        self._aloud.reach(sample_rate)

    def is_there(self) -> bool:
        """The loudspeaker."""
        return self._aloud.is_there()

    def position_seconds(self) -> float | None:
        """The loudspeaker's."""
        return self._aloud.position_seconds()

    def lead_in_seconds(self) -> float:
        """The loudspeaker's."""
        return self._aloud.lead_in_seconds()

    def stop(self) -> None:
        """End what is heard; the file is still written."""
        self._aloud.stop()

    def set_volume(self, percent: int) -> None:
        """How loud it is in the room."""
        self._aloud.set_volume(percent)
