"""Photo to played where somebody waits: the opening is heard while the faces are still being looked at."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from device.pipeline.speak import speak, with_speech

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from device.core.ports import Clock, Player, Synthesiser
    from device.core.types import Described, Played, Speech, Utterance
    from device.pipeline.describe import Beginning


def tell(  # noqa: PLR0913 - the parts of one way
    beginning: Beginning,
    *,
    synthesiser: Synthesiser,
    player: Player,
    clock: Clock,
    known: Callable[[Described], None] = lambda _: None,
    gate: Callable[[Speech], Speech] = iter,
) -> tuple[Described, Played]:
    """Speak the opening at once and the rest when it is known; returns the description with its sound.

    The voice may draw its sentences from a thread of its own, and asks for the second when the first is made: so the
    faces are looked at in that thread, while the opening is heard. That it was done shows here when sound of a later
    sentence passes, or when the speech ends. Where a speech is stopped before that, the voice's thread may be anywhere,
    also in the middle of it; so the description is asked for here too, and `finish` sees to it that it is made once.

    Args:
        beginning: What is to be told.
        synthesiser: The voice.
        player: Where the sound goes.
        clock: What the times are taken by.
        known: Is handed the description, still without its sound, once, in the thread of whoever calls; also where
            nothing can be heard.
        gate: What the speech goes through just before the player; it may end it early.

    Raises:
        BadPhotoError: The photo turned out to be damaged after its opening was spoken.
        MissingDeviceError: The sink is not there.
    """

    def sentences() -> Iterator[Utterance]:
        yield beginning.opening
        yield from beginning.finish().narration[1:]

    @cache
    def described() -> Described:
        done = beginning.finish()
        known(done)
        return done

    def passing(speech: Speech) -> Speech:
        for chunk in speech:
            if chunk.utterance > 0:
                described()
            yield chunk
        described()

    def gated(speech: Speech) -> Speech:
        return gate(passing(speech))

    asked_ms = beginning.watch.total()
    try:
        spoken = speak(sentences(), synthesiser=synthesiser, player=player, clock=clock, passing=gated)
    finally:
        described()
    return with_speech(described(), spoken, asked_ms=asked_ms), spoken.played
