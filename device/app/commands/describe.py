"""`voxframe describe PHOTO...`: what is in a photo, as text, JSON, sound or a picture with boxes."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from device.app.aloud import Complaints
from device.app.captioning import write_captions
from device.app.config import load
from device.app.filming import Filmer, film_bar
from device.app.listening import Listener
from device.app.memory import give_back
from device.app.outputs import output_paths, write_whole
from device.app.settings import PERIODS
from device.app.text import one_line
from device.app.wiring import Wiring
from device.core.errors import BadPhotoError, MissingModelError, UnableError, UsageError
from device.pipeline.record import record_of, record_of_error
from device.pipeline.stopwatch import Stopwatch
from device.pipeline.tell import tell

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterator, Sequence

    from device.app.staging import Stager
    from device.core.types import Described, Speaking
    from device.living.performance import Stage
    from device.pipeline.describe import Describer


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser], shared: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser = commands.add_parser(
        "describe", parents=[shared], help="say what is in a photo", allow_abbrev=False, epilog=_EPILOGUE
    )
    parser.add_argument("photos", nargs="+", metavar="PHOTO", help="JPEG, PNG, WebP, HEIC, TIFF, BMP or GIF")
    parser.add_argument("--json", action="store_true", help="print one JSON object a photo, each on its own line")
    parser.add_argument("--wav", metavar="FILE|FOLDER", help="write the speech as WAV")
    parser.add_argument("--vtt", metavar="FILE|FOLDER", help="write captions of the speech as WebVTT")
    parser.add_argument("--film", metavar="FILE.mp4|FOLDER", help="write a film in which the photo speaks and moves")
    parser.add_argument("--say", action="store_true", help="speak it on the loudspeaker")
    parser.add_argument("--language", metavar="TAG", help="the language of the sentences")
    parser.add_argument("--speaking", choices=("narrator", "person"), help="who speaks")
    parser.add_argument("--period", choices=PERIODS, help="the time that the speech shall sound of")
    parser.add_argument("--annotate", metavar="FILE.png|FOLDER", help="write the photo with boxes and places")
    parser.set_defaults(run=_run)


ANNOTATED_SIDE = 4096
"""Photos up to this size are annotated at full size; larger ones smaller, for the memory of a small device."""

_EPILOGUE = """--wav, --vtt, --film and --annotate name a file for one photo, or a folder (it exists, ends with / or
has no suffix) for one file per photo; the times in --vtt are those of --wav. --film needs PyAV (the extra "film"), and
each of its pictures says what in it is imagined. Exit status 3: a photo could not be read; 2: a file could not be
written; 4: a film takes too long here. All else that was asked for is there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Task:
    photo: Path
    wav: Path | None
    captions: Path | None
    film: Path | None
    picture: Path | None


def _run(options: argparse.Namespace) -> int:
    settings = load(options.config)
    if options.language:
        settings = replace(settings, device=replace(settings.device, language=options.language))
    if options.period:
        settings = replace(settings, voice=replace(settings.voice, period=options.period))
    speaking: Speaking = options.speaking or settings.device.speaking
    tasks = _tasks(options)
    status = 0
    wiring = Wiring(settings)
    watch = Stopwatch(wiring.clock)
    describer = wiring.describer()
    complaints = Complaints(wiring, aloud=options.say)
    synthesiser = complaints.voice() if _speaks(options) else None
    load_ms = watch.lap()
    for task in tasks:
        hearing = Filmer() if task.film else Listener()
        try:
            beginning = describer.begin(task.photo, speaking=speaking)
            if synthesiser:
                player = wiring.player(wav=task.wav, aloud=options.say)
                described, _ = tell(
                    beginning, synthesiser=synthesiser, player=player, clock=wiring.clock, gate=hearing.hearing
                )
            else:
                described = beginning.finish()
        except BadPhotoError as error:
            status = max(status, error.exit_status)
            complaints.about(error)
            if options.json:
                print(json.dumps(record_of_error(task.photo, error)), flush=True)
            continue
        complaints.none()
        if task.film and synthesiser:
            # Nobody looks or speaks any more: networks and voice make room for the film.
            describer.rest()
            synthesiser.rest()
        for make in _files(task, described, hearing, describer=describer, wiring=wiring):
            try:
                make()
            except (BadPhotoError, MissingModelError, UnableError, UsageError) as error:
                # What was seen is told, and no other file or photo is to suffer from it.
                status = max(status, error.exit_status)
                complaints.about(error)
        described = replace(described, timings=replace(described.timings, load_ms=load_ms))
        load_ms = 0.0
        print(json.dumps(record_of(described)) if options.json else _text(described), flush=True)
    return status


