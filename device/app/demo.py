"""What `scripts/demo` runs: photos to sound files and a page. `python -m device.app.demo FOLDER [PHOTO...]`."""

from __future__ import annotations

import sys
import tomllib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from device.app.alive import living_of
from device.app.listening import Hearing
from device.app.outputs import output_paths, write_whole
from device.app.settings import Settings
from device.app.shipped import PHOTOS
from device.app.text import complain, one_line
from device.app.wiring import Wiring
from device.core.errors import BadPhotoError, VoxframeError
from device.pipeline.record import claim_values, record_of, record_of_error
from device.pipeline.tell import tell
from device.report.page import Entry, render_page
from device.report.picture import SHOWN_SIDE, encode_jpeg
from device.text.texts import Texts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from device.app.staging import Stager
    from device.core.ports import Synthesiser
    from device.core.types import Speaking
    from device.living.manner import Faces
    from device.pipeline.describe import Describer


@dataclass(frozen=True, slots=True, kw_only=True)
class Exhibit:
    """A photo of the demo; `faces` as in the settings."""

    path: Path
    title: str
    credit: str | None
    speaking: Speaking
    faces: Faces


def main(folder: Path, photos: Sequence[Path]) -> int:
    """Write the sounds and the page into `folder`; returns the exit status."""
    exhibits = [_own(photo) for photo in photos] or _public_domain()
    wavs = output_paths("demo", f"{folder}/", [exhibit.path for exhibit in exhibits], ".wav")
    wiring = Wiring(Settings())
    texts = Texts(wiring.settings.device.language)
    studio = _Studio(wiring, texts)
    entries = [studio.entry(exhibit, wav) for exhibit, wav in zip(exhibits, wavs, strict=True)]
    page = folder / "index.html"
    write_whole(page, render_page(entries, texts).encode())
    print(f"\nOpen {page.resolve()} in a browser; the sounds lie beside it.")
    return max(BadPhotoError.exit_status if "error" in entry.record else 0 for entry in entries)


def _public_domain() -> list[Exhibit]:
    content = tomllib.loads((PHOTOS.parent / "credits.toml").read_text(encoding="utf-8"))
    return [
        Exhibit(
            path=PHOTOS / each["file"],
            title=each["title"],
            credit=each["credit"],
            speaking=each["speaking"],
            faces=each.get("faces", "people"),
        )
        for each in content["photo"]
    ]


def _own(photo: Path) -> Exhibit:
    return Exhibit(path=photo, title=one_line(photo.name), credit=None, speaking="narrator", faces="people")


class _Studio:
    """Lets exhibits speak."""

    def __init__(self, wiring: Wiring, texts: Texts) -> None:
        self._wiring, self._texts = wiring, texts
        self._describer: Describer = wiring.describer()
        self._synthesiser: Synthesiser = wiring.synthesiser()

    def entry(self, exhibit: Exhibit, wav: Path) -> Entry:
        """Speak into the file, and see who moves; who is only spoken of does not."""
        hearing = Hearing()
        try:
            beginning = self._describer.begin(exhibit.path, speaking=exhibit.speaking)
            player = self._wiring.player(wav=wav, aloud=False)
            described, _ = tell(
                beginning, synthesiser=self._synthesiser, player=player, clock=self._wiring.clock, gate=hearing.hearing
            )
        except BadPhotoError as error:
            complain(error)
            return Entry(title=exhibit.title, record=record_of_error(exhibit.path, error))
        print(f"{exhibit.title}: {' '.join(each.text for each in described.narration)}")
        stage = self._stager(exhibit.faces).stage(described, long_side=SHOWN_SIDE).stage
        sound = wav.read_bytes()
        return Entry(
            title=exhibit.title,
            record=record_of(described),
            jpeg=encode_jpeg(stage.photo, long_side=SHOWN_SIDE),
            held_back=[claim_values(claim) for claim in described.scene.claims if not claim.said],
            wav=sound,
            credit=exhibit.credit,
            living=living_of(described, hearing, stage, wav=sound, texts=self._texts),
        )

    def _stager(self, faces: Faces) -> Stager:
        settings = self._wiring.settings
        wiring = Wiring(replace(settings, living=replace(settings.living, faces=faces)))
        return wiring.stager(self._describer.decoder)


if __name__ == "__main__":
    try:
        sys.exit(main(Path(sys.argv[1]), [Path(each) for each in sys.argv[2:]]))
    except VoxframeError as error:
        complain(error)
        sys.exit(error.exit_status)
