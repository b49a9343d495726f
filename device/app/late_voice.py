"""A voice that may be missing at the start, and come later: a device without one describes photos all the same."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

from device.core.errors import MissingModelError

if TYPE_CHECKING:
    from collections.abc import Callable

    from device.core.ports import Synthesiser
    from device.core.types import Narration, Speech

_log = logging.getLogger(__name__)


class LateVoice:
    """The voice; where it is missing it is looked for again each time it is needed.

    Args:
        load: Makes it; called at once, so that what is there is loaded before the first photo comes.
    """

    def __init__(self, load: Callable[[], Synthesiser]) -> None:
        self._load = load
        self._lock = threading.Lock()
        self._loaded: Synthesiser | None = None
        try:
            self._there()
        except MissingModelError as error:
            _log.warning("%s; until then nothing is spoken but recorded sentences", error)

    @property
    def voice(self) -> str:
        """The name of the voice."""
        return self._there().voice

    @property
    def sample_rate(self) -> int:
        """Samples a second."""
        return self._there().sample_rate

    def synthesise(self, utterances: Narration) -> Speech:
        """Levelled sound, as it is made."""
        return self._there().synthesise(utterances)

    def _there(self) -> Synthesiser:
        """The voice.

        Raises:
            MissingModelError: It is absent or damaged.
        """
        with self._lock:
            if self._loaded is None:
                self._loaded = self._load()
            return self._loaded
