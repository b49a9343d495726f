"""What was made of a photo, as the plain JSON values that the command line, the bus and the pages share."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from device.core.types import Utterance

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from device.core.errors import BadPhotoError
    from device.core.types import Audio, Body, Box, Claim, Described, Face, Record, Timings


def record_of(described: Described) -> Record:
    """The JSON object of a described photo; every field is always there, null where it was not looked at."""
    photo = described.photo
    return {
        "photo": {
            "path": str(photo.path),
            "width": photo.width,
            "height": photo.height,
            "sha256": photo.sha256,
            "taken_at": photo.taken_at.isoformat() if photo.taken_at else None,
        },
        "faces": [_face(face) for face in described.scene.faces],
        "people": described.scene.people,
        "bodies": [_body(body) for body in described.scene.bodies],
        "scene": {
            "kind": None,
            "objects": [],
            "colours": [],
            "brightness": None,
            "text": [],
            "caption": None,
        },
        **speech_values(described.narration, described.audio, described.timings),
    }


def speech_values(narration: Sequence[Utterance], audio: Audio | None, timings: Timings) -> dict[str, Any]:
    """What was said, the sound of it, and how long it took: the part of a record that `say` has too."""
    return {
        "narration": [_utterance(utterance) for utterance in narration],
        "audio": _rounded(asdict(audio), 3) if audio else None,
        "timings": _rounded(asdict(timings), 1),
    }


def record_of_error(path: Path, error: BadPhotoError) -> Record:
    """The JSON object of a photo that cannot be read."""
    return {"photo": {"path": str(path)}, "error": {"code": error.code, "message": str(error)}}


def claim_values(claim: Claim) -> Record:
    """A claim as it stands under `because`, and in the pages."""
    return _rounded(asdict(claim), 3)


def public_record(record: Record) -> Record:
    """What of a record may be told to the house: no path, no hash, no name."""
    photo = {key: record["photo"][key] for key in ("width", "height", "taken_at")}
    faces = [{key: value for key, value in face.items() if key != "name"} for face in record["faces"]]
    return {**record, "photo": photo, "faces": faces}


def text_of(record: Record) -> str:
    """All that is said of the photo."""
    return " ".join(utterance["text"] for utterance in record["narration"])


def narration_of(record: Record) -> tuple[Utterance, ...]:
    """The sentences of a record, to be spoken again; what they rest on is not kept with them."""
    return tuple(
        Utterance(
            speaker=utterance["speaker"],
            text=utterance["text"],
            language=utterance["language"],
            because=(),
            persona=utterance["persona"],
            mood=utterance["mood"],
        )
        for utterance in record["narration"]
    )


def _face(face: Face) -> dict[str, Any]:
    return {
        "box": _box(face.box),
        "score": round(face.score, 3),
        "place": face.place,
        "distance": face.distance,
        "facing": face.facing,
        "head": _rounded(asdict(face.head), 1) if face.head else {"yaw": None, "pitch": None, "roll": None},
        "eyes": face.eyes,
        "mouth": face.mouth,
        "smiling": face.smiling,
        "smile": None if face.smile is None else round(face.smile, 3),
        "name": None,
    }


def _body(body: Body) -> dict[str, Any]:
    return {"box": _box(body.box), "orientation": body.orientation, "arms": body.arms}


def _utterance(utterance: Utterance) -> dict[str, Any]:
    return {
        "speaker": utterance.speaker,
        "persona": utterance.persona,
        "text": utterance.text,
        "language": utterance.language,
        "mood": utterance.mood,
        "because": [claim_values(claim) for claim in utterance.because],
    }


def _box(box: Box) -> list[float]:
    return [round(side, 1) for side in (box.x, box.y, box.width, box.height)]


def _rounded(values: dict[str, Any], digits: int) -> dict[str, Any]:
    return {key: round(value, digits) if isinstance(value, float) else value for key, value in values.items()}
