"""Sentences and claims lead to each other, whatever the claims are called."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st

from device.report.grounds import subjects_of
from tests import factories

if TYPE_CHECKING:
    from device.core.types import Record

WORDS = st.text('a2-_ A"ß日²', max_size=6)
NAMES = st.sampled_from(["faces", "smiling", "mouth hidden", "smiling-2", "", "größe", "2"]) | WORDS
ABOUTS = st.sampled_from(["photo", "face 0", "face 1", "face 10", "body 0", "refused 0", "face", "2 things"]) | WORDS
CLAIMS = st.lists(
    st.builds(
        factories.claim,
        about=ABOUTS,
        name=NAMES,
        value=st.sampled_from(["a", "b"]),
        score=st.floats(0, 1),
    ).map(asdict),
    max_size=12,
)


@given(st.data(), CLAIMS, CLAIMS)
def test_every_claim_stands_once_and_knows_its_sentences(
    data: st.DataObject, claims: list[Any], more: list[Any]
) -> None:
    pool = claims + more
    because = st.lists(st.sampled_from(pool), max_size=4) if pool else st.just([])
    narration: list[Record] = [{"because": each} for each in data.draw(st.lists(because, max_size=4))]
    subjects = subjects_of(claims, narration, ["face 0"])
    grounds = [ground for subject in subjects for ground in subject.grounds]
    identities = [each.identity for each in subjects] + [each.identity for each in grounds]
    assert len(set(identities)) == len(identities)
    assert all(each[0].isalpha() and " " not in each for each in identities)
    assert "face 0" in [subject.about for subject in subjects]
    assert all(ground.claim["about"] == subject.about for subject in subjects for ground in subject.grounds)
    for claim in claims:
        assert sum(ground.claim is claim for ground in grounds) == 1
    for number, sentence in enumerate(narration, start=1):
        meanings = {(claim["about"], claim["name"], claim["value"]) for claim in sentence["because"]}
        resting = [ground.claim for ground in grounds if number in ground.sentences]
        assert {(claim["about"], claim["name"], claim["value"]) for claim in resting} == meanings


def test_subjects_come_in_the_order_in_which_they_are_numbered() -> None:
    abouts = ["refused 0", "face 10", "body 0", "thing 1", "face 2", "photo"]
    claims = [asdict(factories.claim(about)) for about in abouts]
    told = [subject.about for subject in subjects_of(claims, [], [])]
    assert told == ["photo", "face 2", "face 10", "body 0", "thing 1", "refused 0"]


def test_of_several_claims_of_one_meaning_the_nearest_score_is_behind_the_sentence() -> None:
    claims = [asdict(factories.claim(score=score)) for score in (0.9004, 0.7)]
    (subject,) = subjects_of(claims, [{"because": [asdict(factories.claim(score=0.9))]}], [])
    assert [ground.sentences for ground in subject.grounds] == [(1,), ()]
