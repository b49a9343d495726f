"""What can be configured: each section with its keys, their defaults, what is allowed, and what they are for.

This module is the only place where a key is named; reading, checking and printing walk over it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Key:
    """What is said of one key: its purpose, what is allowed in words, and the check behind the words."""

    purpose: str
    allowed: str
    check: Callable[[Any], bool]


def key(default: object, purpose: str, allowed: str, check: Callable[[Any], bool]) -> Any:  # noqa: ANN401 - a field fits any type
    """A dataclass field that carries its `Key`."""
    return field(default=default, metadata={"key": Key(purpose, allowed, check)})


def _text(value: object) -> bool:
    return isinstance(value, str)


def _number(low: float, high: float) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high


def _whole(low: int, high: int) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def _one_of(*choices: str) -> Callable[[Any], bool]:
    return lambda value: value in choices


def _names(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


def _hours(value: object) -> bool:
    return value == "" or (isinstance(value, str) and re.fullmatch(_HOURS, value) is not None)


def _device_name(value: object) -> bool:
    return isinstance(value, str) and value != "all" and re.fullmatch(r"[A-Za-z0-9_-]{1,64}", value) is not None


_HOURS = r"([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d"

PERIODS = ("none", "telephone", "radio", "gramophone")

FILE = "a path, from this file's folder where it is relative; empty for none"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceSettings:
    """Who speaks."""

    name: str = key(
        "voxframe",
        "The name of this device, the second part of its MQTT topics.",
        "1 to 64 letters, digits, - or _; not all",
        _device_name,
    )
    language: str = key("en", "The language of what is said.", "en", _one_of("en"))
    speaking: Literal["narrator", "person"] = key(
        "narrator",
        "Whether a narrator describes the photo, or the people in it speak.",
        "narrator or person",
        _one_of("narrator", "person"),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureSettings:
    """Where photos come from."""

    source: Literal["none", "replay"] = key(
        "none",
        "The camera; replay plays the photos of a folder as one. With --emulate it is always replay.",
        "none or replay",
        _one_of("none", "replay"),
    )
    folder: Path | None = key(
        None, "The folder that replay plays; never changed. Empty: the photos of the demo.", FILE, _text
    )
    interval: float = key(10.0, "Seconds from one photo to the next.", "0 to 86400", _number(0, 86400))


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxSettings:
    """Photos that are brought: by a folder, an upload, or MQTT."""

    folder: Path | None = key(
        None,
        "A folder that is watched; a photo put there is taken out of it, once it is safe. Empty: none.",
        FILE,
        _text,
    )
    burst: Literal["queue", "newest", "drop"] = key(
        "queue",
        "When more photos come than can be spoken. queue: oldest first, and new ones wait outside; newest: newest "
        "first, and the oldest is dropped and counted; drop: oldest first, and the oldest is dropped and counted.",
        "queue, newest or drop",
        _one_of("queue", "newest", "drop"),
    )
    most: int = key(100, "How many photos may wait inside.", "1 to 100000", _whole(1, 100_000))
    same_hours: float = key(
        24.0,
        "For how long a photo with the same bytes is the same photo, and is not described again. 0: always anew.",
        "0 to 8760",
        _number(0, 8760),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class WebSettings:
    """Uploads and status over HTTP."""

    host: str = key(
        "127.0.0.1", "The address to listen at; another than this machine's own needs a token.", "text", _text
    )
    port: int = key(8099, "The port; 0 for none.", "0 to 65535", _whole(0, 65535))
    token_file: Path | None = key(
        None,
        "A file that holds nothing but the token that each request has to bring (Authorization: Bearer).",
        FILE,
        _text,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class MqttSettings:
    """The broker that is told the status; none where host is empty."""

    host: str = key("", "Name or address of the broker; empty for none.", "text", _text)
    port: int = key(1883, "Its port; 8883 is usual with TLS.", "1 to 65535", _whole(1, 65535))
    username: str = key("", "The user there; empty for none.", "text", _text)
    password_file: Path | None = key(None, "A file that holds nothing but the password.", FILE, _text)
    ca_file: Path | None = key(None, "The certificate authority that signed the broker; turns TLS on.", FILE, _text)
    cert_file: Path | None = key(None, "The certificate of this device, for brokers that ask for one.", FILE, _text)
    key_file: Path | None = key(None, "The key of that certificate.", FILE, _text)


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiceSettings:
    """The voice."""

    engine: Literal["auto", "piper", "espeak", "hibari", "pico"] = key(
        "auto",
        "Who speaks. auto: the Piper voice where it speaks the language, else Pico where it is there, else espeak-ng.",
        "auto, piper, espeak, hibari or pico",
        _one_of("auto", "piper", "espeak", "hibari", "pico"),
    )
    name: str = key(
        "en_US-joe-medium",
        "The name of a Piper voice, or the path of its .onnx file with its .onnx.json beside it.",
        "a name or a path",
        lambda value: isinstance(value, str) and bool(value.strip()),
    )
    personas: Path | None = key(
        None, "A file of personas and moods, beside those that come with voxframe or in place of them.", FILE, _text
    )
    cast: tuple[str, ...] = key(
        (),
        "The personas of the people in a photo, from left to right; empty: by their place and the photo itself.",
        "a list of names of personas",
        _names,
    )
    period: Literal["none", "telephone", "radio", "gramophone"] = key(
        "none",
        "Makes the voice sound of another time, for old photos: a narrow band, wear and noise.",
        "none, telephone, radio or gramophone",
        _one_of(*PERIODS),
    )
    idle_seconds: float = key(
        300.0,
        "How long the voice stays in memory after it spoke; it is loaded again in a moment. 0: for ever.",
        "0 to 86400",
        _number(0, 86400),
    )
    cache_megabytes: float = key(
        16.0, "Room on disk for phrases that were spoken before; 0 keeps none.", "0 to 1000", _number(0, 1000)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioSettings:
    """The loudspeaker and the headphones."""

    device: str = key(
        "default",
        "The ALSA device, by name (see `aplay -L`): a number may mean another card after a restart. `pulse:NAME` is a "
        "sink of PulseAudio or PipeWire, `pulse:` the one that it chooses; `aplay:NAME` goes through aplay.",
        "a name",
        lambda value: isinstance(value, str) and bool(value.strip()),
    )
    headphones: str = key(
        "",
        "The device of the headphones, named as above, but for `pulse:` without a name; empty for none.",
        "a name, or empty",
        _text,
    )
    to: Literal["auto", "room", "headphones", "both"] = key(
        "auto",
        "Where it is heard: in the room (`device`), by the headphones alone, or by both. auto: by the headphones alone "
        "where they are named, else in the room.",
        "auto, room, headphones or both; the last two where headphones are named",
        _one_of("auto", "room", "headphones", "both"),
    )
    absent: Literal["wait", "drop"] = key(
        "wait",
        "What a speech does while the sound device is not there: wait for it, or be set aside and told as failed.",
        "wait or drop",
        _one_of("wait", "drop"),
    )
    volume: int = key(100, "Loudness in percent, until a person makes it louder or softer.", "0 to 100", _whole(0, 100))
    chime: Literal["off", "soft", "bell"] = key(
        "off",
        "A short sound before a description that nobody pressed the button for, so that nobody is startled.",
        "off, soft or bell",
        _one_of("off", "soft", "bell"),
    )
    notice: Literal["off", "spoken", "chime"] = key(
        "off",
        "Tells the room that the voice is a machine's, before a description and at most every 15 minutes: in words, or "
        "by a sound of its own (three notes that go down) where its meaning is written beside the device.",
        "off, spoken or chime",
        _one_of("off", "spoken", "chime"),
    )
    quiet_hours: str = key(
        "",
        "When nothing is spoken; photos are described and told to the house all the same. Empty: never quiet.",
        'two times such as "22:00-07:00", or empty',
        _hours,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreSettings:
    """What is kept."""

    retention: Literal["delete", "keep"] = key(
        "delete",
        "What becomes of a photo in the state folder once it was described.",
        "delete or keep",
        _one_of("delete", "keep"),
    )
    reserve_megabytes: float = key(
        50.0,
        "Room on the disk, in millions of bytes, that no photo takes: below it none is taken in until there is more.",
        "0 to 100000",
        _number(0, 100_000),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class VisionSettings:
    """The eyes."""

    threads: int = key(
        0,
        "Processor threads for the networks that look. 0: as `voxframe doctor --tune` found best, else 1.",
        "0 to 16",
        _whole(0, 16),
    )
    budget_ms: float = key(
        0.0,
        "Milliseconds that the search for faces in a photo may take; the most thorough plan that fits is chosen (see "
        "`voxframe doctor`). 0: no limit, and the most thorough one.",
        "0 to 600000",
        _number(0, 600_000),
    )
    idle_seconds: float = key(
        300.0,
        "How long the networks stay in memory after the last photo; they are loaded again in a moment.",
        "1 to 86400",
        _number(1, 86400),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitSettings:
    """What is refused before it is decoded."""

    megapixels: float = key(50.0, "The largest photo in millions of pixels.", "0.01 to 200", _number(0.01, 200))
    megabytes: float = key(30.0, "The largest photo in millions of bytes.", "0.01 to 500", _number(0.01, 500))


@dataclass(frozen=True, slots=True, kw_only=True)
class LivingSettings:
    """Faces that move while they speak, on pages and in films that somebody asks for; the daemon makes no film."""

    faces: Literal["people", "paintings", "statues"] = key(
        "people",
        "What is in the photos; nothing here tells one from the other. paintings: teeth are a hint; statues: no teeth, "
        "no blink, and mouths open half as far.",
        "people, paintings or statues",
        _one_of("people", "paintings", "statues"),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The whole configuration."""

    device: DeviceSettings = field(default_factory=DeviceSettings)
    capture: CaptureSettings = field(default_factory=CaptureSettings)
    inbox: InboxSettings = field(default_factory=InboxSettings)
    web: WebSettings = field(default_factory=WebSettings)
    mqtt: MqttSettings = field(default_factory=MqttSettings)
    voice: VoiceSettings = field(default_factory=VoiceSettings)
    audio: AudioSettings = field(default_factory=AudioSettings)
    living: LivingSettings = field(default_factory=LivingSettings)
    store: StoreSettings = field(default_factory=StoreSettings)
    vision: VisionSettings = field(default_factory=VisionSettings)
    limits: LimitSettings = field(default_factory=LimitSettings)
