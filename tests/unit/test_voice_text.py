"""What is not words, and what is said in its place: one line a rule."""

# ruff: noqa: RUF001 - letters that look like others are the point

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import TYPE_CHECKING

import pytest
from piper.phonemize_espeak import EspeakPhonemizer

from device.voice.clean import LONGEST, clean, pieces

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

ENGLISH = [
    ("I see a cat.", "I see a cat."),
    ("WHO IS THERE?", "WHO IS THERE?"),
    ("Dr. Smith and Mrs. Jones.", "Dr Smith and Mrs Jones."),
    ("J. Smith is here.", "J Smith is here."),
    ("A cat, e.g. Tom", "A cat, for example Tom"),
    ("cats, dogs, etc.", "cats, dogs, et cetera."),
    ("cats etc. and dogs", "cats et cetera and dogs"),
    ("In St. John", "In Saint John"),
    ("on Main St.", "on Main St."),
    ("No. 5", "number 5"),
    ("No. It is not.", "No. It is not."),
    ("№ 5 and #6", "number 5 and number 6"),
    ("U.S. Army", "U.S Army"),
    ("Henry VIII", "Henry 8"),
    ("1 km/h, 5 km/h, 12.5kg", "1 kilometre per hour, 5 kilometres per hour, 12.5 kilograms"),
    ("20°C and 20 ℃", "20 degrees Celsius and 20 degrees Celsius"),
    ("5 m²", "5 square metres"),
    ("50% of 90°", "50 percent of 90 degrees"),
    ("$5 and 1 € and £1", "5 dollars and 1 euro and 1 pound"),
    ("$5.50, $0.99, $5.00", "5 dollars 50, 0.99 dollars, 5 dollars"),
    ("$1.5 million", "1.5 million dollars"),
    ("½ cup, 3½ cups, 3/4", "a half cup, 3 and a half cups, three quarters"),
    ("7:00, 7:05, 7:00 am, 10:30", "7 o'clock, 7 oh 5, 7 am, 10:30"),
    ("in the 1990s", "in the 19 nineties"),
    ("10-20 or 10–20", "10 to 20 or 10 to 20"),
    ("−5 and -5", "minus 5 and minus 5"),
    ("2+2=4, 5×3", "2 plus 2 equals 4, 5 times 3"),
    ("C++", "C plus plus"),
    ("R&D @home", "R and D at home"),
    ("and/or", "and or"),
    ("is .5", "is 0.5"),
    ("7" * 400, " ".join("7" * 20)),
    ("a—b – c", "a, b, c"),
    ("wait… What?!", "wait. What?"),
    ("one (two) three", "one, two, three"),
    ("it’s “so”", "it's so"),
    ("end.Next", "end. Next"),
    ("<p>Hello</p><script>bad()</script> there<br/>", "Hello there"),
    ("<!-- no -->yes", "yes"),
    ("&lt;b&gt;x&lt;/b&gt; R&amp;D", "x R and D"),
    ("**bold** _it_ `code`", "bold it code"),
    ("# Title\n\n- one\n", "Title. one"),
    ("[text](http://x.y/z?a=1)", "text"),
    ("see https://www.example.com/a?b=c, please", "see example dot com, please"),
    ("mail joe@example.org now", "mail joe at example dot org now"),
    ("hello 🙂 :-) 👩‍👩‍👧 hi", "hello hi"),
    ("hello™ ©", "hello"),
    ("he\u200bl\u00adlo\x00\x1b you", "hello you"),
    ("\u202ehello\u202c", "hello"),
    ("e\u0301te\u0301 z\u0336a\u0336", "été za"),
    ("𝓗ello Ｗorld ①", "Hello World 1"),
    ("naïve Łódź", "naïve Łódź"),
    ("Nguyễn Sơn", "Nguyen Son"),
    ("hello Привет 日本語there", "hello there"),
    ("α and β", "α and β"),
    ("$ % & @ # * + = ° §", ""),
    ("", ""),
]
OTHERS = [
    ("de", "z. B. Hunde, d.h. Tiere", "zum Beispiel Hunde, das heißt Tiere"),
    ("de-AT", "am 3. Mai", "am dritten Mai"),
    ("de", "Dr. Müller, Nr. 5", "Doktor Müller, Nummer 5"),
    ("de", "5,50 €, 20 °C, 5 km/h", "5 Euro 50, 20 Grad Celsius, 5 Kilometer pro Stunde"),
    ("de", "Hunde usw. Dann A & B", "Hunde und so weiter. Dann A und B"),
    ("fr", "M. Dupont, n° 5", "Monsieur Dupont, numéro 5"),
    ("fr", "20 °C, p. ex. l’été", "20 degrés Celsius, par exemple l'été"),
    ("es", "¿Qué? 1ª vez, n.º 5", "Qué? 1ª vez, número 5"),
    ("it", "Sig.ra Rossi, ad es. lei", "Signora Rossi, ad esempio lei"),
    ("zh", "你好，世界。hello！", "你好, 世界. hello!"),
    ("ru", "Привет, мир. 日本", "Привет, мир."),
    ("hi", "नमस्ते। १२", "नमस्ते. 12"),
    ("vi", "Nguyễn Sơn", "Nguyễn Sơn"),
    ("xx", "Привет שלום", "Привет שלום"),
    ("../en", "50%", "50"),
]


