"""Values for tests, each with everything set that a test does not care for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from device.core.types import Box, Claim, Face, Photo, Scene, Utterance


def photo(path: Path = Path("photo.jpg"), **changes: Any) -> Photo:
    values: dict[str, Any] = {
        "path": path,
        "format": "jpeg",
        "width": 640,
        "height": 480,
        "orientation": 1,
        "size_bytes": 1000,
        "sha256": "0" * 64,
        "taken_at": None,
    }
    return Photo(**values | changes)


def claim(about: str = "photo", name: str = "faces", value: str | int = 1, **changes: Any) -> Claim:
    values: dict[str, Any] = {"score": 0.9, "threshold": 0.5, "said": True, "why": "seen"}
    return Claim(about=about, name=name, value=value, **values | changes)


def face(**changes: Any) -> Face:
    values: dict[str, Any] = {
        "box": Box(x=100, y=100, width=80, height=100),
        "score": 0.95,
        "place": "left",
        "distance": "middle",
    }
    return Face(**values | changes)


def scene(*faces: Face, claims: tuple[Claim, ...] = ()) -> Scene:
    return Scene(faces=faces, claims=claims)


def utterance(text: str = "I see one person.", **changes: Any) -> Utterance:
    values: dict[str, Any] = {"speaker": "narrator", "language": "en", "because": ()}
    return Utterance(text=text, **values | changes)
