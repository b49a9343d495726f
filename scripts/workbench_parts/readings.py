"""Let each persona read: `python -m scripts.workbench_parts.readings FOLDER`, in the project's own environment.

It writes NAME-0.wav, NAME-1.wav and so on, by the command that anybody uses.
"""

from __future__ import annotations

import argparse
import subprocess
from pathlib import Path

from device.voice.personas import Personas

SENTENCES = (
    "The ferry leaves at a quarter past nine, if the fog lifts in time.",
    "She kept every letter in a wooden box under the stairs.",
    "Look at the small print behind the glass, it is older than the house.",
    "We planted the apple tree on the day our daughter was born.",
    "Could you tell me which of these roads leads back to the station?",
    "Between the two chairs you can see a basket full of green pears.",
    "My neighbour plays the trumpet, though only when nobody is at home.",
    "The photographer asked everybody to stand still and think of summer.",
    "It took three winters before the bridge was open again.",
    "Whoever took this picture must have been standing on the roof.",
)
"""Long enough to know a voice by."""


def main(folder: Path) -> None:
    """Every sentence by every persona."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in Personas.load().names:
        for number, text in enumerate(SENTENCES):
            file = folder / f"{name}-{number}.wav"
            subprocess.run(["voxframe", "say", text, "--persona", name, "--wav", str(file)], check=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Let each persona read ten sentences.")
    parser.add_argument("folder", type=Path)
    main(parser.parse_args().folder)
