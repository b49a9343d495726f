"""A voice takes the phonemes that Piper gives it, and each of them is known by its word."""

# ruff: noqa: RUF001 - IPA looks like other letters

from __future__ import annotations

import json
import logging
import threading
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings

from device.core.errors import MissingModelError
from device.voice.beside import beside
from device.voice.bridge import ESPEAK
from device.voice.clean import pieces
from device.voice.phonemes import PiperPhonemes, Sentence
from device.voice.pronunciations import Pronunciations
from device.voice.word_align import bare
from tests.hostile import hostile

# After the voice's own modules: they tell onnxruntime to be quiet on the network.
from piper.config import PiperConfig  # isort: skip
from piper.voice import PiperVoice  # isort: skip

if TYPE_CHECKING:
    from collections.abc import Sequence

SETTINGS: dict[str, Any] = json.loads(
    (Path(__file__).parent.parent / "voices" / "high.onnx.json").read_text(encoding="utf-8")
)

OTHERS = [
    "I see one person.",
    "Two people are on the left, and three are on the right.",
    "Hello, world!",
    "Is this a photo of a dog?",
    "She wears glasses; he does not.",
    "What a day: it rains.",
    "It cost 1961 dollars, or 3.5 and 12,000 of them.",
    "The café serves crème brûlée.",
    "Nobody's looking at the camera",
    "A",
    "HDTV and 3D, b2b, x86.",
    "Wait... what?",
    "First. Second. Third!",
    "On the 3rd of May, at 10:05, he'd left.",
    "yes, no, maybe, all of them, none of them.",
    "The quick brown fox jumps over the lazy dog.",
    "Привет, мир.",
    "日 is a sign.",
]
FUNCTION_WORDS = [
    "In the middle of the road there were many of the people who would have been there.",
    "To the right of it there was one of those that do not have an end.",
    "At the back of the room it has to be as if it had been there.",
    "She could have been the one that was on the list with us.",
    "It was on a hill. There was a tree, too.",
    "Not at all is it as good as it is.",
    "I am in it for the money and you are not.",
    "The other is out of the picture.",
    "In front of them there is an old oak tree with its leaves on the ground.",
    "He is on the bus, and his friend is in the car.",
    "There are two of them on the left of the house.",
    "One of the women is next to a horse with a saddle.",
    "They will have been at the beach for a couple of hours.",
    "What is that on the roof of the barn?",
    "It should be in the drawer, or on the shelf.",
    "You and I were in the garden in 1999.",
    "If it was not for the rain, it would be a nice day.",
    "From the window of the train we can see the sea.",
    "There were 300 of them at the end of the 20th century.",
    "On the table there is a bowl of fruit, and in the bowl there is a lemon.",
]
LITTLE = (
    "a am an and are as at be been could do for from had has have he his i if in is it it's its not of on one or out "
    "should she that the them there they this those to us was we were what who will with would you"
)
WORD_BY_WORD = {
    "On the left there is a man with a beard.": "ɔn ðə lˈɛft ðɛɹ ɪz ɐ mˈæn wɪð ɐ bˈɪɹd",
    "I see three people in this photo, and one of them is smiling.": (
        "aɪ sˈiː θɹˈiː pˈiːpəl ɪn ðɪs fˈoʊɾoʊ ænd wˈʌn ʌv ðˌɛm ɪz smˈaɪlɪŋ"
    ),
    "In 1961 there were 12 of them.": "ɪn nˈaɪntiːnhˈʌndɹɪdsˈɪkstiwˈʌn ðɛɹ wˌɜː twˈɛlv ʌv ðˌɛm",
    "It's a well-known ice-cream.": "ɪts ɐ wˈɛlnˈoʊn ˈaɪskɹˈiːm",
    "There is a lot of it on the table.": "ðɛɹ ɪz ɐ lˈɑːt ʌv ɪɾ ɔn ðə tˈeɪbəl",
    "I am in it for the money.": "aɪ ɐm ɪn ɪt fɚ ðə mˈʌni",
    "They do not, and would have been.": "ðeɪ duː nˈɑːt ænd wʊd hɐv bˌɪn",
}


