"""Where the real models are."""

from __future__ import annotations

import os
import time
from functools import cache

import pytest

from device.core.errors import MissingModelError
from device.models.folder import models_folder
from device.models.manifest import load_manifest
from device.models.registry import Registry, VoiceFiles
from device.voice.hibari import HibariEngine
from device.voice.load import PiperFiles
from device.voice.personas import Personas
from device.voice.phonemes import PiperPhonemes
from device.voice.piper import WholePiperEngine
from device.voice.resting import RestingEngine
from device.voice.schedule import Schedule
from device.voice.synthesiser import EngineSynthesiser
from device.voice.traits import Traits


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


def piper_files() -> PiperFiles:
    """The default voice with all that belongs to it."""
    files = voice()
    return PiperFiles.of(files.model, files.config, direction=registry().pitch_direction(files.name))


def whole_piper() -> WholePiperEngine:
    """The default voice as a processor has it for which it was not prepared."""
    files = piper_files()
    traits = Traits.of(files.settings, noise=False)
    return WholePiperEngine(name="whole", traits=traits, phonemes=PiperPhonemes(files.settings), model=files.model)


def synthesiser(*, noise: bool = False) -> EngineSynthesiser:
    """The default voice as it is wired, without a cache; without noise it says the same each time."""
    files = piper_files()
    schedule = Schedule(monotonic=time.perf_counter)
    return EngineSynthesiser(
        engine=RestingEngine(lambda: files.load(schedule=schedule, noise=noise), idle_seconds=0),
        personas=Personas.load(),
        schedule=schedule,
    )


def hibari_synthesiser() -> EngineSynthesiser:
    """The voice of hibari, without a cache.

    Raises:
        MissingModelError: It is not installed.
    """
    return EngineSynthesiser(
        engine=RestingEngine(HibariEngine, idle_seconds=0),
        personas=Personas.load(),
        schedule=Schedule(monotonic=time.perf_counter),
    )
