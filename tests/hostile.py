"""Texts that nobody would write to a voice, and that reach it all the same."""

# ruff: noqa: RUF001, RUF005 - letters that look like others are the point; one list a kind reads better

from __future__ import annotations

from hypothesis import strategies as st

LANGUAGES = st.sampled_from(["en", "en-GB", "de", "fr", "es", "it", "zh", "ru", "xx", ""])

_SNIPPETS = st.sampled_from(
    ["<b>", "</b>", "<speak>", '<break time="3s"/>', "<!--", "-->", "<script>", "</script>", "&amp;", "&lt;", "&#0;"]
    + [
        "[[",
        "]]",
        "](http://x.y/z)",
        "![",
        "**",
        "__",
        "```",
        "# ",
        "- ",
        "> ",
        "https://example.com/a?b=c#d",
        "a@b.cd",
    ]
    + ["\u200b", "\u200d", "\ufeff", "\u202e", "\u2066", "\u0301", "\ufe0f", "\U000e0041", "\x00", "\x1b[31m", "\r\n"]
    + ["Dr. ", "e.g. ", "z. B. ", "No. ", "St. ", "A. ", "U.S. ", "etc. ", " km/h", "°C", "%", "$", "€", "½", "m²", "№"]
    + [
        "1",
        "1,000.5",
        "10:05",
        "7:00",
        "1990s",
        "3. Mai",
        "-5",
        "10-20",
        "VIII ",
        "Henry ",
        "+",
        "=",
        "/",
        "'",
        ". ",
        "\n\n",
    ]
    + ["שלום ", "مرحبا ", "Привет", "日本語。", "α", "한국어", "१२३", "𝓗ello", "ﷺ", "🙂", "👩‍👩‍👧", "🇩🇪", "1️⃣"]
)
_NUMBERS = st.integers(1, 400).flatmap(lambda length: st.text("0123456789", min_size=length, max_size=length))
_LONG_WORDS = st.builds(
    lambda word, times: word * times, st.text("abxyzéß", min_size=1, max_size=5), st.integers(1, 900)
)
_NESTED = st.builds(
    lambda depth, inner: "<b>[[(" * depth + inner + ")]]</b>" * depth, st.integers(1, 40), st.text(max_size=9)
)
_ANY = st.one_of(st.text(max_size=30), _SNIPPETS, _SNIPPETS, _NUMBERS, _LONG_WORDS, _NESTED)


def hostile() -> st.SearchStrategy[str]:
    """Any Unicode, nested markup, very long words, invisible characters, right to left, numbers of 400 digits."""
    return st.lists(_ANY, max_size=8).map("".join)


def around(word: str) -> st.SearchStrategy[str]:
    """A hostile text with a word that stands alone in it, outside of markup."""
    harmless = st.one_of(
        st.text(st.characters(exclude_characters="<>&:/@[]()"), max_size=40),
        st.sampled_from(["\u202e", "مرحبا", "日本語", "**", "🙂", "7" * 400, "x" * 900, "&&&", "$$$", "\u0301" * 30]),
    )
    return st.builds(lambda before, after: f"{before} {word} {after}", harmless, harmless)
