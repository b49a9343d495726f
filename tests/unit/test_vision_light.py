"""Light for dark photos."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from device.vision.light import DARK, MOST, lit
from tests.labels import overlap
from tests.sight import GROUP, GROUP_FACES, PORTRAIT, detector, full_size, seen, sides


def test_a_photo_with_light_in_it_is_looked_at_as_it_is() -> None:
    for path in (GROUP, PORTRAIT):
        pixels = seen(path)[1]
        assert lit(pixels) is pixels


@pytest.mark.parametrize("darkness", [0.05, 0.1, 0.2])
def test_a_photo_taken_in_the_dark_shows_its_faces(darkness: float) -> None:
    noise = np.random.default_rng(1).normal(0, 2, seen(GROUP)[1].rgb.shape)
    dark = full_size(np.clip(seen(GROUP)[1].rgb * darkness + noise, 0, 255).astype(np.uint8))
    found = detector().detect(lit(dark))
    assert [overlap(label, sides(face.box)) > 0.4 for label, face in zip(GROUP_FACES, found, strict=True)] == [True] * 3


@given(arrays.arrays(np.uint8, st.tuples(st.integers(1, 20), st.integers(1, 20), st.just(3))))
def test_nothing_gets_darker_and_what_was_equal_stays_so(
    rgb: np.ndarray[tuple[int, int, int], np.dtype[np.uint8]],
) -> None:
    brighter = lit(full_size(rgb)).rgb
    assert (brighter >= rgb).all()
    assert (brighter <= np.minimum(rgb * MOST, 255)).all()
    if rgb.min() == rgb.max():
        assert brighter.min() == brighter.max()
    if np.percentile(rgb.max(axis=2), 1) >= DARK:
        assert (brighter == rgb).all()
