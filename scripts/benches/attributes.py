"""What is claimed of faces, held against labels that were written before anything was measured.

usage: python -m scripts.benches.attributes [--gathered FOLDER] [--people FOLDER]

Looks with the parts and the settings that voxframe runs with. The folders hold the pictures of tests/gathered/faces.csv
and of tests/gathered/people.csv, which are not part of the project; each is taken only where it is the very file that
was labelled.
"""

from __future__ import annotations

import argparse
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from device.app.settings import Settings
from device.app.wiring import Wiring
from scripts.benches.attribute_labels import read_labels
from scripts.benches.attribute_tally import (
    CLAIMS,
    LARGE,
    OF_THE_MOUTH,
    PRECISION,
    Observed,
    Tally,
    attribute,
    mistakes,
    photo_verdict,
    tallies,
)
from tests.conftest import shared_folder

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from device.core.types import Scene
    from device.pipeline.describe import Describer
    from scripts.benches.attribute_labels import PhotoLabels

TESTS = Path(__file__).resolve().parents[2] / "tests"
COUNTED = ("skin", "age", "glasses", "headwear")

LEGEND = f"""
said      claims that are spoken; right, wrong; "?": the label does not tell
held      claims left unsaid, of which right, wrong
share     of the faces of at least {LARGE} px so labelled, found or not, those of which it is said
default   proven: at least {CLAIMS} claims with a known label and a precision of at least {PRECISION}"""


@dataclass(slots=True, kw_only=True)
class Run:
    """All that was seen."""

    faces: list[Observed] = field(default_factory=list)
    whole: defaultdict[tuple[str, str], Tally] = field(default_factory=lambda: defaultdict(Tally))
    strangers: list[str] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)
    untold: Counter[str] = field(default_factory=Counter)
    mistaken: list[str] = field(default_factory=list)

    def add(self, photo: PhotoLabels, scene: Scene) -> None:
        """Hold the claims about a photo against its labels."""
        boxes = [(each.box.x, each.box.y, each.box.width, each.box.height) for each in scene.faces]
        places = photo.matched(boxes)
        for index, (label, place) in enumerate(zip(photo.faces, places, strict=True)):
            about = tuple(each for each in scene.claims if place is not None and each.about == f"face {place}")
            self.faces.append(
                Observed(
                    photo=photo.file, index=index, label=label, claims=about, found=place is not None, copy=photo.copy
                )
            )
        self.strangers.extend(photo.file for place in range(len(boxes)) if place not in places)
        for claim in scene.claims:
            of_face = claim.about.startswith("face ")
            told = None if of_face else photo_verdict(claim, photo.words)
            if told:
                value = str(claim.value) if isinstance(claim.value, str) else ""
                self.whole[claim.name, value].add(told, said=claim.said)
                if claim.said and told == "wrong":
                    self.mistaken.append(f"{photo.file}: {claim.name} {claim.value} {claim.score:.2f}, {claim.why}")
            elif not of_face or attribute(claim.name, claim.value) is None:
                self.untold[claim.name] += 1


def main() -> None:
    """Look, and print the tables."""
    parser = argparse.ArgumentParser(prog="scripts/bench attributes")
    parser.add_argument("--gathered", type=Path, metavar="FOLDER", help="the pictures of tests/gathered/faces.csv")
    parser.add_argument("--people", type=Path, metavar="FOLDER", help="the pictures of tests/gathered/people.csv")
    options = parser.parse_args()
    describer, run = Wiring(Settings()).describer(), Run()
    sets = {"shared photos": _look(run, describer, TESTS / "labelled/shared.csv", shared_folder() / "photos")}
    if options.gathered:
        sets["gathered photos"] = _look(run, describer, TESTS / "gathered/faces.csv", options.gathered)
    for name, faces in sets.items():
        _print_table(f"Living faces, {name}", [each for each in faces if each.label.living])
    living = [each for each in run.faces if each.label.living]
    if len(sets) > 1:
        _print_table("Living faces, all photos", living)
    _print_table("Living faces, no version of a photo beside another", [each for each in living if not each.copy])
    _print_table("Painted and carved faces", [each for each in run.faces if not each.label.living])
    if run.whole:
        _print_lines("Whole photos", run.whole)
    if options.people:
        people = Run()
        _look(people, describer, TESTS / "gathered/people.csv", options.people)
        _print_lines("Gathered photos of people", people.whole)
        run.mistaken.extend(people.mistaken)
        run.absent.extend(people.absent)
    print(LEGEND)
    for column in COUNTED:
        _print_counts(column, living)
    _print_mistakes(run.faces)
    for each in run.mistaken:
        print(f"  {each}")
    print(f"\nBoxes on no labelled face: {len(run.strangers)} {_list(run.strangers)}")
    print(f"Claims without labels: {_list(f'{name} ({number})' for name, number in sorted(run.untold.items()))}")
    if run.absent:
        print(f"Left out, absent or not the file that was labelled: {len(run.absent)} {_list(run.absent)}")