def _speaks(options: argparse.Namespace) -> bool:
    if options.film:
        from device.living.film import need_pyav

        need_pyav()
    return bool(options.wav or options.vtt or options.film or options.say)


def _tasks(options: argparse.Namespace) -> list[_Task]:
    photos = [Path(each) for each in options.photos]

    def places(option: str, target: str | None, suffix: str) -> Sequence[Path | None]:
        return [None] * len(photos) if target is None else output_paths(option, target, photos, suffix)

    wavs, captions = places("--wav", options.wav, ".wav"), places("--vtt", options.vtt, ".vtt")
    films, pictures = places("--film", options.film, ".mp4"), places("--annotate", options.annotate, ".png")
    tasks = []
    for photo, *files in zip(photos, wavs, captions, films, pictures, strict=True):
        if twice := [each for each in files if each and files.count(each) > 1]:
            raise UsageError(f"{twice[0]} is named for two files; name a place for each")
        wav, vtt, film, picture = files
        tasks.append(_Task(photo=photo, wav=wav, captions=vtt, film=film, picture=picture))
    return tasks


def _files(
    task: _Task, described: Described, hearing: Listener, *, describer: Describer, wiring: Wiring
) -> Iterator[Callable[[], None]]:
    """What makes each file that was asked for beside the sound."""
    if task.captions:
        yield partial(write_captions, task.captions, hearing, described.narration)
    if task.film and isinstance(hearing, Filmer):
        yield partial(_film, task.film, described, hearing, describer=describer, wiring=wiring)
    if task.picture:
        yield partial(_annotate, describer, described, task.picture)


def _film(file: Path, described: Described, filmer: Filmer, *, describer: Describer, wiring: Wiring) -> None:
    stage, rate = _stage(described, filmer, wiring.stager(describer.decoder))
    give_back()
    with film_bar(one_line(described.photo.path.name)) as bar:
        filmer.write(file, stage, described.narration, seed=described.photo.seed, rate=rate, progress=bar)


def _stage(described: Described, filmer: Filmer, stager: Stager) -> tuple[Stage, int]:
    """Who speaks, in a picture as large as there is time for; and how many a second."""
    from device.living.budget import TRIAL

    ensemble = stager.ensemble(described)
    speakers = {each.speaker for each in described.narration if each.speaker != "narrator"}
    stage = ensemble.stage(long_side=TRIAL.long_side, who=speakers).stage
    size = filmer.size(stage, described.narration)
    # A photo that is small enough looks the same at both sizes.
    longest = max(ensemble.pixels.rgb.shape[:2])
    if min(size.long_side, longest) != min(TRIAL.long_side, longest):
        stage = ensemble.stage(long_side=size.long_side, who=speakers).stage
    return stage, size.rate


def _annotate(describer: Describer, described: Described, file: Path) -> None:
    from device.report.picture import annotate, encode_png

    pixels = describer.decoder.pixels(described.photo, long_side=ANNOTATED_SIDE)
    write_whole(file, encode_png(annotate(pixels.rgb, record_of(described))))


def _text(described: Described) -> str:
    sentences = " ".join(utterance.text for utterance in described.narration)
    return f"{one_line(str(described.photo.path))}: {sentences}"
