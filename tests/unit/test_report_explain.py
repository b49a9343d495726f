"""The page of one photo: each link leads somewhere, each claim is told with its reason, and text stays text."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import asdict
from html import unescape
from pathlib import Path

import numpy as np
import pytest

from device.core.types import Box, Claim, Described, HeadPose, Utterance
from device.pipeline.record import record_of
from device.report.explain import Explanation, render_explanation
from device.report.picture import encode_jpeg
from device.text.texts import Texts
from tests import factories

EVIL = "\"'></p><script>alert(1)</script>"
FACES = factories.claim("photo", "faces", 2)
SMILE = factories.claim("face 0", "smiling", value=1)
HELD = factories.claim("face 1", "smiling", value=1, score=0.4, said=False, why="the mouth is too small")
SPARE = factories.claim("face 1", "distance", "middle", why="it is as large as 10%")
NEW = (
    factories.claim("body 0", "arms", "raised", said=False, why="an arm is cut off"),
    factories.claim("refused 0", "animal", "dog", said=False, why="it looks like a dog"),
    factories.claim("horizon", "tilted_by", 7, why="of the sea"),
)
TURNED = HeadPose(yaw=30, pitch=0, roll=0)


def page(
    *claims: Claim, narration: tuple[Utterance, ...] = (), name: str = "photo.jpg", head: HeadPose | None = TURNED
) -> str:
    faces = (factories.face(head=head), factories.face(box=Box(x=400, y=100, width=80, height=100)))
    described = Described(
        photo=factories.photo(width=640, height=480), scene=factories.scene(*faces), narration=narration
    )
    explanation = Explanation(
        name=name,
        record=record_of(described),
        claims=[asdict(claim) for claim in claims],
        jpeg=encode_jpeg(np.zeros((48, 64, 3), np.uint8), long_side=64),
        boxes={"body 0": (300, 100, 200, 300), "refused 0": (10, 300, 60, 60)},
    )
    return render_explanation(explanation, Texts("en"))


NARRATION = (
    factories.utterance("I see two faces.", because=(FACES,)),
    factories.utterance("One is smiling.", because=(FACES, SMILE)),
)


def text(html: str) -> str:
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)))


def part(html: str, identity: str) -> str:
    """An element of a list, from its identity to its end."""
    (found,) = re.findall(rf'<li id="{identity}">.*?\n</li>', html, re.DOTALL)
    return str(found)


def test_every_link_leads_to_one_place_on_the_page() -> None:
    html = page(FACES, SMILE, HELD, SPARE, *NEW, narration=NARRATION)
    identities = Counter(re.findall(r' id="([^"]+)"', html))
    assert set(identities.values()) == {1}
    links = set(re.findall(r'href="([^"]+)"', html))
    inside = {link.removeprefix("#") for link in links if link.startswith("#")}
    assert inside <= set(identities)
    assert all(link.startswith("data:") for link in links - {f"#{each}" for each in inside})
    referred = {each for value in re.findall(r'aria-labelledby="([^"]+)"', html) for each in value.split()}
    assert referred <= set(identities)


def test_a_sentence_leads_to_its_claims_and_each_claim_back_to_its_sentences() -> None:
    html = page(FACES, SMILE, narration=NARRATION)
    assert 'href="#face-1-smiling"' in part(html, "sentence-2")
    assert 'href="#photo-faces"' in part(html, "sentence-2")
    assert 'href="#face-1-smiling"' not in part(html, "sentence-1")
    assert re.findall(r'href="#(sentence-\d)"', part(html, "photo-faces")) == ["sentence-1", "sentence-2"]
    assert re.findall(r'href="#(sentence-\d)"', part(html, "face-1-smiling")) == ["sentence-2"]


def test_a_sentence_shows_at_once_by_how_much_its_claims_are_sure() -> None:
    assert "Face 1, smile: 1 0.90 of 0.50 needed" in text(part(page(FACES, SMILE, narration=NARRATION), "sentence-2"))


def test_what_was_held_back_is_told_with_its_reason_and_where_it_belongs() -> None:
    html = page(FACES, SMILE, HELD, narration=NARRATION)
    unsaid = text(html[html.index('id="the-unsaid"') : html.index('id="the-grounds"')])
    assert "Face 2, smile: 1? 0.40 of 0.50 needed the mouth is too small" in unsaid
    assert "Face 1" not in unsaid
    claim = text(part(html, "face-2-smiling"))
    assert "Not said." in claim
    assert "the mouth is too small" in claim


def test_nothing_held_back_is_told_too() -> None:
    assert "Nothing was held back." in text(page(FACES, narration=NARRATION))


def test_what_may_be_said_and_was_not_taken_up_is_not_called_held_back() -> None:
    claim = text(part(page(FACES, SPARE, narration=NARRATION), "face-2-distance"))
    assert "May be said; no sentence took it up." in claim


@pytest.mark.parametrize("claim", NEW, ids=lambda claim: claim.name)
def test_a_new_kind_of_claim_is_shown_as_it_comes(claim: Claim) -> None:
    told = text(page(FACES, *NEW, narration=NARRATION))
    assert f"{claim.name.replace('_', ' ')}: {claim.value}" in " ".join(told.replace(" :", ":").split())
    assert claim.why in told


def test_bodies_and_what_was_refused_have_boxes_that_do_not_look_like_a_face() -> None:
    html = page(FACES, *NEW, narration=NARRATION)
    kinds = dict(re.findall(r'class="box box-([a-z0-9-]+) ?([^"]*)"', html))
    dashed = {identity: "other" in classes.split() for identity, classes in kinds.items()}
    assert dashed == {"face-1": False, "face-2": False, "body-1": True, "refused-1": True}
    assert "What is no face has a dashed box." in html


def test_a_direction_is_drawn_and_told_where_it_is_known_and_only_there() -> None:
    html = page(FACES, narration=NARRATION)
    assert re.findall(r'<g id="head-(\S+)"', html) == ["face-1"]
    assert "Head 30° to the right, level, upright" in html
    assert html.count("Where the head points was not told.") == 1
    assert "An arrow shows" not in page(FACES, narration=NARRATION, head=None)


def test_what_comes_from_outside_is_only_text() -> None:
    evil = Claim(about=EVIL, name=EVIL, value=EVIL, score=0.9, threshold=0.5, said=True, why=EVIL)
    html = page(evil, narration=(factories.utterance(EVIL, because=(evil,), language=EVIL),), name=EVIL)
    assert "<script" not in html
    assert EVIL in unescape(html)


def test_a_sentence_that_rests_on_nothing_says_so() -> None:
    html = page(FACES, narration=(factories.utterance("Hello."),))
    assert "resting on nothing that was seen" in text(part(html, "sentence-1"))


def test_a_claim_that_only_a_sentence_knows_is_shown_as_well() -> None:
    assert 'href="#sentence-2"' in part(page(FACES, narration=NARRATION), "face-1-smiling")


def test_no_address_outside_the_page_is_allowed() -> None:
    html = page(FACES, narration=NARRATION)
    assert "default-src 'none'" in html
    assert not re.search(r"https?://", html)


def test_the_picture_in_the_guide_is_small_enough_to_be_kept() -> None:
    assert (Path(__file__).parents[2] / "docs" / "explain.jpg").stat().st_size < 250_000


def test_of_a_crowd_the_least_sure_stand_first_and_all_others_unfold() -> None:
    crowd = [factories.claim(f"face {each}", "place", "left", score=0.99 - each / 100) for each in range(30)]
    html = part(page(*crowd, narration=(factories.utterance("A crowd.", because=tuple(crowd)),)), "sentence-1")
    first, folded = html.split("<details>")
    assert re.findall(r'href="#face-(\d+)-place"', first) == ["30", "29", "28", "27", "26"]
    assert re.findall(r'href="#face-(\d+)-place"', folded) == [str(each) for each in range(1, 26)]
    assert "25 more" in folded
