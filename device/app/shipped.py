"""What comes with the package beside its code."""

from __future__ import annotations

from pathlib import Path

PHOTOS = Path(__file__).parent / "photos"
"""The photos of the demo, in the public domain; their credits lie beside the folder."""
