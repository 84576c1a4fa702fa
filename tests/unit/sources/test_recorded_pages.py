"""The list that recorded pages make: every row that was on screen, none of them twice."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from ivscope.sources.recorded import RecordedList
from ivscope.sources.recording import Answer

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)


class Pages:
    """Recorded answers, a minute apart; a row is one letter."""

    def __init__(self):
        self.answers = []
        self.rows = {}

    def add(self, cursor, rows, next_cursor):
        number = len(self.answers) + 1
        at = NOON + timedelta(minutes=number)
        self.answers.append(Answer(number, cursor, next_cursor, at))
        self.rows[number] = list(rows)
        return self

    def page(self, cursor="", member="events"):
        return RecordedList(self.answers).page(cursor, member, lambda answer: self.rows[answer.id])

    def list(self, member="events"):
        """Rows of all pages, and the cursor that was not recorded; None at the end."""
        rows, cursor = [], ""
        while True:
            page = self.page(cursor, member)
            if page is None:
                return rows, cursor
            rows += page.rows
            cursor = page.next_cursor
            if not cursor:
                return rows, None


def test_what_was_never_read_is_not_there():
    assert Pages().page() is None


def test_pages_come_as_they_were_read_up_to_the_last_one_recorded():
    pages = Pages().add("", "ab", "2").add("2", "cd", "3")
    assert pages.page().rows == ["a", "b"]
    assert pages.list() == (["a", "b", "c", "d"], "3")
    assert pages.add("3", "e", "").list() == (list("abcde"), None)


def test_a_refresh_of_a_list_that_is_newest_first_keeps_the_pages_behind_it():
    pages = Pages().add("", "de", "x").add("x", "bc", "y").add("y", "a", "")
    pages.add("", "gfe", "z")
    assert pages.list() == (list("gfedbca"), None)


def test_the_same_cursor_text_can_mean_another_page_after_a_refresh():
    # Tokens may be offsets: the page behind the new first page is not the old second one.
    pages = Pages().add("", "fe", "2").add("2", "dc", "4").add("4", "ba", "")
    pages.add("", "hg", "2")
    assert pages.list() == (list("fedcba"), None), "a gap of unread rows must not be passed over"
    pages.add("2", "fe", "4")
    assert pages.list() == (list("hgfedcba"), None)


def test_a_beginning_that_does_not_reach_what_is_held_is_left_out():
    pages = Pages().add("", "cb", "x").add("x", "a", "")
    pages.add("", "hg", "2")
    page = pages.page()
    assert (page.rows, page.next_cursor) == (["c", "b", "a"], "")
    assert page.asked_at == NOON + timedelta(minutes=1)


def test_a_list_read_again_to_the_end_replaces_what_was_before():
    pages = Pages().add("", "ab", "2").add("2", "c", "")
    pages.add("", "ab", "5").add("5", "cd", "")
    assert pages.list() == (list("abcd"), None)
    assert pages.page().asked_at == NOON + timedelta(minutes=3)


def test_reading_on_after_a_refresh_goes_on_from_the_old_pages():
    pages = Pages().add("", "fe", "x").add("", "gf", "n").add("x", "dc", "y")
    assert pages.list() == (list("gfedc"), "y")


def test_equal_rows_are_kept_as_often_as_one_reading_had_them():
    pages = Pages().add("", "ba", "x").add("x", "aa", "")
    pages.add("", "cb", "n")
    assert pages.list() == (list("cbaaa"), None)


def test_a_participant_is_listed_once_and_as_it_was_last():
    old = [{"participantId": "p", "state": "CONNECTED"}, {"participantId": "q"}]
    new = [{"participantId": "r"}, {"participantId": "p", "state": "DISCONNECTED"}]
    pages = Pages().add("", old, "").add("", new, "n")
    rows, left = pages.list("participants")
    assert rows == [*new, {"participantId": "q"}]
    assert left is None
    assert pages.page(member="participants").asked_at == NOON + timedelta(minutes=1)


@given(
    st.integers(1, 30),
    st.integers(1, 5),
    st.lists(st.tuples(st.integers(0, 9), st.integers(1, 4), st.booleans()), max_size=4),
)
def test_no_row_is_lost_doubled_or_moved_whatever_was_read_when(first, size, growths):
    """Newest first, tokens are offsets: the list grows, and so many pages are read again."""
    pages, count, held = Pages(), first, []

    def read(offset):
        rows = [str(number) for number in range(count - offset, max(0, count - offset - size), -1)]
        end = offset + size
        pages.add(str(offset or ""), rows, str(end) if end < count else "")
        return rows

    for offset in range(0, count, size):
        held += read(offset)
    for growth, again, _ in growths:
        count += growth
        for page in range(again):
            if page * size < count:
                read(page * size)
    rows, left = pages.list()
    assert left is None
    assert len(set(rows)) == len(rows)
    assert rows == sorted(rows, key=int, reverse=True)
    assert rows[-first:] == held
    newest = int(rows[0])
    assert len(rows) == newest, "a gap"