def phonemes(pronunciations: Pronunciations | None = None, **changes: Any) -> PiperPhonemes:
    return PiperPhonemes(SETTINGS | changes, pronunciations=pronunciations)


def speaking(language: str) -> dict[str, Any]:
    return {"espeak": {"voice": language}}


def theirs(text: str, **changes: Any) -> list[tuple[list[str], list[int]]]:
    """Piper's own, without the sentences that it does not speak, and without the phonemes that the voice lacks."""
    no_session: Any = None
    voice = PiperVoice(session=no_session, config=PiperConfig.from_dict(SETTINGS | changes))
    had = voice.config.phoneme_id_map
    said = [each for each in voice.phonemize(text) if each]
    return [([phoneme for phoneme in each if phoneme in had], voice.phonemes_to_ids(each)) for each in said]


def ours(sentences: Sequence[Sentence]) -> list[tuple[list[str], list[int]]]:
    return [([symbol.phoneme for symbol in each.symbols], list(each.ids)) for each in sentences]


def by_word(sentences: Sequence[Sentence]) -> list[tuple[str, str]]:
    return [
        (word, "".join(symbol.phoneme for symbol in each.symbols if symbol.word == at))
        for each in sentences
        for at, word in enumerate(each.words)
    ]


def check(sentence: Sentence) -> None:
    """What holds for any sentence."""
    of = [symbol.word for symbol in sentence.symbols if symbol.word is not None]
    assert all(before <= after for before, after in pairwise(of))
    assert all(0 <= each < len(sentence.words) for each in of)
    assert all(symbol.word is None for symbol in sentence.symbols if symbol.phoneme in set(" .,;:!?"))
    assert all(symbol.phoneme in SETTINGS["phoneme_id_map"] for symbol in sentence.symbols)
    expected = [-1, -1]
    for at, symbol in enumerate(sentence.symbols):
        expected += [at] * (len(SETTINGS["phoneme_id_map"][symbol.phoneme]) + 1)
    assert list(sentence.owners) == [*expected, len(sentence.symbols)]
    assert len(sentence.owners) == len(sentence.ids)


@pytest.mark.parametrize("text", [*WORD_BY_WORD, *OTHERS, *FUNCTION_WORDS])
def test_phonemes_and_ids_are_those_of_piper(text: str) -> None:
    found = phonemes().sentences(text)
    assert ours(found) == theirs(text)
    for each in found:
        check(each)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "Das ist der große Computer, von 1961 bis 2020 in der Stadt."),
        ("fr", "C'est une grande maison, il y a l'homme et les enfants. Qu'est-ce que c'est?"),
        ("es", "Hay una mujer a la izquierda, y en el centro hay 3 personas."),
        ("ru", "Это большой дом в 1990 году и на столе."),
        ("cmn", "你好 世界。"),
    ],
)
def test_other_languages_too(language: str, text: str) -> None:
    found = phonemes(**speaking(language)).sentences(text)
    assert ours(found) == theirs(text, **speaking(language))
    assert all(sounds for _, sounds in by_word(found))


def test_arabic_gets_its_points_as_in_piper() -> None:
    text = "مرحبا بالعالم هذا بيت"
    found = phonemes(**speaking("ar")).sentences(text)
    assert ours(found) == theirs(text, **speaking("ar"))
    assert [word for word, sounds in by_word(found) if sounds] == text.split()


def test_hebrew_is_read_by_pipers_own_rules() -> None:
    text = "שלום עולם."
    found = phonemes(phoneme_type="hebrew").sentences(text)
    assert ours(found) == theirs(text, phoneme_type="hebrew")
    assert by_word(found) == [("שלום", "ʃˈalom"), ("עולם", "ʔˈolam")]


