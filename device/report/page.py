"""A page of what was seen, what was said, and why: one file that needs nothing else and asks for nothing."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from device.report.document import data_address, document
from device.report.living import CANVASES, SCRIPTS, player, sound
from device.report.words import name_words, speaker_words, subject_words, sureness_words, value_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from device.core.types import Record
    from device.report.living import Living
    from device.text.texts import Texts


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One photo of the page.

    Attributes:
        title: Its heading.
        record: The JSON object of the photo.
        jpeg: The photo as it is shown; None where it could not be read.
        held_back: Claims that were not said, as they stand under `because`.
        wav: The sound, or None; that of `living` where there is one.
        credit: Whose photo it is, or None.
        living: How it speaks on the page, with captions; None where its sound is all there is.
    """

    title: str
    record: Record
    jpeg: bytes | None = None
    held_back: Sequence[Record] = ()
    wav: bytes | None = None
    credit: str | None = None
    living: Living | None = None


def render_page(entries: Sequence[Entry], texts: Texts) -> str:
    """The page as HTML."""
    articles = "\n".join(_article(entry, texts) for entry in entries)
    title = texts.text("page-title")
    body = f"""<header>
<h1>{escape(title)}</h1>
<p class="small">{escape(texts.text("page-intro"))}</p>
</header>
<main>
{articles}
</main>"""
    lives = any(entry.living for entry in entries)
    return document(
        title=title,
        language=texts.language,
        styles=("base", "page", *(["living"] if lives else [])),
        scripts=SCRIPTS if lives else (),
        body=body,
    )


def _article(entry: Entry, texts: Texts) -> str:
    title = f"<h2>{escape(entry.title)}</h2>"
    if "error" in entry.record:
        trouble = escape(entry.record["error"]["message"])
        return f'<article>\n<div>{title}</div>\n<p class="error">{texts.text("unreadable")}: {trouble}</p>\n</article>'
    whole = ' class="living"' if entry.living else ""
    return f"""<article>
<div{whole}>
{_figure(entry, texts)}
{_sound(entry, texts)}
</div>
<section>
{title}
<p class="small">{_figures(entry.record, texts)}</p>
<h3>{escape(texts.text("said"))}</h3>
<ol>
{"".join(_sentence(each, texts) for each in entry.record["narration"])}</ol>
<h3>{escape(texts.text("unsaid"))}</h3>
{_claims(entry.held_back, texts) or f'<p class="small">{escape(texts.text("unsaid-none"))}</p>'}
</section>
</article>"""


def _figure(entry: Entry, texts: Texts) -> str:
    width, height = entry.record["photo"]["width"], entry.record["photo"]["height"]
    told = escape(" ".join(each["text"] for each in entry.record["narration"]))
    credit = escape(texts.text("credit", {"credit": entry.credit})) if entry.credit else ""
    boxes = "".join(_box(face["box"]) for face in entry.record["faces"])
    numbers = "".join(_numbers(entry.record, texts))
    canvases = CANVASES if entry.living else ""
    return f"""<figure>
<div class="photo">
<img src="{data_address("image/jpeg", entry.jpeg or b"")}" alt="{told}" width="{width}" height="{height}">
{canvases}
<svg viewBox="0 0 {width} {height}" preserveAspectRatio="none" aria-hidden="true">{boxes}</svg>
{numbers}
</div>
<figcaption>{credit}</figcaption>
</figure>"""


def _box(box: Sequence[float]) -> str:
    x, y, width, height = box
    where = f'x="{x}" y="{y}" width="{width}" height="{height}" rx="2"'
    return f'<rect class="box under" {where}/><rect class="box over" {where}/>'


def _numbers(record: Record, texts: Texts) -> Iterator[str]:
    width, height = record["photo"]["width"], record["photo"]["height"]
    for number, face in enumerate(record["faces"], start=1):
        left, top = max(0.0, face["box"][0] / width), max(0.0, face["box"][1] / height)
        label = escape(texts.text("caption-face", {"number": number, "place": texts.text(f"place-{face['place']}")}))
        yield f'<span class="number" style="left:{left:.2%};top:{top:.2%}" title="{label}">{number}</span>'


def _sound(entry: Entry, texts: Texts) -> str:
    if entry.living is None and entry.wav is None:
        return ""
    imagined = any(each["speaker"] != "narrator" for each in entry.record["narration"])
    notice = escape(texts.text("voice-imagined" if imagined else "voice-synthetic"))
    heard = player(entry.living, texts) if entry.living else sound(entry.wav or b"", texts)
    return f"""{heard}
<p class="small">{notice}</p>"""


def _figures(record: Record, texts: Texts) -> str:
    photo, timings = record["photo"], record["timings"]
    told = [texts.text("dimensions", {"width": str(photo["width"]), "height": str(photo["height"])})]
    look = sum(timings[each] or 0 for each in ("decode_ms", "detect_ms", "analyse_ms"))
    if timings["first_audio_ms"] is not None:
        sound = f"{timings['first_audio_ms']:.0f}"
        told.append(texts.text("timing", {"look": f"{look:.0f}", "sound": sound}))
    else:
        told.append(texts.text("timing-look", {"look": f"{look:.0f}"}))
    return escape(" · ".join(told))


def _sentence(utterance: Record, texts: Texts) -> str:
    who = speaker_words(utterance["speaker"], texts)
    return f"""<li>
<p class="sentence">{escape(utterance["text"])}</p>
<details><summary><span class="who">{escape(who)}</span>, {escape(texts.text("because"))} …</summary>
{_claims(utterance["because"], texts)}
</details>
</li>
"""


def _claims(claims: Sequence[Record], texts: Texts) -> str:
    if not claims:
        return ""
    return f"<dl>{''.join(_claim(claim, texts) for claim in claims)}</dl>"


def _claim(claim: Record, texts: Texts) -> str:
    told = f"{subject_words(claim['about'], texts)}, {name_words(claim, texts)}: {value_words(claim, texts)}"
    return f"<dt>{escape(told)}</dt><dd>{escape(claim['why'])} ({escape(sureness_words(claim, texts))})</dd>"