def _look(run: Run, describer: Describer, labels: Path, folder: Path) -> list[Observed]:
    """Look at the labelled photos in `folder`; gives what was seen of their faces."""
    before = len(run.faces)
    for photo in read_labels(labels):
        path = photo.stored_in(folder)
        if path is None:
            run.absent.append(photo.file)
        else:
            run.add(photo, describer.describe(path, speaking="narrator").scene)
    return run.faces[before:]


def _print_table(title: str, faces: Sequence[Observed]) -> None:
    found = sum(face.found for face in faces)
    _print_lines(f"{title}: {found} of {len(faces)} found", tallies(faces))


def _print_lines(title: str, lines: Mapping[tuple[str, str], Tally]) -> None:
    print(f"\n{title}")
    print(
        f"{'':18} {'said':>5} {'right':>5} {'wrong':>5} {'?':>4} {'held':>5} {'right':>5} {'wrong':>5} "
        f"{'precision':>9} {'Wilson':>6} {'share':>12}  default"
    )
    for (name, value), tally in lines.items():
        precision = "-" if tally.precision is None else f"{tally.precision:.3f}"
        share = f"{tally.claimed}/{tally.large} {tally.claimed / tally.large:.0%}" if tally.large else "-"
        print(
            f"{f'{name} {value}':18} {tally.said:5} {tally.right:5} {tally.wrong:5} {tally.unknown:4} {tally.held:5} "
            f"{tally.held_right:5} {tally.held_wrong:5} {precision:>9} {tally.lower:6.3f} {share:>12}  "
            f"{'proven' if tally.proven else 'unproven'}"
        )


def _print_counts(column: str, faces: Sequence[Observed]) -> None:
    """How many faces of a kind were labelled and found, and what was said of them: counts, no more."""
    said = {each: " ".join(each) for each, tally in tallies(faces).items() if tally.said}
    print(f"\nLiving faces by {column}: labelled, found, and said of them right + wrong + unknown")
    print(f"  {'':8} {'':4} {'':4} " + " ".join(f"{name:>13}" for name in said.values()))
    for word in sorted({face.label.words[column] for face in faces}):
        kind = [face for face in faces if face.label.words[column] == word]
        lines = tallies(kind)
        told = (lines.get(each, Tally()) for each in said)
        print(
            f"  {word:8} {len(kind):4} {sum(face.found for face in kind):4} "
            + " ".join(f"{f'{tally.right}+{tally.wrong}+{tally.unknown}':>13}" for tally in told)
        )


def _print_mistakes(faces: Sequence[Observed]) -> None:
    print("\nWrong claims: photo, face, claim, label")
    for face, claim, (column, value) in mistakes(faces):
        kind = "" if face.label.living else ", painted or carved"
        words = face.label.words
        label = "mouth hidden" if column in OF_THE_MOUTH and words["mouth"] == "hidden" else words[column]
        print(
            f"  {face.photo} face {face.index} ({face.label.side:.0f} px{kind}): {column} {value} "
            f"{claim.score:.2f}, label {label}; {claim.why}"
        )


def _list(names: Iterable[str]) -> str:
    return ", ".join(names)


if __name__ == "__main__":
    main()
