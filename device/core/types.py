"""Every value that crosses a room, in the order in which it moves.

    Photo -> Pixels -> Scene -> Narration -> Speech -> Played

All are frozen and keyword-only. Boxes are in pixels of the upright photo at full resolution; left and right are
the viewer's; times carry their unit in the name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

Rgb: TypeAlias = npt.NDArray[np.uint8]
"""Height x width x 3, red first."""

Pcm: TypeAlias = npt.NDArray[np.int16]
"""Samples of one channel."""

Place: TypeAlias = Literal["left", "centre", "right"]
Distance: TypeAlias = Literal["near", "middle", "far"]
Facing: TypeAlias = Literal["front", "left", "right", "up", "down"]
Opened: TypeAlias = Literal["open", "closed"]
Posture: TypeAlias = Literal["standing"]
Orientation: TypeAlias = Literal["away"]
Arms: TypeAlias = Literal["raised"]
Speaking: TypeAlias = Literal["narrator", "person"]
Speaker: TypeAlias = Literal["narrator"] | int
Record: TypeAlias = Mapping[str, Any]
"""What was made of a photo, as plain JSON values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Photo:
    """What the header of a photo says, and where its bytes are.

    Attributes:
        path: The file.
        format: The name of its format, by content: "jpeg", "png", "webp", "heif", "tiff", "bmp" or "gif".
        width: Pixels across, once upright.
        height: Pixels down, once upright.
        orientation: EXIF orientation, 1 to 8, by which the decoded picture is still to be turned; 1 for upright.
        size_bytes: Length of the file.
        sha256: Of the bytes as they arrived, in hexadecimal.
        taken_at: When it was taken, as the camera wrote it (no time zone is known), or None.
    """

    path: Path
    format: str
    width: int
    height: int
    orientation: int
    size_bytes: int
    sha256: str
    taken_at: datetime | None

    @property
    def seed(self) -> int:
        """What its words are chosen by and its faces sway by: the same for the same bytes."""
        return int(self.sha256[:8], 16)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pixels:
    """A photo, upright and decoded, perhaps smaller than it is.

    Attributes:
        rgb: The picture.
        scale: Pixels here for one pixel of the photo at full resolution, at most 1.
    """

    rgb: Rgb
    scale: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A rectangle in pixels of the upright photo at full resolution."""

    x: float
    y: float
    width: float
    height: float

    @property
    def centre(self) -> tuple[float, float]:
        """The middle of the box, across and down."""
        return self.x + self.width / 2, self.y + self.height / 2

    @property
    def area(self) -> float:
        """In square pixels."""
        return self.width * self.height

    def area_shared_with(self, other: Box) -> float:
        """How much of it lies within the other one, in square pixels."""
        across = min(self.x + self.width, other.x + other.width) - max(self.x, other.x)
        down = min(self.y + self.height, other.y + other.height) - max(self.y, other.y)
        return max(0.0, across) * max(0.0, down)


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """Something in a photo that is no face, as a network of things saw it: a person, an animal, an object.

    Attributes:
        box: Where it is.
        label: The published English name of its kind in COCO, such as "person" or "teddy bear".
        score: How sure the network is, 0 to 1.
    """

    box: Box
    label: str
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Detection:
    """A face as the detector saw it.

    Attributes:
        box: Where it is.
        score: How sure the detector is, 0 to 1.
        points: Left eye, right eye, nose, left and right corner of the mouth (the viewer's left, once the face is
            upright), in pixels of the upright photo at full resolution. They stay in memory and never reach a Scene.
        animal: The animal or toy whose face it is, and so no person's; None for a person.
    """

    box: Box
    score: float
    points: tuple[tuple[float, float], ...]
    animal: Thing | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FaceMesh:
    """468 points on one face: made when needed, kept in memory only, never part of a Scene.

    Attributes:
        points: 468 x 3; across and down in pixels of the upright photo at full resolution, and depth in the same
            unit, growing away from the camera.
        score: How sure the network is that it looks at a face, 0 to 1.
    """

    points: npt.NDArray[np.float32]
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Something that may be said of a photo: said or held back, and why.

    Attributes:
        about: What it is about: "photo", "face 0" for the first face, "refused 0" for the first that is none, or
            "body 0" for the first body.
        name: What is claimed: "faces", "people", "place", "distance", "facing", "smiling", ...
        value: What it is held to be.
        score: How sure we are, 0 to 1.
        threshold: The score from which it is said.
        said: Whether it may be said.
        why: One short reason, for a person who doubts it.
    """

    about: str
    name: str
    value: str | int | bool
    score: float
    threshold: float
    said: bool
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadPose:
    """Where a head points, in degrees: yaw to the viewer's right, pitch up, roll clockwise."""

    yaw: float
    pitch: float
    roll: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """One face of a scene; what was not looked at, or is not sure, is None.

    Attributes:
        box: Where it is.
        score: The detector's.
        place: The third of the width in which the centre of the box lies.
        distance: near from a quarter of the photo's shorter side, middle from 0.08, else far.
        facing: The coarse word for the head's direction.
        head: The angles behind it; they saturate near 50 degrees.
        eyes: Open or closed.
        mouth: Open where the lips are apart, or closed.
        smiling: True when sure, False when surely not.
        smile: The probability of a smile.
        lean: How far it leans in the picture, by the detector: degrees, clockwise.
    """

    box: Box
    score: float
    place: Place
    distance: Distance
    facing: Facing | None = None
    head: HeadPose | None = None
    eyes: Opened | None = None
    mouth: Opened | None = None
    smiling: bool | None = None
    smile: float | None = None
    lean: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """A person, as far as more of them is seen than a face; what was not looked at, or is not sure, is None.

    Attributes:
        box: Where the person is.
        score: How sure the network of things is that it is one, 0 to 1.
        face: Which face of the scene is theirs; None where none was found: turned away, hidden, or too small.
        posture: How they hold themselves.
        orientation: Where their trunk points.
        arms: What they do with both arms.
    """

    box: Box
    score: float
    face: int | None = None
    posture: Posture | None = None
    orientation: Orientation | None = None
    arms: Arms | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What is visible in a photo, from left to right, with the claims that may be made of it.

    Attributes:
        faces: The faces of people.
        claims: What may be said, or is held back.
        refused: Where something looked like a face and is none.
        bodies: The people without a face, none until they are looked for; and the one who is alone in a photo.
    """

    faces: tuple[Face, ...]
    claims: tuple[Claim, ...]
    refused: tuple[Box, ...] = ()
    bodies: tuple[Body, ...] = ()

    @property
    def people(self) -> int:
        """How many people are in the photo, as far as they were found: with a face or without."""
        return len(self.faces) + sum(body.face is None for body in self.bodies)


@dataclass(frozen=True, slots=True, kw_only=True)
class Utterance:
    """One sentence to be spoken, and the claims it rests on."""

    speaker: Speaker
    text: str
    language: str
    because: tuple[Claim, ...]
    persona: str | None = None
    mood: str = "neutral"


Narration: TypeAlias = Iterable[Utterance]
"""The sentences in the order in which they are spoken; it may be a stream."""


MarkKind: TypeAlias = Literal["sentence", "word", "phoneme"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """When something is heard.

    Attributes:
        kind: A sentence, a word or a phoneme.
        text: The words, or the phoneme in IPA.
        first: Its first sample.
        end: The sample after its last.
    """

    kind: MarkKind
    text: str
    first: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CueWord:
    """A word of a caption, with the punctuation around it.

    Attributes:
        text: As it is shown.
        start: When it is heard, in seconds from the start of the speech; None where the voice does not tell.
    """

    text: str
    start: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cue:
    """A caption: what is shown at once.

    Attributes:
        lines: Its words, line by line.
        start: When it appears, in seconds from the start of the speech.
        end: When it goes.
        speaker: Who says it, where several speak.
    """

    lines: tuple[tuple[CueWord, ...], ...]
    start: float
    end: float
    speaker: str | None = None

    @property
    def words(self) -> tuple[CueWord, ...]:
        """All of them."""
        return tuple(word for line in self.lines for word in line)

    @property
    def text(self) -> str:
        """The lines, one below the other."""
        return "\n".join(" ".join(word.text for word in line) for line in self.lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class Caption:
    """What is being heard, as it is shown at that moment.

    Attributes:
        photo: The number of the job.
        speaker: Who says it.
        language: In which it is said.
        cue: Its words, in the times of the speech.
    """

    photo: int
    speaker: Speaker
    language: str
    cue: Cue


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SpeechChunk:
    """A stretch of levelled sound.

    Attributes:
        pcm: Its samples.
        sample_rate: Samples a second; the same for all chunks of a speech.
        utterance: Which utterance of the narration it belongs to, from 0.
        marks: What is heard when, in samples from the start of the speech. All marks of a sentence come with its first
            chunk, so that captions and a moving face know ahead; where the voice does not know them, the sentence
            alone is marked, in its last chunk.
        cached: Whether it was kept from an earlier time.
        making_seconds: How long its making took.
    """

    pcm: Pcm
    sample_rate: int
    utterance: int
    marks: tuple[Mark, ...] = ()
    cached: bool = False
    making_seconds: float = 0.0

    @property
    def seconds(self) -> float:
        """How long it sounds."""
        return len(self.pcm) / self.sample_rate


Speech: TypeAlias = Iterable[SpeechChunk]
"""The sound in the order in which it is heard; it is a stream."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """What left a player: its length, lead-in silence not counted, and whether it was all of it."""

    seconds: float
    complete: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Timings:
    """How long each stage took, in milliseconds; None for a stage that did not run.

    `first_audio_ms` runs from the start of the request, models loaded, to the first sample above -40 dBFS handed to
    the player, any lead-in silence before it counted. `cached` counts the sentences that were not made but kept from
    an earlier time.
    """

    load_ms: float | None = None
    decode_ms: float | None = None
    detect_ms: float | None = None
    analyse_ms: float | None = None
    narrate_ms: float | None = None
    first_audio_ms: float | None = None
    synthesis_ms: float | None = None
    total_ms: float | None = None
    cached: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Audio:
    """The sound made of a narration; `voice` is the name of the voice that spoke it."""

    seconds: float
    sample_rate: int
    voice: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """All that was made of one photo."""

    photo: Photo
    scene: Scene
    narration: tuple[Utterance, ...]
    audio: Audio | None = None
    timings: Timings = field(default_factory=Timings)


JobState: TypeAlias = Literal["waiting", "working", "finished", "failed"]
Source: TypeAlias = Literal["camera", "button", "inbox", "upload", "mqtt"]
AWAITED: frozenset[Source] = frozenset({"button", "upload", "mqtt"})
"""Where a person brings a photo and waits for a voice; the camera and a folder bring theirs by themselves."""

Regret: TypeAlias = Literal["unreadable", "disk_full", "no_voice"]
"""Why somebody who waits for a voice hears a regret instead."""

"""Which door a photo came through; `button` is a photo that a person asked the camera for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A photo on its way through, as the store keeps it.

    Attributes:
        id: The store's number for it, rising.
        path: The stored photo; an empty path where it is gone and the job stays known.
        name: What its source called it; shown to its owner, never published.
        sha256: Of its bytes.
        state: Where it stands.
        attempts: How often work on it was begun; raised before the work starts.
        reason: Why it failed, or None.
        source: Where it came from.
        record: What was made of it, once it was described; as far as it may be published.
        begun: Whether its speech has begun: recorded before the first sample, so that no restart speaks it again.
    """

    id: int
    path: Path
    name: str
    sha256: str
    state: JobState
    attempts: int
    reason: str | None
    source: Source = "camera"
    record: Record | None = None
    begun: bool = False

    @property
    def has_path(self) -> bool:
        """Whether its photo was kept until now, as far as the store knows."""
        return bool(self.path.parts)

    @property
    def told_reason(self) -> str | None:
        """The reason for people: a decoder names the stored file that it could not read, and nobody knows that name."""
        if self.reason is None or not self.has_path:
            return self.reason
        return self.reason.replace(str(self.path), self.name or "the photo")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewJob:
    """A photo that is to become a job; its bytes are safely on disk.

    Attributes:
        path: The stored photo.
        name: What its source called it.
        sha256: Of its bytes.
        source: Where it came from.
        seen_as: What makes it the same photo as one before: each is taken in once, as long as this is remembered.
    """

    path: Path
    name: str
    sha256: str
    source: Source
    seen_as: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A photo that is safely on disk; `sha256` in hexadecimal, of its bytes."""

    path: Path
    sha256: str
    size_bytes: int


