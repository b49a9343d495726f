"""`voxframe explain PHOTO`: a page with what was said of a photo, what it rests on, and what was not said."""

from __future__ import annotations

from dataclasses import asdict, replace
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from device.app.config import load
from device.app.outputs import is_there, output_paths, write_whole
from device.app.text import one_line
from device.app.wiring import Wiring

if TYPE_CHECKING:
    import argparse

    from device.app.settings import Settings
    from device.core.ports import Synthesiser
    from device.core.types import Described, Speaking
    from device.living.performance import Stage
    from device.report.living import Living
    from device.text.texts import Texts

SUFFIX = ".explain.html"

_EPILOGUE = f"""Without --output the page is called after the photo and lies in the current folder: PHOTO{SUFFIX}, or
with a number where that is there already; its path is printed. What --output names is overwritten; in a folder (it
exists, ends with / or has no suffix) the page is called the same. The page holds the photo and asks for nothing from
elsewhere. With --sound it speaks too, with captions, and whoever speaks in it moves where their face is seen well; that
takes the voice, and some seconds. Exit status 3: the photo could not be read; 4: the voice is missing."""


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser], shared: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser = commands.add_parser(
        "explain",
        parents=[shared],
        help="write a page that tells why a photo is described as it is",
        allow_abbrev=False,
        epilog=_EPILOGUE,
    )
    parser.add_argument("photo", metavar="PHOTO", help="JPEG, PNG, WebP, HEIC, TIFF, BMP or GIF")
    parser.add_argument("--output", metavar="FILE.html|FOLDER", help="where the page goes")
    parser.add_argument("--language", metavar="TAG", help="the language of the page and its sentences")
    parser.add_argument("--speaking", choices=("narrator", "person"), help="who speaks")
    parser.add_argument("--sound", action="store_true", help="let the page speak, and who speaks in it move")
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    settings = load(options.config)
    if options.language:
        settings = replace(settings, device=replace(settings.device, language=options.language))
    photo = Path(options.photo)
    page = _page_file(options.output, photo)
    html = _explained(photo, settings, options.speaking or settings.device.speaking, aloud=options.sound)
    write_whole(page, html.encode())
    print(one_line(str(page)))
    return 0


def _explained(photo: Path, settings: Settings, speaking: Speaking, *, aloud: bool) -> str:
    from device.app.alive import moves_of
    from device.pipeline.record import record_of
    from device.report.explain import Explanation, render_explanation
    from device.report.picture import SHOWN_SIDE, encode_jpeg
    from device.text.texts import Texts

    wiring, texts = Wiring(settings), Texts(settings.device.language)
    describer = wiring.describer()
    synthesiser = wiring.synthesiser() if aloud else None
    described = describer.describe(photo, speaking=speaking)
    # Who would move is looked at where somebody in the photo speaks, or the page does.
    moves = aloud or speaking == "person"
    staged = wiring.stager(describer.decoder).stage(described, long_side=SHOWN_SIDE) if moves else None
    pixels = describer.decoder.pixels(described.photo, long_side=SHOWN_SIDE)
    explanation = Explanation(
        name=one_line(photo.name),
        record=record_of(described),
        claims=[asdict(claim) for claim in (*described.scene.claims, *moves_of(staged.parts if staged else ()))],
        jpeg=encode_jpeg(pixels.rgb, long_side=SHOWN_SIDE),
        boxes={
            f"refused {index}": (box.x, box.y, box.width, box.height)
            for index, box in enumerate(described.scene.refused)
        },
        living=_living(wiring, described, staged.stage, synthesiser, texts) if synthesiser and staged else None,
    )
    return render_explanation(explanation, texts)


def _living(wiring: Wiring, described: Described, stage: Stage, synthesiser: Synthesiser, texts: Texts) -> Living:
    from device.app.alive import living_of
    from device.app.listening import Hearing
    from device.pipeline.speak import speak

    hearing = Hearing()
    with TemporaryDirectory() as folder:
        wav = Path(folder) / "sound.wav"
        player = wiring.player(wav=wav, aloud=False)
        speak(described.narration, synthesiser=synthesiser, player=player, clock=wiring.clock, passing=hearing.hearing)
        return living_of(described, hearing, stage, wav=wav.read_bytes(), texts=texts)


def _page_file(target: str | None, photo: Path) -> Path:
    """Where the page goes; a file that nobody named is never overwritten, and never the photo."""
    if target is None:
        stem, suffix = f"{photo.stem}.explain", ".html"
        names = (f"{stem}{suffix}" if number == 1 else f"{stem}-{number}{suffix}" for number in count(1))
        return next(path for name in names if not is_there(path := Path(name)))
    (page,) = output_paths("--output", target, [photo], SUFFIX)
    return page