@pytest.mark.parametrize(("text", "said"), ENGLISH)
def test_english_says(text: str, said: str) -> None:
    assert clean(text) == said
    assert clean(said) == said


@pytest.mark.parametrize(("language", "text", "said"), OTHERS)
def test_each_language_says(language: str, text: str, said: str) -> None:
    assert clean(text, language=language) == said
    assert clean(said, language=language) == said


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("One. Two! Three?", ["One.", "Two!", "Three?"]),
        ("Dr. Smith paid 3.50. He left.", ["Dr Smith paid 3.50.", "He left."]),
        ("at 10 a.m. today", ["at 10 a.m. today"]),
        ("...", []),
        ("", []),
    ],
)
def test_a_text_is_cut_at_sentence_ends_only(text: str, cut: list[str]) -> None:
    assert pieces(text) == cut


def test_a_long_sentence_is_cut_at_clauses_and_a_shorter_one_is_not() -> None:
    clause = "there is a small house, "
    assert len(pieces(clause * 10 + "yes.")) == 1
    found = pieces(clause * 25 + "yes.")
    assert [piece[-1] for piece in found] == [",", ",", "."]
    assert max(map(len, found)) <= LONGEST


def test_a_word_longer_than_any_is_cut() -> None:
    assert max(map(len, clean("x" * 500).split())) <= 80


@pytest.mark.parametrize("text", ["Dr. Smith sees No. 5.", "At 20 °C, e.g. today.", "Mt. Everest is high."])
def test_an_abbreviation_makes_no_pause(text: str) -> None:
    assert len(EspeakPhonemizer().phonemize("en-us", clean(text))) == 1


def words() -> list[Traversable]:
    return sorted((files("device.voice") / "words").iterdir(), key=lambda file: file.name)


@pytest.mark.parametrize("file", words(), ids=lambda file: file.name)
def test_what_a_language_says_needs_no_rule_again(file: Traversable) -> None:
    language = file.name.removesuffix(".toml")
    data = tomllib.loads(file.read_text(encoding="utf-8"))
    for table in ("titles", "abbreviations", "before_capital", "before_number", "symbols", "between"):
        for sign, said in data.get(table, {}).items():
            assert clean(said, language=language) == said, sign
    for sign, (one, several) in data["units"].items():
        assert clean(f"1 {sign}, 2{sign}", language=language) == f"1 {one}, 2 {several}"
