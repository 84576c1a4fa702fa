"""Durations in words."""

import pytest

from ivscope.domain.durations import duration, per_minute, rate, round_duration


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


def test_a_rate_counts_what_came_after_the_first_and_a_single_error_has_none():
    assert per_minute(3, 474) == pytest.approx(2 * 60 / 474)
    assert per_minute(1, 0) is None
    assert per_minute(9, 59.9) is None
    assert [rate(one) for one in (2 * 60 / 474, 12.4, 1234.5)] == ["0.25", "12", "1,234"]
