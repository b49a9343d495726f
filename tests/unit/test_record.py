"""The JSON of a photo has every field of the contract, whatever was or was not found."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from device.core.errors import BadPhotoError
from device.core.types import Audio, Body, Box, Described, HeadPose, Timings
from device.pipeline.record import record_of, record_of_error
from tests import factories


def test_every_field_is_there_for_a_photo_without_a_face() -> None:
    record = record_of(Described(photo=factories.photo(), scene=factories.scene(), narration=()))
    assert list(record) == ["photo", "faces", "people", "bodies", "scene", "narration", "audio", "timings"]
    assert list(record["photo"]) == ["path", "width", "height", "sha256", "taken_at"]
    assert list(record["scene"]) == ["kind", "objects", "colours", "brightness", "text", "caption"]
    assert list(record["timings"]) == [
        "load_ms",
        "decode_ms",
        "detect_ms",
        "analyse_ms",
        "narrate_ms",
        "first_audio_ms",
        "synthesis_ms",
        "total_ms",
        "cached",
    ]
    assert record["faces"] == []
    assert record["people"] == 0
    assert record["audio"] is None
    assert set(record["timings"].values()) == {None}


def test_a_face_and_a_sentence_have_every_field() -> None:
    claim = factories.claim()
    described = Described(
        photo=factories.photo(taken_at=datetime(2020, 1, 2, 3, 4, 5)),  # noqa: DTZ001 - a camera names no zone
        scene=factories.scene(
            factories.face(
                head=HeadPose(yaw=1.26, pitch=-2, roll=3), eyes="open", mouth="closed", smiling=True, smile=0.98765
            )
        ),
        narration=(factories.utterance(because=(claim,)),),
        audio=Audio(seconds=1.23456, sample_rate=22050, voice="joe"),
        timings=Timings(load_ms=12.345),
    )
    record = record_of(described)
    (face,) = record["faces"]
    assert face == {
        "box": [100, 100, 80, 100],
        "score": 0.95,
        "place": "left",
        "distance": "middle",
        "facing": None,
        "head": {"yaw": 1.3, "pitch": -2, "roll": 3},
        "eyes": "open",
        "mouth": "closed",
        "smiling": True,
        "smile": 0.988,
        "name": None,
    }
    (sentence,) = record["narration"]
    assert sentence == {
        "speaker": "narrator",
        "persona": None,
        "text": "I see one person.",
        "language": "en",
        "mood": "neutral",
        "because": [
            {
                "about": "photo",
                "name": "faces",
                "value": 1,
                "score": 0.9,
                "threshold": 0.5,
                "said": True,
                "why": "seen",
            }
        ],
    }
    assert record["audio"] == {"seconds": 1.235, "sample_rate": 22050, "voice": "joe"}
    assert record["photo"]["taken_at"] == "2020-01-02T03:04:05"
    assert record["timings"]["load_ms"] == 12.3


def test_a_photo_that_cannot_be_read_has_its_path_code_and_message_and_no_more() -> None:
    record = record_of_error(Path("x.jpg"), BadPhotoError("broken", "x.jpg is cut short; copy it again"))
    assert record == {
        "photo": {"path": "x.jpg"},
        "error": {"code": "broken", "message": "x.jpg is cut short; copy it again"},
    }


def test_a_file_name_that_is_no_text_is_still_json() -> None:
    record = record_of_error(Path("caf\udce9.jpg"), BadPhotoError("missing", "x"))
    assert json.loads(json.dumps(record)) == record


def test_a_person_without_a_face_is_a_body_and_one_of_the_people() -> None:
    body = Body(box=Box(x=10.04, y=20, width=100, height=300), score=0.9)
    scene = replace(factories.scene(factories.face()), bodies=(body,))
    record = record_of(Described(photo=factories.photo(), scene=scene, narration=()))
    assert record["people"] == 2
    assert record["bodies"] == [{"box": [10, 20, 100, 300], "orientation": None, "arms": None}]
