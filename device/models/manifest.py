"""The manifest: every model with its source, its hash, its licence and its card."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from device.models.folder import shipped_folder

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """A package of the Python registry in which models lie: its name, version, and the wheel's name, hash and size."""

    name: str
    version: str
    wheel: str
    sha256: str
    size_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A model file.

    Attributes:
        name: What the code calls it.
        file: Its name on disk.
        purpose: What it is for.
        sha256: Of the file.
        size_bytes: Of the file.
        licence: SPDX identifier.
        card: What it can and cannot do, a file beside the manifest.
        package: Where it is fetched from; None where it is shipped.
        member: Its path inside the package's wheel.
    """

    name: str
    file: str
    purpose: str
    sha256: str
    size_bytes: int
    licence: str
    card: str
    package: Package | None = None
    member: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """All models and packages by name, and the folder of the models that are shipped."""

    models: Mapping[str, Model]
    packages: Mapping[str, Package]
    shipped: Path


def load_manifest() -> Manifest:
    """The manifest that comes with this voxframe."""
    folder = shipped_folder()
    content = tomllib.loads((folder / "manifest.toml").read_text(encoding="utf-8"))
    packages = {name: Package(name=name, **values) for name, values in content["package"].items()}
    models = {}
    for name, values in content["model"].items():
        package = packages[values.pop("package")] if "package" in values else None
        models[name] = Model(name=name, package=package, **values)
    return Manifest(models=models, packages=packages, shipped=folder)
