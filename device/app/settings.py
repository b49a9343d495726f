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


def _device_name(value: object) -> bool:
    return isinstance(value, str) and value != "all" and re.fullmatch(r"[A-Za-z0-9_-]{1,64}", value) is not None


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
    """The loudspeaker."""

    device: str = key(
        "default",
        "The ALSA device, by name (see `aplay -L`): a number may mean another card after a restart.",
        "a name",
        lambda value: isinstance(value, str) and bool(value.strip()),
    )
    volume: int = key(100, "Loudness in percent.", "0 to 100", _whole(0, 100))


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreSettings:
    """What is kept."""

    retention: Literal["delete", "keep"] = key(
        "delete",
        "What becomes of a photo in the state folder once it was described.",
        "delete or keep",
        _one_of("delete", "keep"),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class VisionSettings:
    """The eyes."""

    threads: int = key(1, "Processor threads for the networks that look.", "1 to 16", _whole(1, 16))


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitSettings:
    """What is refused before it is decoded."""

    megapixels: float = key(50.0, "The largest photo in millions of pixels.", "0.01 to 200", _number(0.01, 200))
    megabytes: float = key(30.0, "The largest photo in millions of bytes.", "0.01 to 500", _number(0.01, 500))


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The whole configuration."""

    device: DeviceSettings = field(default_factory=DeviceSettings)
    capture: CaptureSettings = field(default_factory=CaptureSettings)
    mqtt: MqttSettings = field(default_factory=MqttSettings)
    voice: VoiceSettings = field(default_factory=VoiceSettings)
    audio: AudioSettings = field(default_factory=AudioSettings)
    store: StoreSettings = field(default_factory=StoreSettings)
    vision: VisionSettings = field(default_factory=VisionSettings)
    limits: LimitSettings = field(default_factory=LimitSettings)
