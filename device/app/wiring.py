"""The only place that picks implementations: ports on the left, the world on the right.

Each room is imported when it is first asked for, so that a command loads only what it needs.
"""

from __future__ import annotations

import logging
import os
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from device.app.machine import SystemClock
from device.app.shipped import PHOTOS
from device.core.errors import UsageError

if TYPE_CHECKING:
    from contextlib import ExitStack

    from device.app.looking import Looking
    from device.app.players import Loudspeaker, WavFiles
    from device.app.settings import Settings
    from device.app.staging import Stager
    from device.app.voices import Voice, Voices
    from device.core.ports import Bus, Camera, Decoder, Player
    from device.core.types import Regret, Speech
    from device.models.registry import Registry
    from device.pipeline.describe import Describer
    from device.store.database import Database

_log = logging.getLogger(__name__)

DATABASE = "voxframe.db"
"""Its name in the state folder."""


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
        from functools import partial

        import cv2

        from device.app.once import once
        from device.app.resting import RestingEyes
        from device.decode.decoder import Limits, PhotoDecoder
        from device.narration.cast import Cast
        from device.narration.narrator import TemplateNarrator
        from device.pipeline.describe import Describer
        from device.text.texts import Texts
        from device.vision.analyse import MeshAnalyser
        from device.vision.animals import AnimalCheck
        from device.vision.detector import RetinaFaceDetector
        from device.vision.iris import IrisNetwork
        from device.vision.light import lit
        from device.vision.mesh import FaceMesher
        from device.vision.mouth_sight import MouthSight
        from device.vision.movenet import MoveNet
        from device.vision.once_seen import OnceSeen
        from device.vision.people import PeopleAnalyser
        from device.vision.smile_network import SmileNetwork
        from device.vision.things import SsdThings

        settings = self.settings
        looking = self.looking()
        cv2.setNumThreads(looking.threads)
        registry = self.registry()
        # Asked for now, so that a missing one is known at the start.
        faces, mesh = registry.path(f"face-detector-{looking.precision}"), registry.path("face-mesh")
        things, iris = registry.path("thing-detector-int8"), registry.path("iris")
        smile, pose = registry.path("smile-fp16"), registry.path("pose-fp16")
        mouth = registry.path("mouth-seen")

        def load() -> tuple[AnimalCheck, PeopleAnalyser]:
            threads = looking.threads
            seen = OnceSeen(partial(SsdThings, model=things, threads=threads))
            return AnimalCheck(
                faces=RetinaFaceDetector(model=faces, plan=looking.plan, threads=threads),
                things=seen,
            ), PeopleAnalyser(
                faces=MeshAnalyser(
                    mesher=FaceMesher(model=mesh, threads=threads),
                    iris=partial(IrisNetwork, model=iris, threads=threads),
                    smile=partial(SmileNetwork, model=smile, threads=threads),
                    mouth=partial(MouthSight, model=mouth),
                ),
                things=seen,
                skeleton=MoveNet(model=pose, threads=threads).skeleton,
            )

        eyes = RestingEyes(load)
        return Describer(
            clock=self.clock,
            decoder=PhotoDecoder(
                limits=Limits(megapixels=settings.limits.megapixels, megabytes=settings.limits.megabytes)
            ),
            detector=eyes,
            analyser=eyes,
            light=lit,
            rest=eyes.rest,
            narrator=TemplateNarrator(
                texts=Texts(settings.device.language),
                cast=Cast(personas=self.voices().personas().names[1:], chosen=tuple(settings.voice.cast)),
            ),
            once=once,
        )

    def stager(self, decoder: Decoder) -> Stager:
        """Who makes a photo ready to come alive; its networks are loaded when they are first needed.

        Raises:
            MissingModelError: One of them is absent or damaged.
        """
        from functools import partial

        from device.app.staging import Stager
        from device.living.manner import MANNERS
        from device.vision.iris import IrisNetwork
        from device.vision.mesh import FaceMesher
        from device.vision.mouth_sight import MouthSight

        registry, threads = self.registry(), self.looking().threads
        return Stager(
            decoder=decoder,
            mesher=partial(FaceMesher, model=registry.path("face-mesh"), threads=threads),
            mouth=partial(MouthSight, model=registry.path("mouth-seen")),
            iris=partial(IrisNetwork, model=registry.path("iris"), threads=threads),
            manner=MANNERS[self.settings.living.faces],
        )

    def looking(self) -> Looking:
        """How this device looks at photos.

        Raises:
            MissingModelError: There is a budget to be kept, and the face detector is absent or damaged.
        """
        from device.app.looking import looking_at

        return looking_at(state_folder(), self.settings.vision, self.registry())

    def voices(self) -> Voices:
        """Who can speak."""
        from device.app.voices import Voices

        return Voices(
            settings=self.settings.voice,
            registry=self.registry(),
            state=state_folder(),
            monotonic=self.clock.monotonic,
        )

    def synthesiser(self, language: str | None = None) -> Voice:
        """The voice, loaded; for the language of the device where none is named.

        Raises:
            MissingModelError: It is absent or damaged.
            UsageError: No voice that is here speaks the language.
        """
        return self.voices().synthesiser(language or self.settings.device.language)

    def player(self, *, wav: Path | None, aloud: bool) -> Player:
        """Where a speech goes: a file, the loudspeaker, both, or nowhere."""
        from device.playback.null import NullPlayer
        from device.playback.tee import TeePlayer
        from device.playback.wav import WavPlayer

        if wav is None:
            return self.loudspeaker() if aloud else NullPlayer()
        file = WavPlayer(wav)
        return TeePlayer(aloud=self.loudspeaker(), file=file) if aloud else file

    def loudspeaker(self) -> Player:
        """The sound devices of the settings: that of the room, the headphones, or both."""
        from functools import partial

        from device.playback.pair import PairPlayer
        from device.playback.sinks import sink_for
        from device.playback.stream import StreamPlayer

        audio = self.settings.audio
        player = partial(StreamPlayer, volume=audio.volume, monotonic=self.clock.monotonic)
        if audio.to == "both":
            return PairPlayer(first=player(sink_for(audio.device)), second=player(sink_for(audio.headphones)))
        is_private = audio.to == "headphones" or (audio.to == "auto" and bool(audio.headphones))
        return player(sink_for(audio.headphones if is_private else audio.device))

    def recorded(self, regret: Regret) -> Speech:
        """What is heard of it where there is no voice."""
        from device.pipeline.regrets import message_of
        from device.playback.recording import recording

        return recording(message_of(regret), language=self.settings.device.language)

    def players(self, folder: Path | None) -> Loudspeaker | WavFiles:
        """Who plays the jobs: a WAV file for each in `folder`, or the loudspeaker for all where it is None."""
        from device.app.players import Loudspeaker, WavFiles

        if folder is None:
            return Loudspeaker(self.loudspeaker())
        make_folder(folder)
        return WavFiles(folder)

    def camera(self, *, emulate: bool) -> Camera | None:
        """Where photos come from by themselves; None where they are only brought."""
        from device.intake.replay import ReplayCamera

        capture = self.settings.capture
        if capture.source == "none" and not emulate:
            return None
        return ReplayCamera(folder=capture.folder or PHOTOS, limit_bytes=self.limit_bytes)

    @property
    def limit_bytes(self) -> int:
        """The largest photo."""
        return round(self.settings.limits.megabytes * 1_000_000)

    def database(self, state: Path, stack: ExitStack) -> Database:
        """The database in the state folder, which is made where it is missing; closed when `stack` is left.

        Raises:
            UsageError: The folder or the database cannot be used.
        """
        from device.store.database import Database, connect

        make_folder(state)
        file = state / DATABASE
        return stack.enter_context(closing(Database(connect(file), name=str(file))))

    def bus(self, client_id: str, stack: ExitStack, *, emulate: bool) -> Bus | None:
        """The broker of the settings; where none is set, one of our own in emulation, else none."""
        from device.bus.paho import Connection, PahoBus

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
            connection = Connection(host="127.0.0.1", port=broker.start(), version="3.1.1")
            stack.callback(broker.stop)
            _log.info("a broker of our own listens at 127.0.0.1 port %d", connection.port)
        else:
            _log.info("no broker is set ([mqtt] host)")
            return None
        return PahoBus(connection=connection, client_id=client_id, limit_bytes=self.limit_bytes)

    def web_token(self) -> str | None:
        """What a client of the web server has to know, or None.

        Raises:
            UsageError: Its file cannot be read.
        """
        return _secret(self.settings.web.token_file, "web.token_file")


def make_folder(folder: Path) -> None:
    """Make the folder where it is missing, so that no power cut takes it away with all that will be in it.

    Raises:
        UsageError: It cannot be made or written.
    """
    from device.store.files import SystemFiles

    try:
        missing = [each for each in folder.parents if not each.exists()]
        folder.mkdir(parents=True, exist_ok=True)
        # Also where it was there: a crash may have come before this.
        for each in (folder, *missing):
            # Where one may not look into the folder above, somebody else has made this one.
            with suppress(PermissionError):
                SystemFiles().sync_folder(each.parent)
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
