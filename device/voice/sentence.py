"""One piece of text on its way from the engine to levelled sound, chunk by chunk."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from device.core.types import Mark
from device.voice.level import as_pcm, leveller
from device.voice.shape import Shaper
from device.voice.stages import Stages

if TYPE_CHECKING:
    from collections.abc import Iterator

    from device.core.types import Pcm
    from device.voice.engine import Engine, Manner
    from device.voice.period import Period


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sounding:
    """Some of a piece; its marks count from the first sample of the piece."""

    pcm: Pcm
    marks: tuple[Mark, ...] = ()


def sounded(engine: Engine, text: str, *, manner: Manner, seed: int, period: Period = "none") -> Iterator[Sounding]:
    """The piece, shaped, coloured by the period, and levelled; nothing where there is nothing to be heard.

    The marks come with the first of it, where the engine knows them; else the piece alone is marked, in the last.
    """
    rate = engine.sample_rate
    level = leveller(manner, gain=engine.gain, sample_rate=rate, period=period, seed=seed)
    way = Stages(Shaper(manner, sample_rate=rate), level)
    marks: tuple[Mark, ...] = ()
    known, length = False, 0
    for stretch in engine.say(text, manner=manner, seed=seed):
        if stretch.marks:
            known, marks = True, _marked(text, stretch.marks, manner.ratio)
        pcm = as_pcm(way.push(stretch.samples))
        if len(pcm):
            yield Sounding(pcm=pcm, marks=marks)
            marks, length = (), length + len(pcm)
    rest = as_pcm(way.finish())
    length += len(rest)
    if len(rest):
        yield Sounding(pcm=rest, marks=marks if known else (Mark(kind="sentence", text=text, first=0, end=length),))


def _marked(text: str, marks: tuple[Mark, ...], ratio: float) -> tuple[Mark, ...]:
    """The engine's marks where they are after the resampling, behind one for the whole."""
    moved = [replace(mark, first=round(mark.first / ratio), end=round(mark.end / ratio)) for mark in marks]
    return (Mark(kind="sentence", text=text, first=0, end=max(mark.end for mark in moved)), *moved)
