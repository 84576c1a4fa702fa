"""Places and marks, from one run to the next."""

import json
import stat

import pytest

from ivscope.settings.kept_places import (
    FILE_NAME,
    MOST_MARKS,
    MOST_PLACES,
    KeptMark,
    KeptPlace,
    KeptPlaces,
    load,
)

SHOW = KeptPlace("default", "arn:aws:ivs:us-west-2:123456789012:stage/a", "st-1", "pppp")
MARK = KeptMark(SHOW.stage_arn, "st-1", "pppp", 1_000_000, "LEFT")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "state" / FILE_NAME


def test_the_places_of_an_origin_come_back_in_the_next_run_the_latest_first(path):
    kept = KeptPlaces(path)
    others = [SHOW._replace(session_id=f"st-{number}") for number in (2, 3)]
    for place in (SHOW, *others, SHOW._replace(origin="demo incident"), SHOW):
        kept.visit(place)
    assert kept.save() == ""
    assert KeptPlaces(path).recent("default") == [SHOW, *reversed(others)]
    assert KeptPlaces(None).recent("default") == []
    assert KeptPlaces(None).save() == ""


def test_marks_come_back_and_a_mark_that_was_taken_away_does_not(path):
    kept = KeptPlaces(path)
    other = MARK._replace(time_us=2)
    kept.mark(MARK, is_on=True)
    kept.mark(other, is_on=True)
    kept.mark(MARK, is_on=False)
    kept.save()
    again = KeptPlaces(path)
    assert again.marks(SHOW.stage_arn, "st-1") == {other}
    assert again.marks(SHOW.stage_arn, "st-2") == set()


def test_two_ivscopes_at_once_lose_nothing_of_each_other(path):
    one, other = KeptPlaces(path), KeptPlaces(path)
    elsewhere = SHOW._replace(session_id="st-2")
    one.visit(SHOW)
    one.mark(MARK, is_on=True)
    one.save()
    other.visit(elsewhere)
    other.mark(MARK._replace(time_us=2), is_on=True)
    other.save()
    assert set(KeptPlaces(path).recent("default")) == {SHOW, elsewhere}
    assert len(load(path)[1]) == 2
    one.mark(MARK, is_on=False)
    one.save()
    assert load(path)[1] == [MARK._replace(time_us=2)]


def test_only_the_owner_can_read_them_and_they_are_bounded(path):
    kept = KeptPlaces(path)
    for number in range(MOST_PLACES + 5):
        kept.visit(SHOW._replace(session_id=f"st-{number}"))
    for number in range(MOST_MARKS + 5):
        kept.mark(MARK._replace(time_us=number), is_on=True)
    kept.mark(MARK, is_on=True)
    kept.save()
    places, marks = load(path)
    assert (len(places), len(marks)) == (MOST_PLACES, MOST_MARKS)
    assert places[-1].session_id == f"st-{MOST_PLACES + 4}"
    assert marks[-1] == MARK
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def row(**changed):
    members = {name: getattr(SHOW, name) for name in SHOW.__slots__}
    return {**members, **changed}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff",
        b"[" * 100_000,
        b"null",
        b'{"version": 2, "places": []}',
        json.dumps({"version": 1, "places": {"a": 1}, "marks": 5}).encode(),
        *(
            json.dumps({"version": 1, "places": [bad], "marks": [bad]}).encode()
            for bad in (
                7,
                {},
                row(stage_arn=5),
                row(stage_arn="\x1b[2J"),
                row(session_id="x" * 301),
                row(everybody=1),
                row(more=""),
            )
        ),
    ],
)
def test_a_file_of_another_make_gives_nothing_and_is_written_anew(path, content):
    path.parent.mkdir()
    path.write_bytes(content)
    kept = KeptPlaces(path)
    assert kept.recent("default") == []
    kept.visit(SHOW)
    assert kept.save() == ""
    assert load(path) == ([SHOW], [])


def test_what_cannot_be_kept_is_said_and_stays_for_this_run(path):
    path.parent.mkdir()
    path.mkdir()
    kept = KeptPlaces(path)
    kept.mark(MARK, is_on=True)
    assert kept.save() == "Is a directory"
    assert kept.marks(SHOW.stage_arn, "st-1") == {MARK}
