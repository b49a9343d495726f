"""Pictures and their sound as a film: MP4 with H.264, AAC and captions that a player can show.

Each picture is made, marked and encoded before the next one, so a long film needs no more memory than a short one.
PyAV is loaded when a film is made and not before: it is an extra, and large.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Protocol

import numpy as np

from device.core.errors import MissingModelError, UnableError
from device.living.boxes import append_xmp
from device.living.budget import BEST, INSTEAD
from device.living.planes import even, planes_of
from device.living.stamp import stamp_of
from device.text.languages import three_letters
from device.text.provenance import PARTLY_MADE, xmp

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path
    from types import ModuleType

    from av import AudioStream, Packet, VideoStream
    from av.container import OutputContainer
    from av.subtitles.stream import SubtitleStream

    from device.core.types import Cue, Pcm, Rgb

RATE = BEST.rate
"""Pictures a second, where nothing else is asked for."""

_REMEDY = "pip install av==18.1.0"

# One thread, as the voice has; few pictures ahead and none between others, for the memory of a small device.
_H264 = {
    "preset": "superfast",
    "tune": "stillimage",
    "crf": "20",
    "x264-params": "bframes=0:mbtree=1:rc-lookahead=1:sync-lookahead=0:sliced-threads=0",
}
_AAC = {"aac_coder": "fast"}
"""Three times as fast as the other coder, and nearer to the speech at this rate."""
_AAC_BITS = 64_000
_BT601, _BT709, _STUDIO = 6, 1, 1  # matrix, primaries and curve, 16 to 235: ITU-T H.273
_MILLIS = Fraction(1, 1000)

# What the encoder of captions wants to know before the first; a player has fonts of its own.
_STYLE = b"""[Script Info]
ScriptType: v4.00+

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, Bold, Italic, Underline, BackColour, Alignment
Style: Default,Arial,16,&Hffffff,0,0,0,&H0,2

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
"""


class Reel(Protocol):
    """Where the pictures of a film come from, such as a performance."""

    @property
    def seconds(self) -> float:
        """How long the speech is."""

    def pictures(self, rate: float) -> Iterator[Rgb]:
        """One for each 1/rate second; all of one size."""


class Progress(Protocol):
    """Who is told how far a film is."""

    def __call__(self, done: int, of: int) -> None:
        """So many of its pictures are made."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Film:
    """All of a film.

    Attributes:
        reel: Its pictures.
        pcm: Its sound.
        sample_rate: Samples a second.
        cues: Its captions.
        language: The tag of what is spoken.
        mark: The words that every picture bears.
        title: As players show it.
        comment: What somebody reads who looks at the properties of the file.
        rate: Pictures a second.
    """

    reel: Reel
    pcm: Pcm
    sample_rate: int
    cues: Sequence[Cue]
    language: str
    mark: str
    title: str
    comment: str
    rate: int = RATE


def write_film(file: Path, film: Film, *, progress: Progress | None = None) -> None:
    """Write the film to a file, whatever its name ends with; half of it is there if this fails.

    Raises:
        MissingModelError: PyAV is not installed.
        UnableError: It makes no film of this.
        OSError: The file cannot be written.
    """
    av = _av()
    try:
        _write(av, file, film, progress)
    except (av.FFmpegError, av.codec.codec.UnknownCodecError) as error:
        # Some of them are errors of the system too, such as a full disk.
        if isinstance(error, OSError):
            raise
        raise UnableError(f"PyAV makes no film of this ({error}); {INSTEAD}") from error


def need_pyav() -> None:
    """See that films can be made here, before anything is done for one.

    Raises:
        MissingModelError: PyAV is not installed.
    """
    _av()


