"""Captions of what a command spoke, as a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from device.app.listening import texts_for
from device.app.outputs import write_whole

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from device.app.listening import Listener
    from device.core.types import Utterance


def write_captions(file: Path, heard: Listener, narration: Sequence[Utterance]) -> None:
    """Write what was heard of the narration as WebVTT, in the times of its samples.

    Raises:
        UsageError: The file cannot be written.
    """
    from device.text.captions import webvtt

    is_imagined = any(utterance.speaker != "narrator" for utterance in narration)
    note = texts_for(narration).text("voice-imagined" if is_imagined else "voice-synthetic")
    write_whole(file, webvtt(heard.cues(narration), note=note).encode())
