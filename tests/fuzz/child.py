"""A process that looks at files and says of each what came of it: it may die of one, unlike whoever asks.

A path comes in as a line, an answer goes out as a line of JSON. usage: python -W error -m tests.fuzz.child
"""

from __future__ import annotations

import faulthandler
import json
import os
import re
import sys
import time
import traceback
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from device.core.errors import BadPhotoError

if TYPE_CHECKING:
    from collections.abc import Callable

    from device.pipeline.describe import Describer

    Look = Callable[[Path, bool], str]
    """From a photo, and whether it is to be described too, to a word for what was made of it."""

MEGAPIXELS = 4.0
FOREIGN = "other error"
BYTES_PER_KILOBYTE = 1024


def serve(look: Look) -> None:
    """Answer until there is nothing more to read."""
    faulthandler.enable()
    # What a library prints must not get between the answers.
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    answers.write("ready\n")
    for line in sys.stdin:
        asked = json.loads(line)
        answers.write(json.dumps(_answer(look, Path(asked["path"]), bool(asked["describe"]))) + "\n")


def _answer(look: Look, path: Path, describe: bool) -> dict[str, Any]:  # noqa: FBT001 - as it was asked
    before = path.read_bytes()
    with suppress(OSError):  # not every kernel has it: then the peak is that of all files so far
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    start, trouble = time.perf_counter(), ""
    try:
        outcome = look(path, describe)
    except BadPhotoError as error:
        outcome = f"refused: {error.code}"
        if "\n" in str(error) or not str(error).startswith(f"{path} "):
            trouble = f"the refusal is not one line about the file: {error!r}"
    except Exception:  # noqa: BLE001 - this is what is looked for
        outcome, trouble = FOREIGN, traceback.format_exc()
    seconds = time.perf_counter() - start
    if path.read_bytes() != before:
        trouble += "the photo itself was changed"
    return {
        "outcome": outcome,
        "trouble": trouble,
        "seconds": seconds,
        "peak_bytes": _peak_bytes(),
        "open_files": sum(1 for _ in Path("/proc/self/fd").iterdir()),
    }


def _peak_bytes() -> int:
    peak = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text(encoding="ascii"))
    return int(peak.group(1)) * BYTES_PER_KILOBYTE if peak else 0


def _real() -> Look:
    """The describer of the command line, and its decoder, with a smaller limit of pixels so that a run stays short."""
    from device.app.settings import LimitSettings, Settings  # noqa: PLC0415 - a planted look needs none of it
    from device.app.wiring import Wiring  # noqa: PLC0415
    from device.pipeline.record import record_of  # noqa: PLC0415

    settings = replace(Settings(), limits=LimitSettings(megapixels=MEGAPIXELS))
    describer: Describer = Wiring(settings).describer()

    def look(path: Path, describe: bool) -> str:  # noqa: FBT001 - as it was asked
        # At its full size first: a reduced picture of a JPEG or a WebP takes another way through its decoder.
        decoder = describer.decoder
        photo = decoder.inspect(path)
        full = decoder.pixels(photo).rgb
        if full.shape != (photo.height, photo.width, 3):
            raise AssertionError(f"the header said {photo.width} x {photo.height}, the picture is {full.shape}")
        decoder.let_go()
        decoder.pixels(decoder.inspect(path), long_side=32)
        decoder.let_go()
        if not describe:
            return "decoded"
        json.dumps(record_of(describer.describe(path, speaking="narrator")))
        return "described"

    return look


if __name__ == "__main__":
    serve(_real())
