"""One small tree of errors; each message says what happened, where, and what to do, in one line."""

from __future__ import annotations

from typing import ClassVar, Literal, TypeAlias

BadPhotoCode: TypeAlias = Literal["missing", "empty", "unsupported", "broken", "too_large", "refused"]


class VoxframeError(Exception):
    """Anything a person can mend; `exit_status` is what the command line ends with."""

    exit_status: ClassVar[int] = 1


class UsageError(VoxframeError):
    """The command or the configuration asks for something that cannot be."""

    exit_status = 2


class MistakesError(UsageError):
    """Several mistakes in one file: the only errors of more than one line, for each mistake has its own."""


class BadPhotoError(VoxframeError):
    """A photo that cannot be read; `code` says which kind of trouble it is.

    missing: there is no such file, or it cannot be opened; empty: no bytes; unsupported: not a photo format that
    voxframe reads; broken: damaged or cut short; too_large: over the limits of pixels or bytes; refused: whole, but
    of a shape that is no photo.
    """

    exit_status = 3

    def __init__(self, code: BadPhotoCode, message: str) -> None:
        super().__init__(message)
        self.code: BadPhotoCode = code


class MissingModelError(VoxframeError):
    """A model is absent or damaged; the message names the command that fetches it."""

    exit_status = 4


class MissingDeviceError(VoxframeError):
    """A sound card, camera or broker is not there."""

    exit_status = 4


class UnableError(VoxframeError):
    """This device cannot do what is asked, or not in good time; the message names what it can do."""

    exit_status = 4


class FetchError(VoxframeError):
    """A model could not be fetched; what was there before is whole."""

    exit_status = 4


class StoreError(VoxframeError):
    """The state folder failed: nothing of what was to be stored is there, and trying again later may work."""


class StoreFullError(StoreError):
    """There is no room left for it."""


class RefusedError(VoxframeError):
    """A photo is not taken in; `later` says whether it may be brought again."""

    later: ClassVar[bool] = False


class QueueFullError(RefusedError):
    """As many photos wait as may."""

    later = True


class AlreadyHereError(RefusedError):
    """The same photo was taken in before; `job` is the number of its job."""

    def __init__(self, job: int) -> None:
        super().__init__(f"this photo is here already, as job {job}")
        self.job = job


class BusLostError(VoxframeError):
    """There is no connection to the broker, or it has ended."""


class BusRefusedError(VoxframeError):
    """The broker does not take this message, now or later."""
