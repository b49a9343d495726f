"""How large a film is made, by what a trial of it cost."""

from __future__ import annotations

import pytest

from device.living.budget import IN_GOOD_TIME, SIZES, TOO_LONG, TRIAL, Size, affordable


@pytest.mark.parametrize(
    ("cost", "size"),
    [
        (0.1, Size(1280, 25)),
        (0.3, Size(960, 25)),
        (0.9, Size(640, 25)),
        (1.5, Size(640, 12)),
        (3.0, Size(480, 12)),
        (6.0, Size(480, 12)),  # longer than its length, and not yet too long
        (8.0, None),
    ],
)
def test_the_best_film_that_is_made_in_good_time_is_made_and_none_that_takes_too_long(
    cost: float, size: Size | None
) -> None:
    assert affordable(cost) == size


def test_no_size_takes_longer_than_a_better_one() -> None:
    shares = [size.share_of(TRIAL) for size in SIZES]
    assert shares == sorted(shares, reverse=True)
    for cost in (0.2, 0.5, 1.0, 2.0, 4.0):
        size = affordable(cost)
        assert size is not None
        assert cost * size.share_of(TRIAL) <= (IN_GOOD_TIME if size != SIZES[-1] else TOO_LONG)
