"""What the command line complains of, said in the room too where its user asked to be spoken to."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from device.app.text import complain
from device.core.errors import MissingDeviceError, MissingModelError

if TYPE_CHECKING:
    from device.app.voices import Voice
    from device.app.wiring import Wiring
    from device.core.errors import VoxframeError

_log = logging.getLogger(__name__)


class Complaints:
    """Says each on standard error, and in the room; there not the same twice in a row.

    Args:
        wiring: Where loudspeaker and voice come from.
        aloud: Whether anything is said in the room.
    """

    def __init__(self, wiring: Wiring, *, aloud: bool) -> None:
        self._wiring = wiring
        self._aloud = aloud
        self._last: str | None = None
        self._voice: Voice | None = None

    def voice(self, language: str | None = None) -> Voice:
        """The voice; where it is missing the room hears so.

        Raises:
            MissingModelError: It is.
            UsageError: No voice that is here speaks the language.
        """
        try:
            self._voice = self._wiring.synthesiser(language)
        except MissingModelError as error:
            self._say(error)
            raise
        return self._voice

    def about(self, error: VoxframeError) -> None:
        """Complain of something that is not the end."""
        complain(error)
        self._say(error)

    def none(self) -> None:
        """Something went well, and was heard: the next complaint is said again."""
        self._last = None

    def _say(self, error: VoxframeError) -> None:
        if not self._aloud:
            return
        # Here, for who is not spoken to need not wait for it.
        from device.pipeline.regrets import message_of, regret_for
        from device.pipeline.speak import speak
        from device.text.texts import Texts

        regret = regret_for(error)
        if regret is None or regret == self._last:
            return
        self._last = regret
        language, player = self._wiring.settings.device.language, self._wiring.loudspeaker()
        try:
            if self._voice is None:
                player.play(self._wiring.recorded(regret))
                return
            said = Texts(language).narrated(message_of(regret))
            speak([said], synthesiser=self._voice, player=player, clock=self._wiring.clock)
        except (MissingDeviceError, MissingModelError) as trouble:
            _log.warning("%s", trouble)
