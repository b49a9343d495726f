"""A speech on its way to the player: let through while it may be heard, and watched."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from device.core.types import Speech, SpeechChunk
    from device.pipeline.quiet import Hush
    from device.pipeline.turn import Turn
    from device.pipeline.watch import Watch

NEWS_SECONDS = 60.0
"""Sound that does not move for longer hangs: the voice, or the player."""


def guarded(
    speech: Speech, turn: Turn, *, hush: Hush, watch: Watch, begins: Callable[[], None] = lambda: None
) -> Speech:
    """The speech, which ends where its turn is cut, and where nothing may be heard any more.

    Args:
        speech: The sound.
        turn: Its turn.
        hush: Whether anything may be heard, asked at each chunk.
        watch: Is told of each chunk.
        begins: Called before the first sample.
    """

    def begin() -> bool:
        if hush.reason():
            turn.end("quiet")
            return False
        begins()
        return True

    def news(chunk: SpeechChunk) -> None:
        if hush.reason():
            turn.end("quiet")
        watch.expect("speaking", within_seconds=NEWS_SECONDS + chunk.seconds)

    return turn.gate(speech, begin=begin, news=news)
