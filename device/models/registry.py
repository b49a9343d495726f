"""Models by name: where each lies, and whether it is whole."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

from device.core.errors import MissingModelError
from device.models.hashing import is_right

if TYPE_CHECKING:
    from device.models.manifest import Manifest, Model

State: TypeAlias = Literal["present", "missing", "damaged"]

FETCH = "voxframe models fetch"
"""The command that mends what is missing or damaged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiceFiles:
    """A Piper voice on disk."""

    name: str
    model: Path
    config: Path


class Registry:
    """The models of this machine: shipped ones beside the manifest, fetched ones in `folder`."""

    def __init__(self, *, manifest: Manifest, folder: Path) -> None:
        self.manifest = manifest
        self.folder = folder

    def place_of(self, model: Model) -> Path:
        """Where the file of a model is, or belongs."""
        return (self.folder if model.package else self.manifest.shipped) / model.file

    def state_of(self, model: Model, *, anew: bool = False) -> State:
        """Whether the file is there and right; `anew` hashes it even where it was hashed before."""
        path = self.place_of(model)
        if not path.is_file():
            return "missing"
        return "present" if is_right(path, model, anew=anew) else "damaged"

    def path(self, name: str) -> Path:
        """The file of a model, checked.

        Raises:
            MissingModelError: It is absent or damaged; the message names the command that fetches it.
        """
        model = self.manifest.models[name]
        path, state = self.place_of(model), self.state_of(model)
        if state == "present":
            return path
        if not model.package:
            raise MissingModelError(f"{path} is {state}, though it comes with voxframe; install voxframe again")
        trouble = "is missing" if state == "missing" else "is damaged"
        raise MissingModelError(f"{path} {trouble} ({model.purpose}); fetch it with: {FETCH}")

    def pitch_direction(self, voice: str) -> Path | None:
        """The file of what raises the pitch of a voice: shipped, or put beside the voice; None where there is none."""
        places = (folder / f"{voice}.pitch.npy" for folder in (self.folder, self.manifest.shipped))
        return next((place for place in places if place.is_file()), None)

    def voice(self, name: str) -> VoiceFiles:
        """A voice by its name, or by the path of its .onnx file.

        Raises:
            MissingModelError: It is absent or damaged.
        """
        if "/" in name or name.endswith(".onnx"):
            model = Path(name).expanduser()
            config = model.with_name(f"{model.name}.json")
            for file in (model, config):
                if not file.is_file():
                    raise MissingModelError(f"the voice {name} needs {file}, which is missing; name another voice")
            return VoiceFiles(name=model.stem, model=model, config=config)
        if name in self.manifest.models and f"{name}.json" in self.manifest.models:
            return VoiceFiles(name=name, model=self.path(name), config=self.path(f"{name}.json"))
        files = VoiceFiles(name=name, model=self.folder / f"{name}.onnx", config=self.folder / f"{name}.onnx.json")
        if not (files.model.is_file() and files.config.is_file()):
            raise MissingModelError(f"the voice {name} is missing in {self.folder}; fetch it with: {FETCH} {name}")
        return files