def test_a_voice_of_letters_takes_letters(tmp_path: Path) -> None:
    words = Pronunciations(tmp_path, language="en")
    words.teach("world", "wɜːld")
    found = phonemes(words, phoneme_type="text").sentences("hé, - (world)!")
    assert ours(found) == theirs("hé, - (world)!", phoneme_type="text")
    # The voice has no accents.
    assert by_word(found) == [("hé", "he"), ("world", "world")]


def test_vowels_that_the_voice_has_as_one_are_one() -> None:
    changes = {
        "vowel_clusters": [["a", "ɪ"], ["o", "ʊ"]],
        "phoneme_id_map": SETTINGS["phoneme_id_map"] | {"aɪ": [161], "oʊ": [165]},
    }
    text = "I know a photo on the line."
    found = phonemes(**changes).sentences(text)
    assert ours(found) == theirs(text, **changes)
    assert [word for word, sounds in by_word(found) if "aɪ" in sounds] == ["I", "line"]
    assert "aɪ" in phonemes(**changes).known


@pytest.mark.parametrize("text", WORD_BY_WORD)
def test_each_word_has_its_own_sounds(text: str) -> None:
    assert " ".join(sounds for _, sounds in by_word(phonemes().sentences(text))) == WORD_BY_WORD[text]


@pytest.mark.parametrize("text", [*WORD_BY_WORD, *FUNCTION_WORDS])
def test_a_word_sounds_in_a_sentence_as_it_sounds_alone(text: str) -> None:
    voice = phonemes()
    found = by_word(voice.sentences(text))
    assert [word for word, _ in found] == [each.strip(".,?") for each in text.split()]
    for word, sounds in found:
        assert sounds
        if word.lower() not in LITTLE.split():
            alone = "".join(sounds for _, sounds in by_word(voice.sentences(word)))
            assert bare(sounds)[0] == bare(alone)[0], word
            # In front of a vowel "lot" ends with a tap, "many" with another vowel, and "other" with its r.
            assert bare(sounds)[-1] in {bare(alone)[-1], "ɾ", "ɹ", "ɪ"}, word


def test_as_many_groups_as_words_are_not_taken_for_the_words() -> None:
    # "on the" is one group, twice, and the number three.
    found = by_word(phonemes().sentences("on the 121 on the"))
    assert found[0] == ("on", "ɔn")
    assert found[2] == ("121", "wˈʌnhˈʌndɹɪdtwˈɛntiwˈʌn")
    assert bare(found[3][1]) == "ɔn"


def test_words_are_as_they_are_written() -> None:
    found = phonemes().sentences("He's (well-known), 'the' 3.5 Ice-Cream? No")
    assert [each.words for each in found] == [("He's", "well-known", "the", "3.5", "Ice-Cream"), ("No",)]


def test_nothing_to_say_is_no_sentence() -> None:
    assert phonemes().sentences("") == []
    assert phonemes().sentences("-") == []


@pytest.fixture
def taught(tmp_path: Path) -> Pronunciations:
    words = Pronunciations(tmp_path, language="en")
    words.teach("tomato", "təˈmɑːtoʊ")
    words.teach("façade", "fəˈsɑd")
    return words


@pytest.mark.parametrize(
    ("text", "their_text"),
    [
        ("I see a tomato here.", "I see a [[təˈmɑːtoʊ]] here."),
        ("Tomato is red", "[[təˈmɑːtoʊ]] is red"),
        ("It is a Tomato's hat. Really?", "It is a [[təˈmɑːtoʊz]] hat. Really?"),
        ("It is a tomato", "It is a [[təˈmɑːtoʊ]]"),
    ],
)
def test_taught_words_go_in_as_in_piper(taught: Pronunciations, text: str, their_text: str) -> None:
    found = phonemes(taught).sentences(text)
    assert ours(found) == theirs(their_text)
    assert [word for word, _ in by_word(found)] == [each.strip(".?") for each in text.split()]
    assert all(sounds for _, sounds in by_word(found))


