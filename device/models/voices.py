"""Voices of the official Piper list, by name, where there is a network."""

from __future__ import annotations

import hashlib
import http.client
import json
import os
import shutil
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from device.core.errors import FetchError
from device.models.placing import move, workshop

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from device.models.progress import Progress

OFFICIAL_LIST = "https://huggingface.co/rhasspy/piper-voices/resolve/main"
_TIMEOUT_SECONDS = 30
_CHUNK = 1 << 16


def fetch_voice(name: str, folder: Path, *, progress: Progress, base: str = OFFICIAL_LIST) -> None:
    """Put the voice's two files into `folder`; a download that was cut goes on where it ended, also another day.

    Raises:
        FetchError: No network, no such voice, a wrong hash, or a full disk.
    """
    entries = _entries(name, base)
    with workshop(folder):
        # The settings first: a voice is there once its model is.
        for path, entry in sorted(entries.items(), key=lambda each: not each[0].endswith(".json")):
            # Some names are not ASCII: pt_PT-tugão-medium.
            _fetch(f"{base}/{quote(path)}", folder / path.rsplit("/", 1)[-1], entry, progress)


def take_voice(name: str, folder: Path, *, source: Path) -> None:
    """Put the voice's two files into `folder` from a stick; the list, and with it their hashes, is not at hand there.

    Raises:
        FetchError: They are not in `source`, or cannot be read or written.
    """
    with workshop(folder) as bench:
        # The settings first: a voice is there once its model is.
        for file in (f"{name}.onnx.json", f"{name}.onnx"):
            found = next(source.rglob(file), None)
            if found is None:
                raise FetchError(f"{file} is not in {source}; put it there, on a machine with a network")
            shutil.copyfile(found, bench / file)
            with (bench / file).open("rb") as part:
                os.fsync(part.fileno())
            move(bench / file, folder / file)


def _entries(name: str, base: str) -> dict[str, dict[str, Any]]:
    """What the list says of the voice's two files, by their paths."""
    content = _read(f"{base}/voices.json", f"the list of voices cannot be read from {base}")
    # A network that wants a login first answers with a page of its own.
    strange = f"{base}/voices.json is no list of voices; see whether this network asks for a login"
    try:
        voices = json.loads(content)
    except ValueError as error:
        raise FetchError(strange) from error
    if not isinstance(voices, dict):
        raise FetchError(strange)
    if name not in voices:
        near = ", ".join(sorted(each for each in voices if each[:2] == name[:2])[:5])
        hint = f"; there are, for example: {near}" if near else ""
        raise FetchError(f"there is no voice {name} in the official list{hint}")
    try:
        return {
            path: {"size_bytes": int(entry["size_bytes"]), "md5_digest": str(entry["md5_digest"])}
            for path, entry in voices[name]["files"].items()
            if path.endswith((".onnx", ".onnx.json"))
        }
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise FetchError(strange) from error


def _fetch(address: str, file: Path, entry: dict[str, Any], progress: Progress) -> None:
    if file.is_file() and _md5(file) == entry["md5_digest"]:
        return
    part = file.with_name(f".{file.name}.part")
    progress.start(file.name, entry["size_bytes"])
    try:
        _resume(address, part, entry["size_bytes"], progress)
    finally:
        progress.end()
    if _md5(part) != entry["md5_digest"]:
        part.unlink()
        raise FetchError(f"{file.name} has a wrong hash and was thrown away; try again")
    move(part, file)


def _resume(address: str, part: Path, size: int, progress: Progress) -> None:
    there = part.stat().st_size if part.is_file() else 0
    if there >= size:
        return
    request = urllib.request.Request(address, headers={"Range": f"bytes={there}-"})  # noqa: S310 - see `_read`
    try:
        with urllib.request.urlopen(request, timeout=_TIMEOUT_SECONDS) as answer:  # noqa: S310
            goes_on = answer.status == http.client.PARTIAL_CONTENT
            with part.open("ab" if goes_on else "wb") as file:
                for chunk in _chunks(answer, part):
                    file.write(chunk)
                    progress.reached(file.tell())
                file.flush()
                os.fsync(file.fileno())
    except (urllib.error.URLError, http.client.HTTPException, TimeoutError, ConnectionError) as error:
        raise _cut_off(part, error) from error
    if part.stat().st_size < size:
        raise _cut_off(part, "the other side closed it")


def _chunks(answer: http.client.HTTPResponse, part: Path) -> Iterator[bytes]:
    """What the network gives; its troubles are told apart from those of the disk, which are the same class."""
    try:
        while chunk := answer.read(_CHUNK):
            yield chunk
    except (OSError, http.client.HTTPException) as error:
        raise _cut_off(part, error) from error


def _cut_off(part: Path, why: object) -> FetchError:
    return FetchError(f"{part.name[1:-5]} was cut off ({why}); the same command goes on from there")


def _read(address: str, trouble: str) -> bytes:
    # The address begins with the constant above, or with what a test serves on this machine.
    try:
        with urllib.request.urlopen(address, timeout=_TIMEOUT_SECONDS) as answer:  # noqa: S310
            content: bytes = answer.read()
            return content
    except (OSError, http.client.HTTPException) as error:
        raise FetchError(f"{trouble}: no network, or it cannot be reached") from error


def _md5(file: Path) -> str:
    with file.open("rb") as content:
        # What the list gives; it guards against damage, not against an attacker (the connection does).
        return hashlib.file_digest(content, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
