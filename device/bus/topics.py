"""The topics of a device: `voxframe/<device>/...`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Topics:
    """The topics of the device with this name."""

    device: str

    @property
    def availability(self) -> str:
        """Retained: online, or offline (also as the last will)."""
        return self._of("availability")

    @property
    def state(self) -> str:
        """Retained: what the device is doing."""
        return self._of("state")

    @property
    def last(self) -> str:
        """Retained: what was made of the last photo."""
        return self._of("last")

    @property
    def event(self) -> str:
        """Not retained: what happened."""
        return self._of("event")

    @property
    def photo_set(self) -> str:
        """Comes in: the bytes of an image."""
        return self._of("photo/set")

    @property
    def command_set(self) -> str:
        """Comes in: JSON with an `action`."""
        return self._of("command/set")

    def _of(self, name: str) -> str:
        return f"voxframe/{self.device}/{name}"
