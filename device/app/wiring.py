"""The only place that picks implementations: ports on the left, the world on the right.

Each room is imported when it is first asked for, so that a command loads only what it needs.
"""

from __future__ import annotations

import logging
import os
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from device.app.players import wav_name
from device.core.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import ExitStack

    from device.app.settings import Settings
    from device.app.voices import Voices
    from device.core.ports import Bus, Camera, JobStore, PhotoStore, Player, Synthesiser
    from device.core.types import Job
    from device.models.registry import Registry
    from device.pipeline.describe import Describer

_log = logging.getLogger(__name__)

PHOTOS = Path(__file__).parent / "photos"
"""The photos of the demo."""


class SystemClock:
    """The clock of the machine."""

    def monotonic(self) -> float:
        """Seconds since some fixed moment."""
        return time.perf_counter()


class Wiring:
    """Builds the parts that the settings ask for."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.clock = SystemClock()

    def registry(self) -> Registry:
        """The models of this machine."""
        from device.models.folder import models_folder
        from device.models.manifest import load_manifest
        from device.models.registry import Registry

        return Registry(manifest=load_manifest(), folder=models_folder(os.environ))

    def describer(self) -> Describer:
        """Photo to narration.

        Raises:
            MissingModelError: A model is absent or damaged.
        """
        import cv2

        from device.app.once import once
        from device.decode.decoder import Limits, PhotoDecoder
        from device.narration.cast import Cast
        from device.narration.narrator import TemplateNarrator
        from device.pipeline.describe import Describer
        from device.text.texts import Texts
        from device.vision.analyse import MeshAnalyser
        from device.vision.detector import RetinaFaceDetector
        from device.vision.mesh import FaceMesher
        from device.vision.runtime import RUNTIME

        settings = self.settings
        cv2.setNumThreads(settings.vision.threads)
        registry = self.registry()
        precision = "int8" if RUNTIME == "litert" else "float"
        detector = RetinaFaceDetector(
            model=registry.path(f"face-detector-{precision}"), threads=settings.vision.threads
        )
        mesher = FaceMesher(model=registry.path("face-mesh"), threads=settings.vision.threads)
        return Describer(
            clock=self.clock,
            decoder=PhotoDecoder(
                limits=Limits(megapixels=settings.limits.megapixels, megabytes=settings.limits.megabytes)
            ),
            detector=detector,
            analyser=MeshAnalyser(mesher=mesher),
            narrator=TemplateNarrator(
                texts=Texts(settings.device.language),
                cast=Cast(personas=self.voices().personas().names[1:], chosen=tuple(settings.voice.cast)),
            ),
            once=once,
        )

    def voices(self) -> Voices:
        """Who can speak."""
        from device.app.voices import Voices

        return Voices(
            settings=self.settings.voice,
            registry=self.registry(),
            state=state_folder(),
            monotonic=self.clock.monotonic,
        )

    def synthesiser(self, language: str | None = None) -> Synthesiser:
        """The voice, loaded; for the language of the device where none is named.

        Raises:
            MissingModelError: It is absent or damaged.
            UsageError: No voice that is here speaks the language.
        """
        return self.voices().synthesiser(language or self.settings.device.language)

    def player(self, *, wav: Path | None, aloud: bool) -> Player:
        """Where a speech goes: a file, the loudspeaker, or both."""
        from device.playback.tee import TeePlayer
        from device.playback.wav import WavPlayer

        if wav is None:
            return self.loudspeaker()
        file = WavPlayer(wav)
        return TeePlayer(aloud=self.loudspeaker(), file=file) if aloud else file

    def loudspeaker(self) -> Player:
        """The ALSA device of the settings."""
        from device.playback.alsa import AlsaPlayer

        audio = self.settings.audio
        return AlsaPlayer(device=audio.device, volume=audio.volume, monotonic=self.clock.monotonic)

    def player_of_jobs(self, folder: Path | None) -> Callable[[Job], Player]:
        """Who plays a job: a WAV file for each in `folder`, or the loudspeaker for all where it is None."""
        from device.playback.wav import WavPlayer

        if folder is None:
            loudspeaker = self.loudspeaker()
            return lambda _: loudspeaker
        make_folder(folder)
        return lambda job: WavPlayer(folder / wav_name(job))

    def camera(self, *, emulate: bool) -> Camera:
        """Where photos come from.

        Raises:
            UsageError: No source is set.
        """
        from device.intake.replay import ReplayCamera

        capture = self.settings.capture
        if capture.source == "none" and not emulate:
            raise UsageError('there is no source of photos: set [capture] source = "replay", or run with --emulate')
        limit = round(self.settings.limits.megabytes * 1_000_000)
        return ReplayCamera(folder=capture.folder or PHOTOS, limit_bytes=limit)

    def store(self, state: Path, stack: ExitStack) -> Store:
        """Jobs and photos in the state folder, for this process alone until `stack` is left.

        Raises:
            UsageError: The folder cannot be written, or another daemon uses it.
        """
        from device.store.jobs import SqliteJobs
        from device.store.lock import state_lock
        from device.store.photos import PhotoFolder

        make_folder(state)
        stack.enter_context(state_lock(state))
        jobs = stack.enter_context(closing(SqliteJobs(state / "voxframe.db")))
        return Store(jobs=jobs, photos=PhotoFolder(state / "photos"))

    def bus(self, stack: ExitStack, *, emulate: bool) -> Bus:
        """The broker of the settings; where none is set, one of our own in emulation, else the log alone."""
        from device.bus.log import LogBus
        from device.bus.mqtt import Connection, MqttBus

        mqtt = self.settings.mqtt
        if mqtt.host:
            connection = Connection(
                host=mqtt.host,
                port=mqtt.port,
                username=mqtt.username or None,
                password=_secret(mqtt.password_file, "mqtt.password_file"),
                ca_file=_readable(mqtt.ca_file, "mqtt.ca_file"),
                cert_file=_readable(mqtt.cert_file, "mqtt.cert_file"),
                key_file=_readable(mqtt.key_file, "mqtt.key_file"),
            )
        elif emulate:
            from device.bus.broker import OwnBroker

            broker = OwnBroker()
            connection = Connection(host="127.0.0.1", port=broker.start())
            stack.callback(broker.stop)
            _log.info("a broker of our own listens at 127.0.0.1 port %d", connection.port)
        else:
            return LogBus()
        return MqttBus(connection=connection, device=self.settings.device.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """What outlives the process."""

    jobs: JobStore
    photos: PhotoStore


def make_folder(folder: Path) -> None:
    """Make the folder where it is missing.

    Raises:
        UsageError: It cannot be made or written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{folder} cannot be made ({error.strerror}); VOXFRAME_STATE names another folder") from error
    if not os.access(folder, os.W_OK):
        raise UsageError(f"{folder} cannot be written; VOXFRAME_STATE names another folder")


def state_folder() -> Path:
    """Where state lives: `$VOXFRAME_STATE`, else `$STATE_DIRECTORY` (systemd's), else under the home folder."""
    named = os.environ.get("VOXFRAME_STATE") or os.environ.get("STATE_DIRECTORY")
    return Path(named) if named else Path.home() / ".local/state/voxframe"


def _secret(file: Path | None, key: str) -> str | None:
    readable = _readable(file, key)
    return readable.read_text(encoding="utf-8").rstrip("\r\n") if readable else None


def _readable(file: Path | None, key: str) -> Path | None:
    if file is not None and not (file.is_file() and os.access(file, os.R_OK)):
        raise UsageError(f"{key} = {file} cannot be read; name a readable file")
    return file
