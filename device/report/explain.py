"""The page of `voxframe explain`: one photo, each sentence with what it rests on, and what was not said, and why."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING

from device.report.boxes import Marked, box_link
from device.report.document import document
from device.report.drawing import close_up, picture, pointing, scale
from device.report.grounds import subjects_of
from device.report.living import CANVASES, SCRIPTS, player
from device.report.words import head_words, name_words, speaker_words, subject_words, sureness_words, value_words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from device.core.types import Record
    from device.report.grounds import Ground, Subject
    from device.report.living import Living
    from device.text.texts import Texts

_MOST_ROWS, _FIRST_ROWS = 8, 5
"""Up to so many claims are shown under a sentence; of more, so many that were least sure, and the others unfold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """What was made of one photo.

    Attributes:
        name: What the photo is called.
        record: Its JSON object.
        claims: All claims, said or held back, with the fields of a Claim; not rounded, so that none that just missed
            what it needs looks as if it had not.
        jpeg: The photo as it is shown.
        boxes: Where the subjects of claims are that the record holds no box for, by `about`; x, y, width and height in
            pixels of the upright photo at full resolution.
        living: How it speaks; None where the page is silent.
    """

    name: str
    record: Record
    claims: Sequence[Record]
    jpeg: bytes
    boxes: Mapping[str, Sequence[float]] = field(default_factory=dict)
    living: Living | None = None


def render_explanation(explanation: Explanation, texts: Texts) -> str:
    """The page as HTML."""
    page = _Page(explanation, texts)
    return document(
        title=f"{texts.text('explain-title')}: {explanation.name}",
        language=texts.language,
        styles=("base", "explain", *(["living"] if explanation.living else [])),
        scripts=SCRIPTS if explanation.living else (),
        rules=page.rules(),
        body=page.body(),
    )


