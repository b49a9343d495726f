"""The narrator port: a scene to sentences, each with the claims it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from device.core.types import Utterance
from device.narration.cast import Cast
from device.narration.facts import MOST_ONE_BY_ONE, facts_of
from device.narration.phrases import Phrases

if TYPE_CHECKING:
    from collections.abc import Iterator

    from device.core.types import Claim, Narration, Scene, Speaker, Speaking
    from device.narration.facts import FaceFacts, Facts
    from device.text.texts import Texts


class TemplateNarrator:
    """Sentences from Fluent templates; the opening comes first and is short, for somebody waits for it."""

    def __init__(self, *, texts: Texts, cast: Cast | None = None) -> None:
        self._texts = texts
        self._cast = cast or Cast()

    def narrate(self, scene: Scene, *, speaking: Speaking, seed: int) -> Narration:
        """The sentences, in order; the same seed gives the same words. Without a face the narrator speaks."""
        facts = facts_of(scene)
        story = _Story(
            facts=facts,
            phrases=Phrases(texts=self._texts, seed=seed),
            language=self._texts.language,
            personas=self._cast.of(len(facts.faces), seed=seed),
        )
        return story.told_by_people() if speaking == "person" and facts.faces else story.told_by_narrator()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Story:
    facts: Facts
    phrases: Phrases
    language: str
    personas: tuple[str | None, ...]

    def told_by_narrator(self) -> Iterator[Utterance]:
        facts, number = self.facts, len(self.facts.faces)
        if number == 0:
            yield self._said("narrator", "faces-none", (facts.count,))
            return
        yield self._said("narrator", "faces", (facts.count,), n=number, count=self.phrases.number(number))
        yield from self._places()
        if number <= MOST_ONE_BY_ONE:
            for face in facts.faces:
                if looks := face.those_worth_saying():
                    who = self.phrases.who(face, facts)
                    yield self._said("narrator", "face", looks, who=who, list=self.phrases.looks(looks))
            if facts.posture:
                who = self.phrases.who(facts.faces[0], facts)
                yield self._said("narrator", f"posture-{facts.posture.value}", (facts.posture,), who=who)
        else:
            yield from self._counted("facing-many", facts.claims("facing", "front"))
            yield from self._counted("smiling-many", facts.claims("smiling", value=True))

    def told_by_people(self) -> Iterator[Utterance]:
        facts, speakers = self.facts, self.facts.speakers()
        first, number = speakers[0].index, len(facts.faces)
        if number > MOST_ONE_BY_ONE:
            yield self._said(first, "imagine-many", (facts.count,), count=self.phrases.number(number))
        else:
            yield self._said(first, "imagine", (facts.count,))
        for face in speakers:
            yield from self._introduced(face)
            if looks := face.those_worth_saying():
                yield self._said(face.index, "me", looks, list=self.phrases.looks(looks))
        if facts.posture:
            yield self._said(first, f"me-{facts.posture.value}", (facts.posture,))

    def _introduced(self, face: FaceFacts) -> Iterator[Utterance]:
        facts, place = self.facts, face.get("place")
        if place and len(facts.faces) == 1:
            yield self._said(face.index, "me-only", (facts.count, place), place=self.phrases.place(place))
        elif place and facts.places_differ():
            yield self._said(face.index, "me-placed", (place,), place=self.phrases.place(place))
        elif len(facts.faces) <= MOST_ONE_BY_ONE:
            because = (place,) if place else (facts.count,)
            yield self._said(face.index, "me-ordered", because, ordinal=self.phrases.ordinal(face))
        elif place:
            yield self._said(face.index, "me-among", (place,), place=self.phrases.place(place))

    def _places(self) -> Iterator[Utterance]:
        facts = self.facts
        claims = tuple(claim for face in facts.faces if (claim := face.get("place")))
        if len(claims) < len(facts.faces):
            return
        if len({claim.value for claim in claims}) > 1:
            yield self._said("narrator", "places", claims, list=self.phrases.places(facts))
            return
        place = self.phrases.place(claims[0])
        if len(claims) == 1:
            yield self._said("narrator", "place-one", claims, place=place)
        else:
            yield self._said("narrator", "places-all", claims, n=len(claims), place=place)

    def _counted(self, name: str, claims: tuple[Claim, ...]) -> Iterator[Utterance]:
        if claims:
            number = len(claims)
            yield self._said("narrator", name, claims, n=number, count=self.phrases.number(number))

    def _said(self, speaker: Speaker, name: str, because: tuple[Claim, ...], **values: str | int) -> Utterance:
        text = self.phrases.sentence(name, **values)
        persona = None if speaker == "narrator" else self.personas[speaker]
        return Utterance(speaker=speaker, text=text, language=self.language, because=because, persona=persona)
