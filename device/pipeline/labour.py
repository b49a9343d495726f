"""The work on one photo that blocks: looking, and speaking. Done in a thread, told to the loop."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from device.core.faults import passing
from device.pipeline.gate import NEWS_SECONDS, guarded
from device.pipeline.record import narration_of
from device.pipeline.speak import speak
from device.pipeline.tell import tell

if TYPE_CHECKING:
    from collections.abc import Callable

    from device.core.ports import Clock, JobStore, Player, Synthesiser
    from device.core.types import Described, Job, Played, Record, Speaking, Speech, Utterance
    from device.pipeline.captions import LiveCaptions
    from device.pipeline.describe import Describer
    from device.pipeline.prelude import Prelude
    from device.pipeline.quiet import Hush
    from device.pipeline.turn import Turn
    from device.pipeline.watch import Watch

LOOKING_SECONDS = 120.0
"""A photo that is looked at for longer hangs; a slow device needs a few seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Labour:
    """Looks at photos and speaks.

    Attributes:
        player_for: Gives the player on which a job is heard.
        speaking: Who speaks.
        prelude: What is heard before.
    """

    clock: Clock
    jobs: JobStore
    describer: Describer
    synthesiser: Synthesiser
    player_for: Callable[[Job], Player]
    hush: Hush
    watch: Watch
    captions: LiveCaptions
    speaking: Speaking
    prelude: Prelude

    def look(self, job: Job, turn: Turn) -> None:
        """Find out what is to be said of the photo, without saying it.

        Raises:
            BadPhotoError: It cannot be read.
            GaveWayError: It was left before it was known.
        """
        with self.watch.during("looking", within_seconds=LOOKING_SECONDS):
            turn.described = self.describer.begin(job.path, speaking=self.speaking, step=turn.go_on).finish()

    def tell(
        self,
        job: Job,
        turn: Turn,
        *,
        opening: Callable[[str], None],
        known: Callable[[Described], None],
    ) -> Played:
        """Look at the photo and speak; the opening is heard while the faces are still being looked at.

        Args:
            job: The photo.
            turn: Its turn to be heard.
            opening: Is told the first sentence when it is known.
            known: Is told the description when it is known.

        Raises:
            BadPhotoError: It cannot be read.
            GaveWayError: It was left before it was known; nothing was heard.
            MissingDeviceError: The sink is not there.
            MissingModelError: There is no voice.
            StoreError: That it begins could not be stored; nothing was heard.
        """

        def described(value: Described) -> None:
            turn.described = value
            known(value)

        with self.watch.during("looking", within_seconds=LOOKING_SECONDS):
            beginning = self.describer.begin(job.path, speaking=self.speaking, step=turn.go_on)
            opening(beginning.opening.text)

            def says(number: int) -> Utterance:
                return turn.described.narration[number] if turn.described else beginning.opening

            with (
                turn.on(self.player_for(job)) as player,
                self.captions.following(job, player, says) as hearing,
            ):
                described_with_sound, played = tell(
                    beginning,
                    synthesiser=self.synthesiser,
                    player=player,
                    clock=self.clock,
                    known=described,
                    gate=lambda speech: hearing(self._gate(job, turn, speech)),
                )
        turn.described = described_with_sound
        return played

    def need_voice(self) -> None:
        """Before it is needed, so that whoever waits for it need not wait for what is looked at.

        Raises:
            MissingModelError: There is no voice.
        """
        _ = self.synthesiser.sample_rate

    def is_heard(self, job: Job) -> bool:
        """Whether the sink of a job is there."""
        with self.watch.during("asking for the loudspeaker", within_seconds=NEWS_SECONDS):
            return self.player_for(job).is_there()

    def speak(self, job: Job, record: Record, turn: Turn, *, once: bool = True, heard: int = 0) -> Played:
        """Speak what was written before, but for so many sentences that were heard; or, where not `once`, once more.

        Raises:
            MissingDeviceError: The sink is not there.
            MissingModelError: There is no voice.
            StoreError: That it begins could not be stored; nothing was heard.
        """
        narration = narration_of(record)[heard:]
        with (
            self.watch.during("speaking", within_seconds=NEWS_SECONDS),
            turn.on(self.player_for(job)) as player,
            self.captions.following(job, player, narration.__getitem__) as hearing,
        ):
            return speak(
                narration,
                synthesiser=self.synthesiser,
                player=player,
                clock=self.clock,
                passing=lambda speech: hearing(self._gate(job, turn, speech, once=once)),
            ).played

    def let_go(self) -> None:
        """Keep nothing of the last photo."""
        self.describer.decoder.let_go()

    def rest(self) -> None:
        """Nothing was to be done for a while: let go of the memory that looking takes."""
        self.describer.rest()

    def _gate(self, job: Job, turn: Turn, speech: Speech, *, once: bool = True) -> Speech:
        self.watch.expect("speaking", within_seconds=NEWS_SECONDS)

        def begins() -> None:
            if once:
                self.jobs.begin(job)
                passing("a speech is begun on paper and not heard")

        announced = self.prelude.before(speech, called_for=job.source == "button" or not once)
        return guarded(announced, turn, hush=self.hush, watch=self.watch, begins=begins)