def test_a_stop_behind_a_taught_word_is_a_pause_and_not_its_name(taught: Pronunciations) -> None:
    def said(text: str) -> list[str]:
        return ["".join(phonemes) for phonemes, _ in ours(phonemes(taught).sentences(text))]

    assert said("A tomato.") == ["ˈeɪ təˈmɑːtoʊ."]
    assert said("tomato: two") == ["təˈmɑːtoʊ: tˈuː"]
    assert said("tomato! Two façade, tomato? no") == ["təˈmɑːtoʊ!", "tˈuː fəˈsɑd, təˈmɑːtoʊ?", "nˈoʊ"]
    assert said("Hello. Tomato tomato") == ["həlˈoʊ.", "təˈmɑːtoʊ təˈmɑːtoʊ"]


def test_the_words_of_taught_sounds_are_as_they_are_written(taught: Pronunciations) -> None:
    found = by_word(phonemes(taught).sentences("On the TOMATO, façade's tomato-like tomato"))
    assert found[0] == ("On", "ɔn")
    assert ("TOMATO", "təˈmɑːtoʊ") in found
    assert ("façade's", "fəˈsɑdz") in found
    assert [word for word, _ in found] == ["On", "the", "TOMATO", "façade's", "tomato", "like", "tomato"]


def test_sounds_that_the_voice_lacks_are_left_out_quietly(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    words = Pronunciations(tmp_path, language="en")
    words.teach("xhosa", "ǁʰɔːsa")
    voice = phonemes(
        words, phoneme_id_map={key: ids for key, ids in SETTINGS["phoneme_id_map"].items() if key not in "ǁʰ"}
    )
    with caplog.at_level(logging.DEBUG, logger="device"):
        for _ in range(3):
            assert by_word(voice.sentences("xhosa")) == [("xhosa", "ɔːsa")]
    assert [(each.levelno, each.name) for each in caplog.records] == [(logging.DEBUG, "device.voice.phonemes")]
    assert "ǁ" not in voice.known
    assert "ɔ" in voice.known


@pytest.mark.parametrize(
    "changes",
    [
        {"phoneme_type": "pinyin"},
        {"phoneme_type": "japanese"},
        {"phoneme_type": "thai"},
        {"phoneme_type": "smoke signals"},
        {"espeak": {"voice": "nonsense"}},
        {"espeak": None},
        {"phoneme_id_map": {"^": [1], "_": [0]}},
    ],
)
def test_what_cannot_be_read_here_is_refused_in_one_line(changes: dict[str, Any]) -> None:
    with pytest.raises(MissingModelError, match=r"^.*voxframe models fetch$"):
        phonemes(**changes)


def test_a_word_alone_is_said_in_the_language_of_its_voice() -> None:
    ESPEAK.sentences("en-us", "house", clusters=None)
    assert ESPEAK.sounds("de", "der") == "dɛɾ"
    assert ESPEAK.sounds("en-us", "der") == "dˈɛɹ"


def test_voices_of_several_languages_do_not_mix_in_threads() -> None:
    voices = [phonemes(**speaking(language)) for language in ("en-us", "de")]
    text = "In 1961 there is a man in der Stadt on the hill."
    expected = [voice.sentences(text) for voice in voices]
    assert expected[0] != expected[1]
    wrong: list[object] = []

    def speak(at: int) -> None:
        for _ in range(30):
            fresh = phonemes(**speaking(("en-us", "de")[at]))
            if (found := fresh.sentences(text)) != expected[at]:
                wrong.append(found)

    threads = [threading.Thread(target=speak, args=(at % 2,)) for at in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert not wrong


@given(hostile())
@settings(max_examples=60, deadline=None)
def test_any_text_gets_the_ids_of_piper(text: str) -> None:
    voice = phonemes()
    for piece in pieces(text[:1500]):
        found = voice.sentences(piece)
        assert ours(found) == theirs(piece)
        for each in found:
            check(each)


def test_what_is_too_long_to_be_laid_side_by_side_is_shared_out() -> None:
    assert beside("a" * 2000, "b" * 2000) is None
    found = phonemes().sentences(" ".join(["7" * 60] * 4))
    assert all(sounds for _, sounds in by_word(found))
