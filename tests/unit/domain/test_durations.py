"""Durations in words."""

import pytest
from ivscope.domain.durations import duration, round_duration


@pytest.mark.parametrize(
    ("seconds", "long", "short"),
    [
        (0, "0 s", "0 s"),
        (59.9, "59 s", "59 s"),
        (60, "1 min 00 s", "1 min"),
        (3210, "53 min 30 s", "53 min 30 s"),
        (7500, "2 h 05 min", "2 h 05 min"),
        (86_400, "24 h 00 min", "24 h"),
        (-3600, "1 h 00 min", "1 h"),
        (3 * 86_400 + 4 * 3600, "3 d 04 h", "3 d 04 h"),
        (3 * 86_400, "3 d 00 h", "3 d"),
    ],
)
def test_durations_read_like_the_limits_of_the_service(seconds, long, short):
    assert duration(seconds) == long
    assert round_duration(seconds) == short
