"""Whatever is cut from a photo, mirrored or scaled: the faces stay where they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from device.vision.looks import SURE
from tests.labels import overlap
from tests.sight import GROUP, PORTRAIT, detector, enlarged, full_size, seen, sides

if TYPE_CHECKING:
    from pathlib import Path

PHOTOS = st.sampled_from([PORTRAIT, GROUP])
BY_NETWORK = settings(max_examples=25, deadline=None)


@BY_NETWORK
@given(path=PHOTOS, factor=st.floats(0.6, 2.5), mirrored=st.booleans())
def test_a_scaled_or_mirrored_photo_has_the_same_sure_faces(path: Path, factor: float, mirrored: bool) -> None:  # noqa: FBT001 - drawn
    # Of 600 such pictures one had a further face, at 0.56; the true ones score 0.99 and more.
    rgb = seen(path)[1].rgb
    changed = enlarged(rgb, factor)
    if mirrored:
        changed = changed[:, ::-1]
    before = detector().detect(full_size(rgb))
    after = [each for each in detector().detect(full_size(changed)) if each.score >= SURE]
    for one, other in zip(before, after[::-1] if mirrored else after, strict=True):
        x, y, width, height = (side / factor for side in sides(other.box))
        if mirrored:
            x = rgb.shape[1] - x - width
        assert overlap(sides(one.box), (x, y, width, height)) > 0.6


@BY_NETWORK
@given(path=PHOTOS, cut=st.tuples(*[st.floats(0, 0.45)] * 4))
def test_a_face_in_any_part_of_a_photo_lies_in_that_part(path: Path, cut: tuple[float, ...]) -> None:
    rgb = seen(path)[1].rgb
    height, width = rgb.shape[:2]
    top, bottom = round(cut[0] * height), height - round(cut[1] * height)
    left, right = round(cut[2] * width), width - round(cut[3] * width)
    part = np.ascontiguousarray(rgb[top:bottom, left:right])
    for face in detector().detect(full_size(part)):
        x, y, across, down = sides(face.box)
        inside = max(0, min(x + across, right - left) - max(x, 0)) * max(0, min(y + down, bottom - top) - max(y, 0))
        assert inside > across * down / 4
        assert 0.5 <= face.score <= 1


@BY_NETWORK
@given(path=PHOTOS, height=st.integers(1, 900), width=st.integers(1, 900))
def test_any_shape_is_looked_at_and_the_answer_does_not_change(path: Path, height: int, width: int) -> None:
    part = full_size(seen(path)[1].rgb[:height, :width])
    assert detector().detect(part) == detector().detect(part)