def _write(av: ModuleType, file: Path, film: Film, progress: Progress | None) -> None:
    with av.open(str(file.absolute()), "w", format="mp4", options={"movflags": "+faststart"}) as container:
        container.metadata.update(title=film.title, comment=film.comment)
        pictures = _marked(film.reel.pictures(film.rate), film.mark)
        first = next(pictures)
        language = three_letters(film.language)
        video = _video(container, first.shape[1], first.shape[0], film.rate)
        sound = _sound(container, film.sample_rate, language)
        captions = _captions(container, language)
        container.mux(_cue_packets(av, captions, film.cues))
        total = max(1, round(film.reel.seconds * film.rate))
        hop = film.sample_rate / film.rate
        for number, picture in enumerate(_with(first, pictures)):
            container.mux(_encoded(av, video, picture, number, film.rate))
            # The sound beside its picture, so that a player needs to keep little of either.
            begin, end = round(number * hop), round((number + 1) * hop)
            last = number + 1 >= total
            container.mux(_heard(av, sound, film.pcm[begin : None if last else end], begin))
            if progress:
                progress(number + 1, total)
        container.mux(video.encode(None))
        if len(film.pcm):
            container.mux(sound.encode(None))
    with file.open("ab") as end_of_it:
        append_xmp(end_of_it, xmp(PARTLY_MADE))


def _av() -> ModuleType:
    try:
        import av  # noqa: PLC0415 - an extra, and large
    except ImportError as error:
        raise MissingModelError(f"PyAV is not installed, which films need ({error}); {_REMEDY}") from error
    return av


def _marked(pictures: Iterable[Rgb], mark: str) -> Iterator[Rgb]:
    """With even sides, and the mark on each."""
    stamp = None
    for each in pictures:
        picture = even(each)
        stamp = stamp or stamp_of(mark, picture.shape[1], picture.shape[0])
        yield stamp.on(picture)


def _with(first: Rgb, rest: Iterator[Rgb]) -> Iterator[Rgb]:
    yield first
    yield from rest


def _video(container: OutputContainer, wide: int, high: int, rate: int) -> VideoStream:
    stream = container.add_stream("libx264", rate=rate, options=dict(_H264))
    stream.width, stream.height, stream.pix_fmt = wide, high, "yuv420p"
    context = stream.codec_context
    context.thread_count = 1
    context.colorspace, context.color_range = _BT601, _STUDIO
    context.color_primaries = context.color_trc = _BT709
    return stream


def _sound(container: OutputContainer, sample_rate: int, language: str) -> AudioStream:
    stream = container.add_stream("aac", rate=sample_rate, options=dict(_AAC), layout="mono", bit_rate=_AAC_BITS)
    stream.metadata["language"] = language
    return stream


def _captions(container: OutputContainer, language: str) -> SubtitleStream:
    stream = container.add_stream("mov_text")
    stream.codec_context.subtitle_header = _STYLE
    stream.time_base = _MILLIS
    stream.metadata["language"] = language
    return stream


def _encoded(av: ModuleType, stream: VideoStream, picture: Rgb, number: int, rate: int) -> list[Packet[VideoStream]]:
    frame = av.VideoFrame.from_ndarray(planes_of(picture), format="yuv420p")
    frame.pts, frame.time_base = number, Fraction(1, rate)
    return stream.encode(frame)


def _heard(av: ModuleType, stream: AudioStream, pcm: Pcm, first: int) -> list[Packet[AudioStream]]:
    """Nothing of no sound: an empty frame would end the stream."""
    if not len(pcm):
        return []
    frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(pcm)[None], format="s16", layout="mono")
    frame.sample_rate, frame.pts = stream.rate, first
    frame.time_base = Fraction(1, stream.rate)
    return stream.encode(frame)


def _cue_packets(av: ModuleType, stream: SubtitleStream, cues: Iterable[Cue]) -> list[Packet[SubtitleStream]]:
    """Samples of 3GPP timed text, made here: the encoder would take signs in a text for markup."""
    packets = []
    for cue in cues:
        text = (cue.text if cue.speaker is None else f"{cue.speaker}: {cue.text}").encode()
        packet = av.Packet(len(text).to_bytes(2, "big") + text)
        packet.stream, packet.time_base, packet.is_keyframe = stream, _MILLIS, True
        packet.pts = packet.dts = round(1000 * cue.start)
        packet.duration = round(1000 * cue.end) - packet.pts
        packets.append(packet)
    return packets
