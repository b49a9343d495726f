"""Captions: what is shown when, in how many lines, and the file that says so."""

from __future__ import annotations

from itertools import pairwise

import pytest

from device.core.types import Cue, CueWord, Mark
from device.text.captions import SHORTEST_SECONDS, Said, cues_of, webvtt
from device.text.parting import WIDTH, line_break, parted

RATE = 1000
LONG = (
    "On the left side of this photo a man with a grey beard holds a small dog, "
    "while his wife points at a boat very far out on the lake."
)


def marks(text: str, *, first: int = 0, word: int = 300, words: bool = True) -> list[Mark]:
    """A sentence whose words take `word` samples each."""
    tokens = text.split()
    spans = [(token.strip(".,!?"), first + at * word) for at, token in enumerate(tokens)]
    inside = [Mark(kind="word", text=token, first=at, end=at + word) for token, at in spans]
    sentence = Mark(kind="sentence", text=text, first=first, end=first + len(tokens) * word)
    return [sentence, *inside] if words else [sentence]


def cues(*sentences: list[Mark]) -> tuple[Cue, ...]:
    return cues_of([Said(marks=each) for each in sentences], sample_rate=RATE)


def word(text: str, start: float | None = None) -> CueWord:
    return CueWord(text=text, start=start)


def cue(*words: CueWord, start: float = 0.0, end: float = 2.0, speaker: str | None = None) -> Cue:
    return Cue(lines=(words,), start=start, end=end, speaker=speaker)


def test_a_short_sentence_is_one_cue_from_its_start_to_its_end() -> None:
    (shown,) = cues(marks("A cat sleeps.", first=500))
    assert (shown.text, shown.start, shown.end) == ("A cat sleeps.", 0.5, 1.4)
    assert [(each.text, each.start) for each in shown.words] == [("A", 0.5), ("cat", 0.8), ("sleeps.", 1.1)]


def test_a_long_sentence_is_parted_at_its_comma_and_each_part_stays_until_the_next() -> None:
    first, second = cues(marks(LONG))
    assert first.text == "On the left side of this photo a man\nwith a grey beard holds a small dog,"
    assert second.text == "while his wife points at a\nboat very far out on the lake."
    assert first.end == second.start == second.words[0].start
    assert second.end == len(LONG.split()) * 0.3


def test_sentences_are_cues_of_their_own_with_nothing_shown_in_a_pause() -> None:
    one, two = cues(marks("One two three four."), marks("Five six seven eight.", first=1500))
    assert (one.end, two.start) == (1.2, 1.5)


def test_a_short_cue_is_shown_longer_where_there_is_room() -> None:
    one, two, three = cues(marks("Hi."), marks("You.", first=500), marks("Me.", first=3000))
    assert (one.start, one.end) == (0, two.start)
    assert two.end == two.start + SHORTEST_SECONDS
    assert (three.start, three.end) == (3.0, 3.3), "behind the last one no sound plays"


def test_a_voice_without_words_gets_cues_in_proportion_to_its_letters_and_no_times_of_words() -> None:
    first, second = cues(marks(LONG, words=False))
    assert first.text.endswith("dog,")
    assert all(each.start is None for each in (*first.words, *second.words))
    letters = [sum(len(each.text) for each in part.words) for part in (first, second)]
    assert first.end == second.start == pytest.approx(second.end * letters[0] / sum(letters))


def test_words_that_are_marked_otherwise_than_written_leave_the_others_their_times() -> None:
    sentence = Mark(kind="sentence", text="In New York it rains (again).", first=0, end=1800)
    spoken = [("In", 0), ("New York", 300), ("et", 900), ("rains", 1200), ("again", 1500)]
    heard = [Mark(kind="word", text=text, first=first, end=first + 300) for text, first in spoken]
    (shown,) = cues([sentence, *heard])
    times = {each.text: each.start for each in shown.words}
    assert times == {"In": 0.0, "New": 0.3, "York": None, "it": None, "rains": 1.2, "(again).": 1.5}


def test_the_words_of_one_sentence_are_not_those_of_another() -> None:
    one, two = cues(marks("A dog and a cat.") + marks("A cat and a dog.", first=3000))
    assert [each.start for each in one.words] == [0.0, 0.3, 0.6, 0.9, 1.2]
    assert [each.start for each in two.words] == [3.0, 3.3, 3.6, 3.9, 4.2]


def test_marks_in_one_place_do_not_make_cues_of_no_length() -> None:
    sentence, *heard = marks(LONG)
    (first, second) = cues([sentence, *(Mark(kind="word", text=each.text, first=0, end=1) for each in heard)])
    assert first.start < first.end == second.start < second.end


def test_nothing_said_is_nothing_shown() -> None:
    assert cues() == cues([]) == cues([Mark(kind="sentence", text=" ", first=0, end=9)]) == ()
    assert webvtt((), note="Nothing.") == "WEBVTT\n\nNOTE Nothing.\n"


def test_a_line_is_not_wider_than_allowed_and_a_longer_word_has_one_of_its_own() -> None:
    longest = "x" * (WIDTH + 8)
    assert parted(["and", longest]) == [0, 2]
    assert line_break(["and", longest]) == 1
    assert len(parted(["and", longest, "and"])) == 3
    assert line_break(["y" * (WIDTH - 4), "and"]) is None
    assert line_break(["y" * (WIDTH - 3), "and"]) == 1


def test_lines_break_behind_a_comma_where_that_leaves_both_of_a_size() -> None:
    (shown,) = cues(marks("There is a window on the left, and a door on the right."))
    assert shown.text == "There is a window on the left,\nand a door on the right."


def test_as_few_cues_as_possible_and_alike_long() -> None:
    tokens = ["word"] * 40
    borders = parted(tokens)
    assert len(borders) == 4
    sizes = [end - first for first, end in pairwise(borders)]
    assert max(sizes) - min(sizes) <= 1


def test_the_file_says_when_each_word_is_heard_who_speaks_and_that_the_voice_is_synthetic() -> None:
    shown = cue(word("I", 3723.0), word("am", 3723.0504), word("here.", 3723.5), start=3723.0, end=3724.25)
    assert webvtt([shown, cue(word("Me."), start=3725.0, end=3726.0, speaker="Face 2")], note="Synthetic.") == (
        "WEBVTT\n\n"
        "NOTE Synthetic.\n\n"
        "01:02:03.000 --> 01:02:04.250\n"
        "I <01:02:03.050>am <01:02:03.500>here.\n\n"
        "01:02:05.000 --> 01:02:06.000\n"
        "<v Face 2>Me.\n"
    )


def test_no_text_can_end_a_cue_or_become_markup() -> None:
    shown = cue(word("a-->b"), word("<b>"), word("R&D"), word("&lt;"), speaker="x>\n\n-->")
    lines = webvtt([shown], note="no\n\n--> time").splitlines()
    assert [at for at, line in enumerate(lines) if "-->" in line] == [lines.index("00:00:00.000 --> 00:00:02.000")]
    assert lines[-1] == "<v x&gt; --&gt;>a--&gt;b &lt;b&gt; R&amp;D &amp;lt;"
    assert lines[2] == "NOTE no --&gt; time"


def test_a_time_that_is_not_inside_its_cue_or_goes_back_is_left_out() -> None:
    shown = cue(word("a", 0.0), word("b", 0.5), word("c", 0.5), word("d", 0.4), word("e", 2.0), word("f", 2.5))
    assert webvtt([shown], note="").splitlines()[-1] == "a <00:00:00.500>b c d e f"
