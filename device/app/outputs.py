"""Where the files of `--wav`, `--vtt`, `--film` and `--annotate` go: one for one photo, a folder with one for each."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager, suppress
from errno import ENOSPC
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING

from device.core.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def output_paths(option: str, target: str, photos: Sequence[Path], suffix: str) -> list[Path]:
    """One path for each photo.

    `target` is a folder where it exists as one, ends with a slash or has no suffix; it is made where it is missing.
    Photos of one name get a number, so that none overwrites another's file.

    Raises:
        UsageError: A file is named for several photos, it is a photo, or its folder is missing or cannot be made; or
            nothing is named, or what the system refuses to look for.
    """
    try:
        paths = _paths(option, target, photos, suffix)
        for path in paths:
            if path.exists() and any(is_there(photo) and path.samefile(photo) for photo in photos):
                raise UsageError(f"{option} {target} would overwrite the photo itself, {path}; name another place")
    except OSError as error:
        raise UsageError(f"{option} {target}: {error.filename}: {error.strerror}; name another place") from error
    return paths


def is_there(path: Path) -> bool:
    """Whether there is such a file; a name that the system refuses is none, which `Path.exists` raises for."""
    try:
        return path.exists()
    except OSError:
        return False


def _paths(option: str, target: str, photos: Sequence[Path], suffix: str) -> list[Path]:
    if not target:
        raise UsageError(f"{option} names nothing; name a file or a folder")
    path = Path(target)
    if not (path.is_dir() or target.endswith("/") or not path.suffix):
        if len(photos) > 1:
            raise UsageError(f"{option} {target} names one file for {len(photos)} photos; name a folder instead")
        if not path.parent.is_dir():
            raise UsageError(f"{option} {target}: there is no folder {path.parent}; make it first")
        return [path]
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{option} {target}: the folder cannot be made ({error.strerror})") from error
    return [path / name for name in _names(photos, suffix)]


def _names(photos: Sequence[Path], suffix: str) -> list[str]:
    seen: Counter[str] = Counter()
    names: list[str] = []
    for photo in photos:
        seen[photo.stem] += 1
        name = f"{photo.stem}-{seen[photo.stem]}" if seen[photo.stem] > 1 else photo.stem
        while f"{name}{suffix}" in names:
            name += "-"
        names.append(f"{name}{suffix}")
    return names


def write_whole(path: Path, data: bytes) -> None:
    """Write the file so that it is there whole or not at all.

    Raises:
        UsageError: It cannot be written.
    """
    with whole(path) as part:
        part.write_bytes(data)


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """A file beside it that takes its place once it is written, and goes if anything fails.

    Raises:
        UsageError: It cannot be written.
    """
    # Its own for whoever writes: two who write the same file at a time would write into one another's.
    part = path.with_name(f".voxframe-{token_hex(8)}.part")
    try:
        yield part
        part.replace(path)
    except OSError as error:
        remedy = "make room, or name another place" if error.errno == ENOSPC else "name another place"
        raise UsageError(f"{path} cannot be written ({error.strerror}); {remedy}") from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
