"""A page with every persona in every mood: `python -m scripts.pages.voices FILE`.

The sound is made by the command that anybody uses, and lies in the page itself.
"""

from __future__ import annotations

import argparse
import base64
import subprocess
import tempfile
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from device.report.document import style_sheet
from device.voice.personas import Personas

if TYPE_CHECKING:
    from collections.abc import Mapping

SENTENCE = "I am a voice that a computer made, and this is how I sound."

SYNTHETIC = "Synthetic speech, made by voxframe from the Piper voice en_US-joe-medium (CC0)"
"""In each clip too, for whoever finds it elsewhere."""

KILOBITS = 40
"""A second of sound takes so many; 22.05 kHz, one channel."""

# Nothing but what is in the file itself: no address of another place is ever asked.
_POLICY = "default-src 'none'; img-src data:; media-src data:; style-src 'unsafe-inline'"


def told(numbers: Mapping[str, float]) -> str:
    """The numbers of a persona or a mood, as they stand in manners.toml."""
    each = ", ".join(f"{key.replace('_', ' ')}\u00a0{value:g}" for key, value in numbers.items())
    return each.replace("-", "\u2212") or "the voice as it is"


def clip(persona: str, mood: str) -> bytes:
    """One persona in one mood, as MP3, which every browser plays."""
    with tempfile.TemporaryDirectory() as folder:
        wav, mp3 = Path(folder) / "said.wav", Path(folder) / "said.mp3"
        wanted = ["--persona", persona, "--mood", mood, "--wav", str(wav)]
        subprocess.run(["voxframe", "say", SENTENCE, *wanted], check=True)
        tags = ["--id3v2-only", "--tt", f"{persona}, {mood}", "--ta", "voxframe", "--tc", SYNTHETIC]
        small = ["-m", "m", "-b", str(KILOBITS), "-q", "0", "--resample", "22.05"]
        subprocess.run(["lame", "--quiet", *small, *tags, str(wav), str(mp3)], check=True)
        return mp3.read_bytes()


def page(personas: Personas) -> str:
    """The page as HTML."""
    style = style_sheet("base") + style_sheet("page")
    style += Path(__file__).with_suffix(".css").read_text(encoding="utf-8")
    sections = "\n".join(_section(name, personas) for name in personas.names)
    moods = "\n".join(
        f"<dt>{escape(mood)}</dt><dd>{escape(told(numbers) if numbers else 'nothing is changed')}</dd>"
        for mood, numbers in personas.moods_by_name.items()
    )
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<title>The voices of voxframe</title>
<link rel="icon" href="data:,">
<style>
{style}</style>
</head>
<body>
<header>
<h1>The voices of voxframe</h1>
<p><strong>All of this is synthetic speech.</strong> No person said it: a computer made each clip with one trained
voice, Piper's en_US-joe-medium (CC0). A persona is a row of numbers on that voice, and so is a mood; no persona is
meant to be anybody, of any age or sex. Each says the same sentence:</p>
<blockquote>{escape(SENTENCE)}</blockquote>
<p class="small">The numbers are those of <code>device/voice/manners.toml</code>; what was measured stands in
<code>docs/voices.md</code>. Made by <code>scripts/voices-page</code>.</p>
</header>
<main>
{sections}
<section aria-labelledby="moods">
<h2 id="moods">The moods</h2>
<p class="small">On top of any persona. Tempo, vowel, comma and pause multiply, the rest is added.</p>
<dl>
{moods}
</dl>
</section>
</main>
</body>
</html>
"""


def _section(name: str, personas: Personas) -> str:
    clips = "\n".join(_figure(name, mood) for mood in personas.moods)
    return f"""<section class="{escape(name)}" aria-labelledby="{escape(name)}">
<h2 id="{escape(name)}"><span class="dot" aria-hidden="true"></span>{escape(name)}</h2>
<p class="small">{escape(told(personas.personas[name]))}</p>
<div class="clips">
{clips}
</div>
</section>"""


def _figure(name: str, mood: str) -> str:
    sound = base64.b64encode(clip(name, mood)).decode("ascii")
    label = escape(f"{name}, {mood}: synthetic speech")
    return f"""<figure>
<figcaption>{escape(mood)}</figcaption>
<audio controls preload="metadata" aria-label="{label}" src="data:audio/mpeg;base64,{sound}"></audio>
</figure>"""


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Make the page with every persona in every mood.")
    parser.add_argument("file", type=Path)
    made = parser.parse_args().file
    made.write_text(page(Personas.load()), encoding="utf-8")
    print(f"{made}: {made.stat().st_size / 1000:.0f} kB")
