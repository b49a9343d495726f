"""Which voice speaks: the engine for a language, with its personas, its taught words and its phrases from before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from device.core.errors import MissingModelError, UsageError
from device.core.ports import Synthesiser

if TYPE_CHECKING:
    from collections.abc import Callable, Container
    from pathlib import Path

    from device.app.settings import VoiceSettings
    from device.models.registry import Registry
    from device.voice.engine import Engine
    from device.voice.load import PiperFiles
    from device.voice.personas import Personas
    from device.voice.pronunciations import Pronunciations
    from device.voice.schedule import Schedule
    from device.voice.synthesiser import EngineSynthesiser

_SAME = {"cmn": "zh"}


class Voice(Synthesiser, Protocol):
    """A synthesiser that takes memory, and gives it back."""

    def rest(self) -> None:
        """Let the voice go; it is loaded again when it is needed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Voices:
    """Makes voices as the settings ask for them.

    Attributes:
        settings: Of the voice.
        registry: Where the models are.
        state: Where taught words and phrases are kept.
        monotonic: Seconds of a clock that never goes back.
    """

    settings: VoiceSettings
    registry: Registry
    state: Path
    monotonic: Callable[[], float]

    def synthesiser(self, language: str) -> EngineSynthesiser:
        """The voice for a language (a BCP 47 tag), loaded.

        Raises:
            MissingModelError: It is absent or damaged.
            UsageError: No engine that is here speaks the language, or the file of personas has mistakes.
        """
        from device.app.memory import give_back
        from device.voice.cache import PhraseCache
        from device.voice.resting import RestingEngine
        from device.voice.synthesiser import EngineSynthesiser

        taught = self.pronunciations(language)
        schedule, load = self._engine(language, taught)
        engine = RestingEngine(load, idle_seconds=self.settings.idle_seconds, give_back=give_back)
        limit = round(self.settings.cache_megabytes * 1_000_000)
        return EngineSynthesiser(
            engine=engine,
            personas=self.personas(speakers=engine.speakers),
            schedule=schedule,
            cache=PhraseCache(self.state / "phrases", limit_bytes=limit),
            pronunciations=taught,
            period=self.settings.period,
        )

    def personas(self, *, speakers: int | None = None) -> Personas:
        """Who can speak; with the speakers of the configured voice where their number is not given.

        Raises:
            UsageError: The file of personas has mistakes, or the cast names one that is not there.
        """
        from device.voice.personas import Personas
        from device.voice.traits import Traits, read_settings

        if speakers is None:
            try:
                # Not by what speaks: its runtime takes 14 MB, and who looks need not have it.
                speakers = Traits.of(read_settings(self.registry.voice(self.settings.name).config)).speakers
            except MissingModelError:
                speakers = 1
        personas = Personas.load(self.settings.personas, speakers=speakers)
        for name in self.settings.cast:
            personas.manner(name, "neutral")
        return personas

    def pronunciations(self, language: str) -> Pronunciations:
        """The words that were taught in a language."""
        from device.voice.pronunciations import Pronunciations

        return Pronunciations(self.state / "pronunciations", language=language)

    def known_phonemes(self, language: str) -> Container[str] | None:
        """The sounds that the configured voice can make; None where it does not speak the language, or is not here."""
        from device.voice.phonemes import PiperPhonemes

        try:
            files = self.piper_files()
        except MissingModelError:
            return None
        return PiperPhonemes(files.settings).known if _primary(files.language) == _primary(language) else None

    def piper_files(self) -> PiperFiles:
        """The configured Piper voice.

        Raises:
            MissingModelError: It is absent or damaged.
        """
        from device.voice.load import PiperFiles

        files = self.registry.voice(self.settings.name)
        return PiperFiles.of(files.model, files.config, direction=self.registry.pitch_direction(files.name))

    def engine(self, language: str) -> Engine:
        """The engine alone, loaded, without any word that was taught.

        Raises:
            MissingModelError: It is absent or damaged.
            UsageError: It does not speak the language.
        """
        return self._engine(language, None)[1]()

    def how_it_speaks(self) -> str:
        """Whether the configured Piper voice streams on this processor, and why not where it does not.

        Raises:
            MissingModelError: It is absent or damaged.
        """
        from device.voice import prepared

        made = prepared.find(self.piper_files().model)
        if made is None:
            return f"{self.settings.name} is not prepared for this processor and speaks late: voxframe models fetch"
        how = "streams" if made.folder else "makes whole sentences"
        return f"{self.settings.name} {how} ({made.found.report})"

    def _engine(self, language: str, taught: Pronunciations | None) -> tuple[Schedule, Callable[[], Engine]]:
        from device.voice.schedule import Schedule

        name = self.settings.engine
        if name in ("auto", "piper"):
            files = self.piper_files()
            if _primary(files.language) == _primary(language):
                schedule = Schedule(monotonic=self.monotonic)
                return schedule, lambda: files.load(schedule=schedule, pronunciations=taught)
            if name == "piper":
                raise UsageError(
                    f"the voice {self.settings.name} speaks {files.language} and not {language}; "
                    'set [voice] name to one that does, or engine = "auto"'
                )
        return Schedule(monotonic=self.monotonic), lambda: _other_engine(name, language)


def _other_engine(name: str, language: str) -> Engine:
    """The engine of this name; for "auto" Pico where it is installed and speaks the language, else espeak-ng."""
    if name == "hibari":
        if _primary(language) != "en":
            raise UsageError(f'hibari speaks en and not {language}; set [voice] engine = "auto"')
        from device.voice.hibari import HibariEngine

        return HibariEngine()
    if name in ("auto", "pico"):
        from device.voice.pico import PicoEngine

        try:
            return PicoEngine(language=language)
        except (MissingModelError, UsageError):
            if name == "pico":
                raise
    from device.voice.espeak import EspeakEngine

    return EspeakEngine(language=language)


def _primary(language: str) -> str:
    primary = language.replace("_", "-").partition("-")[0].lower()
    return _SAME.get(primary, primary)