class _Page:
    def __init__(self, explanation: Explanation, texts: Texts) -> None:
        self._record, self._jpeg, self._name = explanation.record, explanation.jpeg, explanation.name
        self._living = explanation.living
        self._texts = texts
        self._width, self._height = self._record["photo"]["width"], self._record["photo"]["height"]
        self._heads = {f"face {index}": face["head"] for index, face in enumerate(self._record["faces"])}
        self._boxes: dict[str, Sequence[float]] = dict(explanation.boxes)
        for kind, plural in (("face", "faces"), ("body", "bodies")):
            self._boxes |= {f"{kind} {index}": each["box"] for index, each in enumerate(self._record[plural])}
        self._subjects = subjects_of(explanation.claims, self._record["narration"], self._boxes)
        self._grounds = [ground for subject in self._subjects for ground in subject.grounds]

    def body(self) -> str:
        size = self._told("dimensions", width=str(self._width), height=str(self._height))
        return f"""<a class="skip" href="#the-sentences">{self._told("explain-skip")}</a>
<header>
<h1>{self._told("explain-title")}</h1>
<p class="small"><span class="name">{escape(self._name)}</span> · {size}</p>
</header>
<main>
<div class="top">
{self._figure()}
<div>
<section aria-labelledby="the-sentences">
<h2 id="the-sentences">{self._told("said")}</h2>
<ol class="sentences">
{"".join(self._sentence(number) for number in range(1, len(self._record["narration"]) + 1))}</ol>
</section>
<section aria-labelledby="the-unsaid">
<h2 id="the-unsaid">{self._told("unsaid")}</h2>
{self._unsaid()}
</section>
</div>
</div>
<section aria-labelledby="the-grounds">
<h2 id="the-grounds">{self._told("explain-grounds")}</h2>
<p class="small legend">{self._legend()}</p>
<div class="cards">
{"".join(self._card(subject) for subject in self._subjects)}</div>
</section>
</main>"""

    def rules(self) -> str:
        """Rules that light up what belongs together: a sentence, its claims and where they are in the photo."""
        # As wide as there is room for, and no higher than can be seen at once; boxes are in shares of it.
        rules = [f".photo {{ width: min(100%, 84vh * {self._width} / {self._height}); }}\n"]
        for number in range(1, len(self._record["narration"]) + 1):
            lit = [each for each in self._grounds if number in each.sentences]
            of = {subject.identity for subject in self._subjects for each in subject.grounds if each in lit}
            shown = [f"#{each.identity}" for each in lit] + [f".box-{each}" for each in sorted(of)]
            if shown:
                who = f"body:has(#sentence-{number}:is(:hover, :focus-within, :target))"
                rules.append(f"{who} :is({', '.join(shown)}) {{ --lit: 1; }}\n")
        for subject in self._subjects:
            card = f"#{subject.identity}:is(:hover, :focus-within, :target), #{subject.identity} :target"
            row = f".of-{subject.identity}:is(:hover, :focus-within)"
            rules.append(f"body:has({card}, {row}) .box-{subject.identity} {{ --lit: 1; }}\n")
        return "".join(rules)

    def _figure(self) -> str:
        alt = " ".join(each["text"] for each in self._record["narration"]) or self._name
        long_side = max(self._width, self._height)
        arrows = "".join(
            pointing(f"head-{subject.identity}", self._boxes[subject.about], head, long_side=long_side)
            for subject in self._subjects
            if (head := self._head(subject)) and subject.about in self._boxes
        )
        drawn = picture(self._jpeg, width=self._width, height=self._height, label=alt, over=arrows)
        boxed = [subject for subject in self._subjects if subject.about in self._boxes]
        legend = [self._told("explain-legend-photo")] if arrows else []
        if any(not subject.about.startswith("face ") for subject in boxed):
            legend.append(self._told("explain-legend-other"))
        whole, canvases = (' class="living"', CANVASES) if self._living else ("", "")
        return f"""<figure{whole}>
<div class="photo">
{drawn}{canvases}
{"".join(self._box(subject) for subject in boxed)}
</div>
<figcaption>{" ".join(legend)}</figcaption>
{self._player()}</figure>"""

    def _player(self) -> str:
        if self._living is None:
            return ""
        imagined = any(each["speaker"] != "narrator" for each in self._record["narration"])
        notice = self._told("voice-imagined" if imagined else "voice-synthetic")
        return f'{player(self._living, self._texts)}\n<p class="small">{notice}</p>\n'

    def _box(self, subject: Subject) -> str:
        kind, _, index = subject.about.partition(" ")
        face, name = kind == "face", self._subject_name(subject.about)
        marked = Marked(
            identity=subject.identity,
            box=self._boxes[subject.about],
            label=str(int(index) + 1) if face else name,
            name=name,
            face=face,
        )
        return box_link(marked, width=self._width, height=self._height)

    def _sentence(self, number: int) -> str:
        utterance = self._record["narration"][number - 1]
        lit = [each for each in self._grounds if number in each.sentences]
        rows = self._rows(lit) if len(lit) <= _MOST_ROWS else self._rows_of_many(lit)
        who = escape(speaker_words(utterance["speaker"], self._texts))
        because = self._told("because") if rows else self._told("explain-groundless")
        return f"""<li id="sentence-{number}">
<a class="sentence" lang="{escape(utterance["language"])}" href="#sentence-{number}">{escape(utterance["text"])}</a>
<p class="small"><span class="who">{who}</span>, {because}</p>
{rows}
</li>
"""

    def _rows(self, grounds: Sequence[Ground]) -> str:
        rows = "".join(
            f'<li><a href="#{each.identity}">{self._short(each)}</a> {scale(each.claim)} {self._sure(each)}</li>'
            for each in grounds
        )
        return f'<ul class="rows">{rows}</ul>' if rows else ""

    def _rows_of_many(self, grounds: Sequence[Ground]) -> str:
        """Where a crowd is behind a sentence, who doubts it looks for those that were least sure."""
        doubtful = sorted(grounds, key=lambda each: each.claim["score"] - each.claim["threshold"])[:_FIRST_ROWS]
        others = [each for each in grounds if each not in doubtful]
        more = self._told("explain-more", number=len(others))
        return f"{self._rows(doubtful)}<details><summary>{more}</summary>{self._rows(others)}</details>"

    def _unsaid(self) -> str:
        rows = "".join(
            f'<li class="of-{subject.identity}"><a href="#{each.identity}">{self._short(each)}</a> {scale(each.claim)} '
            f'{self._sure(each)}<p class="why">{escape(each.claim["why"])}</p></li>'
            for subject in self._subjects
            for each in subject.grounds
            if not each.claim["said"]
        )
        return f'<ul class="rows">{rows}</ul>' if rows else f'<p class="small">{self._told("unsaid-none")}</p>'

    def _card(self, subject: Subject) -> str:
        box, head = self._boxes.get(subject.about), self._head(subject)
        shown = ""
        if box:
            arrow = f"head-{subject.identity}" if head else None
            shown = close_up(box, width=self._width, height=self._height, over=arrow)
        told = ""
        if subject.about in self._heads:
            told = escape(head_words(head, self._texts)) if head else self._told("head-unknown")
        return f"""<article id="{subject.identity}" class="card" aria-labelledby="name-{subject.identity}">
<div class="title">{shown}<div><h3 id="name-{subject.identity}">{escape(self._subject_name(subject.about))}</h3>
<p class="small">{told}</p></div></div>
<ul class="claims">
{"".join(self._claim(each) for each in subject.grounds)}</ul>
</article>
"""

    def _claim(self, ground: Ground) -> str:
        claim = ground.claim
        links = ", ".join(f'<a href="#sentence-{each}">{self._link_text(each)}</a>' for each in ground.sentences)
        if links:
            state = f"{self._told('explain-said')} {links}"
        elif claim["name"] == "moves":
            state = self._told("explain-moves")
        else:
            state = self._told("explain-unneeded" if claim["said"] else "explain-held")
        name, value = escape(name_words(claim, self._texts)), escape(value_words(claim, self._texts))
        return f"""<li id="{ground.identity}">
<p class="what">{name}: <b>{value}</b></p>
<div class="weighed">{scale(claim)} {self._sure(ground)}</div>
<p class="why">{escape(claim["why"])}</p>
<p class="state">{state}</p>
</li>
"""

    def _link_text(self, number: int) -> str:
        return self._told("explain-sentence", number=number)

    def _short(self, ground: Ground) -> str:
        claim = ground.claim
        about = self._subject_name(claim["about"])
        return escape(f"{about}, {name_words(claim, self._texts)}: {value_words(claim, self._texts)}")

    def _sure(self, ground: Ground) -> str:
        return f'<span class="sure">{escape(sureness_words(ground.claim, self._texts))}</span>'

    def _legend(self) -> str:
        example = {"score": 0.8, "threshold": 0.5}
        said, held = scale({**example, "said": True}), scale({**example, "said": False})
        return f"{said} {self._told('explain-legend-said')} {held} {self._told('explain-legend-held')}"

    def _head(self, subject: Subject) -> Record | None:
        head: Record | None = self._heads.get(subject.about)
        return head if head and head["yaw"] is not None else None

    def _subject_name(self, about: str) -> str:
        name = subject_words(about, self._texts)
        return name[:1].upper() + name[1:]

    def _told(self, name: str, **values: str | int) -> str:
        return escape(self._texts.text(name, values))