Activity: TypeAlias = Literal["idle", "looking", "speaking", "paused"]
QuietReason: TypeAlias = Literal["starting", "quiet_hours", "muted", "disk_full", "no_voice", "no_camera", "no_audio"]
EventType: TypeAlias = Literal["described", "spoken", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What the device is doing, why it is quiet, how many photos wait, and what it said last."""

    activity: Activity
    reason: QuietReason | None
    queue: int
    last_narration: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened once; `fields` are plain JSON values and hold no path, hash or name."""

    event_type: EventType
    fields: Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Last:
    """What was made of the last photo, as far as it may be published; it takes the place of the one before."""

    record: Record


Notice: TypeAlias = Event | Last
"""Something for the house that must not get lost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """A notice as the outbox keeps it: `id` is the same however often it is sent, `number` rises in order."""

    number: int
    id: str
    notice: Notice


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What goes to a broker; `retain` asks it to keep the message for who comes later."""

    topic: str
    payload: bytes
    retain: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """What is wanted from a broker; with `kept` also what came while this device was away, and nothing is lost."""

    topic: str
    kept: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbound:
    """What came from a broker; `retained` for what lay there before, `number` for the acknowledgement."""

    topic: str
    payload: bytes
    retained: bool
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundFile:
    """A file in a watched folder; `changed` grows with each change of its bytes, and says nothing else."""

    path: Path
    size_bytes: int
    changed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Captured:
    """A photo as a camera hands it over: its bytes, what the camera calls it, and what makes it the same one again.

    `seen_as` is None for what a camera took just now: each is new.
    """

    name: str
    data: bytes
    seen_as: str | None = None
