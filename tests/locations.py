"""Where the real models are."""

from __future__ import annotations

import os
from functools import cache

import pytest

from device.core.errors import MissingModelError
from device.models.folder import models_folder
from device.models.manifest import load_manifest
from device.models.registry import Registry, VoiceFiles


@cache
def registry() -> Registry:
    """The models of this checkout."""
    return Registry(manifest=load_manifest(), folder=models_folder(os.environ))


def voice() -> VoiceFiles:
    """The default voice; the test is skipped where it was not fetched."""
    try:
        return registry().voice("en_US-joe-medium")
    except MissingModelError as error:
        pytest.skip(str(error))
