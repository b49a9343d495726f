"""Where model files lie."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_PACKAGE = Path(__file__).parent
_CHECKOUT = _PACKAGE.parent.parent
SYSTEM_FOLDER = Path("/usr/local/share/voxframe/models")


def shipped_folder() -> Path:
    """What comes with voxframe: the manifest, and the small files made by its recipe."""
    shipped = _PACKAGE / "data"
    return shipped if shipped.is_dir() else _CHECKOUT / "models"


def models_folder(environment: Mapping[str, str]) -> Path:
    """Where fetched models go: `$VOXFRAME_MODELS`, a checkout's `.models`, the user's folder, or the system's.

    The system's is taken where it exists and the user's does not.
    """
    named = environment.get("VOXFRAME_MODELS")
    if named:
        return Path(named)
    if (_CHECKOUT / "pyproject.toml").is_file():
        return _CHECKOUT / ".models"
    users = Path(environment.get("HOME") or "~").expanduser() / ".local/share/voxframe/models"
    return SYSTEM_FOLDER if SYSTEM_FOLDER.is_dir() and not users.is_dir() else users
