"""Whatever is said and however it is marked: every word is shown once, in order, in its time, in lines one can read."""

from __future__ import annotations

import html
import re
from itertools import pairwise
from typing import TYPE_CHECKING

from hypothesis import given

from device.text.captions import cues_of, webvtt
from device.text.parting import LINES, WIDTH
from tests.speeches import RATE, speeches

if TYPE_CHECKING:
    from device.core.types import Cue
    from device.text.captions import Said

STAMP = r"(\d\d+):(\d\d):(\d\d\.\d{3})"


def shown(speech: list[Said]) -> tuple[Cue, ...]:
    return cues_of(speech, sample_rate=RATE)


@given(speeches())
def test_every_word_is_shown_once_and_in_order(speech: list[Said]) -> None:
    said = [token for each in speech for token in each.marks[0].text.split()]
    assert [word.text for cue in shown(speech) for word in cue.words] == said


@given(speeches())
def test_cues_follow_one_another_inside_the_sound(speech: list[Said]) -> None:
    cues = shown(speech)
    assert all(cue.start < cue.end for cue in cues)
    assert all(one.end <= two.start for one, two in pairwise(cues))
    if cues:
        assert cues[0].start == speech[0].marks[0].first / RATE
        assert cues[-1].end == speech[-1].marks[0].end / RATE


@given(speeches())
def test_each_sentence_is_shown_from_its_start_at_least_to_its_end(speech: list[Said]) -> None:
    cues = shown(speech)
    for said in speech:
        sentence = said.marks[0]
        assert sentence.first / RATE in [cue.start for cue in cues]
        assert any(cue.start < sentence.end / RATE <= cue.end for cue in cues)


@given(speeches())
def test_a_cue_has_two_lines_at_most_and_none_is_too_wide_but_for_a_single_word(speech: list[Said]) -> None:
    for cue in shown(speech):
        assert len(cue.lines) <= LINES
        for line, text in zip(cue.lines, cue.text.split("\n"), strict=True):
            assert len(text) <= WIDTH or len(line) == 1


@given(speeches())
def test_words_have_the_times_of_their_marks_and_never_go_back(speech: list[Said]) -> None:
    marked = {mark.first / RATE for each in speech for mark in each.marks}
    times = [word.start for cue in shown(speech) for word in cue.words if word.start is not None]
    assert set(times) <= marked
    assert times == sorted(times)


@given(speeches())
def test_the_file_read_back_gives_the_same_words_times_and_speakers(speech: list[Said]) -> None:
    cues = shown(speech)
    head, note, *blocks = webvtt(cues, note="Synthetic.").rstrip("\n").split("\n\n")
    assert (head, note) == ("WEBVTT", "NOTE Synthetic.")
    assert len(blocks) == len(cues)
    for block, cue in zip(blocks, cues, strict=True):
        timing, _, payload = block.partition("\n")
        assert "-->" not in payload
        found = re.fullmatch(f"{STAMP} --> {STAMP}", timing)
        assert found is not None
        begin, end = seconds(*found.groups()[:3]), seconds(*found.groups()[3:])
        assert (begin, end) == (round(cue.start, 3), round(cue.end, 3))
        voice, _, rest = payload.rpartition("<v ")[2].partition(">") if cue.speaker is not None else ("", "", payload)
        assert html.unescape(voice) == (cue.speaker or "")
        assert html.unescape(re.sub(f"<{STAMP}>", "", rest)) == cue.text
        inside = [seconds(*each.groups()) for each in re.finditer(f"<{STAMP}>", rest)]
        assert [begin, *inside, end] == sorted({begin, *inside, end})


def seconds(hours: str, minutes: str, rest: str) -> float:
    return round(3600 * int(hours) + 60 * int(minutes) + float(rest), 3)
