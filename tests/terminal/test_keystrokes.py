"""Triage by keystroke: each job of somebody on call, in tmux, within its number of key presses."""

import json
import re
from contextlib import contextmanager

import pytest

from ivscope.endpoint.server import Endpoint
from ivscope.endpoint.worlds.catalog import open_world
from support.explorer import DANA, EPOCH, JOSE, LIVE_STAGE, PRIYA, SHOW
from support.faulty_urls import faulty_url
from support.terminal import AT_CURSOR, IVSCOPE, settings
from support.tmux import HAS_TMUX, Tmux
from support.tree import ROOT

pytestmark = [
    pytest.mark.skipif(not HAS_TMUX, reason="tmux is not on PATH"),
    pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"]),
]

LIVE = "st-MK9K8pBmnEp5B"
"""The session that is live, the newest of its stage."""
LIVE_GUEST = "8SHjFJWzndTS"
ROW_BEFORE_WHO = len(" - 21:16:04 SUBSCRIBE_STOPPED")
"""Cells of a row, without the cursor, up to the column that says whom the event is about."""

CURSOR_BEFORE_TIME = 4
"""Cells: cursor, hit or mark, sign, blank."""
LIST_CELLS = {80: 78, 120: 49}
"""Cells of an event row, by columns of the screen: beside it stands the detail where there is room.
"""


CHANGED_ROLE = "role +cohost +~ +viewer|\\+ attribute role: viewer"
"""Side by side, or inline where that has no room."""


class Person:
    """Somebody at the keyboard. Every press counts, and a paste counts as one."""

    def __init__(self, tmux, columns):
        self.tmux = tmux
        self._cells = LIST_CELLS[columns]
        self.keys = 0

    def press(self, *keys):
        """Keys by tmux's names, each once the one before it was acted on."""
        for key in keys:
            self.tmux.press(key)
        self.keys += len(keys)
        return self

    def type(self, text):
        """Letter by letter."""
        return self.press(*text)

    def paste(self, text):
        self.tmux.paste(text)
        self.keys += 1
        return self

    def sees(self, wanted, timeout=15):
        self.tmux.until(wanted, timeout)
        return self

    def starts_counting(self):
        """What was pressed so far only brought the person here."""
        self.keys = 0
        return self

    @property
    def text(self):
        return "\n".join(self.tmux.screen)

    @property
    def header(self):
        return self.tmux.screen[0]

    def is_at(self, participant, user):
        """Whether the header names a participant: by the id too where it has room for that."""
        return participant in self.header or user in self.header

    @property
    def rows(self):
        """What stands in the list of events, with what stands below it."""
        lines = self.tmux.screen
        titles = next((y for y, line in enumerate(lines) if "EVENT  " in line), None)
        if titles is None:
            return []
        start = lines[titles].index("TIME") - CURSOR_BEFORE_TIME
        return [line[start : start + self._cells] for line in lines[titles + 1 : -2]]

    @property
    def row(self):
        """The event under the cursor, without the cursor; empty while there is none."""
        return next((row[1:] for row in self.rows if row.startswith(AT_CURSOR)), "")


@contextmanager
def somebody(size, *place, command=("--demo",), environ=None, folder=None):
    """Somebody who started ivscope, and leaves it in good order."""
    columns, rows = size
    words = [*IVSCOPE, *command, *place]
    with Tmux(words, columns=columns, rows=rows, environ=environ, folder=folder) as tmux:
        yield Person(tmux, columns)
        tmux.press("C-q")
        assert tmux.exit_code() == 0


@contextmanager
def at_events(size, participant=PRIYA, session=SHOW):
    """Somebody who has the events of one participant on screen."""
    with somebody(size, LIVE_STAGE, session, participant) as person:
        person.sees("events").sees(lambda: person.row).sees("Do next  ")
        yield person.starts_counting()


def moves_to(person, sign):
    """Wait until the cursor is on an event that says so."""
    person.sees(lambda: re.search(sign, person.row))


def test_1_ids_on_the_command_line_open_the_events_without_a_key(size):
    with somebody(size, LIVE_STAGE, SHOW, PRIYA) as person:
        person.sees("61 events, all read")
        assert person.keys == 0


def test_1_a_page_pasted_anywhere_opens_the_events(size):
    with somebody(size) as person:
        person.sees("7 stages, all read")
        person.paste(f"participant {PRIYA} in session {SHOW} of {LIVE_STAGE} fails")
        person.sees("from the text: participant")
        person.sees("LEFT")
        assert person.is_at(PRIYA, "priya-guest")
        assert person.keys <= 2


def test_2_from_a_cold_start_to_the_events_of_the_newest_session(size):
    with somebody(size) as person:
        person.sees("7 stages, all read").press("Enter")
        person.sees("5 sessions, all read").press("Enter")
        person.sees("participants, all read").press("Enter")
        person.sees("EVENT  ").sees("events, all read")
        assert person.keys <= 3


def test_2_e_goes_to_the_next_participant_with_errors(size):
    with somebody(size, LIVE_STAGE, SHOW) as person:
        person.sees("40 participants, all read").press("e")
        # noor-web, the newest, met no error; which one is next depends on what is read first.
        person.sees(lambda: not re.search("^[▌>].*rgeSAc1aOKO6", person.text, re.MULTILINE), 5)
        person.press("Enter").sees(lambda: re.search("[✗!] ", person.text), 5)
        assert person.keys == 2


def test_3_e_goes_to_the_next_error_and_reads_on_until_there_is_one(size):
    with at_events(size, DANA) as person:
        person.sees("00 events read, more available").press("e")
        moves_to(person, r"[✗!] \d\d:\d\d:\d\d \w+_ERROR")
        person.sees(lambda: not re.search("[12]00 events read", person.text))
        assert person.keys == 1


def test_4_one_key_shows_only_errors(size):
    with at_events(size) as person:
        person.press("!").sees("5 shown of 61")
        assert "SUBSCRIBE_STARTED" not in person.row
        assert person.keys == 1


def test_5_why_it_failed_stands_beside_the_error_without_a_key(size):
    with at_events(size) as person:
        person.press("e")
        moves_to(person, "PUBLISH_ERROR")
        person.starts_counting()
        person.sees("Means       Publishing failed").sees("Can be      A problem at AWS")
        assert person.keys == 0


def test_6_x_goes_to_what_changed_in_the_token(size):
    with at_events(size, JOSE) as person:
        person.press("x")
        moves_to(person, "TOKEN_EXCHANGED")
        person.sees("may no longer publish").sees(lambda: re.search(CHANGED_ROLE, person.text))
        assert person.keys == 1


def test_6_d_shows_the_tokens_on_the_whole_screen(size):
    with at_events(size, JOSE) as person:
        person.press("x")
        moves_to(person, "TOKEN_EXCHANGED")
        person.starts_counting().press("d").sees(lambda: not person.row)
        person.sees(lambda: re.search(r"capability .*PUBLISH SUBSCRIBE +-  SUBSCRIBE", person.text))
        assert person.keys == 1


def test_7_enter_goes_to_the_remote_participant_at_the_same_second_and_esc_comes_back(size):
    with at_events(size) as person:
        person.press("e", "e", "j", "j", "j")
        moves_to(person, "of kzX63Lf0GJ2t")
        left = person.row
        second = re.search(r"\d\d:\d\d:\d\d", left)[0]
        person.starts_counting().press("Enter")
        person.sees(lambda: person.is_at("kzX63Lf0GJ2t", "cam-truck"))
        moves_to(person, second)
        person.press("Escape").sees(lambda: person.is_at(PRIYA, "priya-guest"))
        person.sees(lambda: person.row == left)
        assert person.keys == 2


def test_8_o_follows_one_remote_participant_a_key_a_step(size):
    with at_events(size) as person:
        person.press("j", "j", "Enter")
        moves_to(person, "of kzX63Lf0GJ2t")
        seen = [person.row]
        person.starts_counting()
        for _ in range(3):
            person.press("o").sees(lambda: person.row not in (*seen, ""))
            seen.append(person.row)
            assert "of kzX63Lf0GJ2t" in person.row
        assert person.keys == 3


def test_8_a_filter_by_the_value_under_the_cursor_is_within_two_keys(size):
    with at_events(size) as person:
        person.press("j", "j", "Enter")
        moves_to(person, "of kzX63Lf0GJ2t")
        person.starts_counting().press(";").sees("filter: remote:kzX63Lf0GJ2t")
        others = re.compile("SUBSCRIBE_STARTED +of (?!kzX63Lf0GJ2t)")
        person.sees(" shown of 61").sees(lambda: not others.search("\n".join(person.rows)))
        assert person.keys <= 2


def test_9_how_long_between_two_events_takes_one_key_and_the_moves(size):
    with at_events(size) as person:
        person.press("e")
        moves_to(person, "PUBLISH_ERROR")
        person.starts_counting().press("T")
        moves_to(person, r"T\+0:00")
        moves = 1
        person.press("e")
        moves_to(person, r"T[-\u2212]0:07")
        assert person.keys == 1 + moves


def test_10_a_time_of_day_is_seven_keys_away(size):
    with at_events(size, JOSE) as person:
        person.press(":").sees("goto TIME").type("20:36").sees(": 20:36").press("Enter")
        moves_to(person, "20:3[56]:")
        assert person.keys <= 7


def test_11_s_goes_to_the_next_silence(size):
    with at_events(size, JOSE) as person:
        before = person.row
        person.press("s").sees(lambda: person.row not in (before, ""))
        assert "no gap" not in person.text
        assert person.keys == 1


def test_12_an_explanation_with_its_ids_is_in_tmux_for_two_keys(size):
    with at_events(size) as person:
        person.press("e")
        moves_to(person, "PUBLISH_ERROR")
        person.starts_counting().press("y").sees("COPY").press("e").sees("explanation: ")
        person.sees(lambda: person.tmux.copied)
        copied = person.tmux.copied
        assert "INTERNAL_SERVER_EXCEPTION" in copied
        assert all(name in copied for name in (LIVE_STAGE, SHOW, PRIYA))
        assert re.search(r"^(?:[-#>*|]|\*\*)", copied, re.MULTILINE), "it is Markdown"
        assert person.keys == 2


def test_findings_are_in_tmux_as_json_for_two_keys(size):
    with at_events(size) as person:
        person.press("e")
        moves_to(person, "PUBLISH_ERROR")
        person.starts_counting().press("y").sees("COPY").press("j").sees("findings as JSON: ")
        person.sees(lambda: person.tmux.copied)
        document = json.loads(person.tmux.copied)
        assert document["event"]["participant_id"] == PRIYA
        assert document["event"]["name"] == "PUBLISH_ERROR"
        assert all(one["rule"] and one["sentence"] for one in document["findings"])
        assert person.keys == 2


def test_13_the_aws_cli_command_is_in_tmux_for_two_keys(size):
    with at_events(size) as person:
        person.press("y").sees("COPY").press("c").sees("AWS CLI command: ")
        person.sees(lambda: person.tmux.copied)
        assert "aws ivs-realtime list-participant-events" in person.tmux.copied
        assert all(name in person.tmux.copied for name in (LIVE_STAGE, SHOW, PRIYA))
        assert person.keys == 2


def test_14_one_key_saves_the_evidence_and_says_where_and_how_complete(size, tmp_path):
    # It is saved where the person stands.
    environ = settings(PYTHONPATH=str(ROOT))
    with somebody(size, LIVE_STAGE, SHOW, PRIYA, environ=environ, folder=tmp_path) as person:
        person.sees("61 events, all read").starts_counting()
        person.press("W").sees("saved ").sees(lambda: any(tmp_path.iterdir()))
        (saved,) = tmp_path.iterdir()
        assert re.search("61 events|all 61", person.text)
        assert PRIYA in saved.name
        assert "QUOTA_EXCEEDED" in saved.read_text()
        assert person.keys == 1


def test_15_f_follows_and_a_move_pauses(size):
    with at_events(size, LIVE_GUEST, LIVE) as person:
        person.press("F").sees("FOLLOWING")
        assert person.keys == 1
        person.press("j").sees("PAUSED")


def test_errors_by_code_for_the_session_are_one_key_away(size):
    with somebody(size, LIVE_STAGE, SHOW) as person:
        person.sees("40 participants, all read").press("i")
        person.sees(lambda: re.search(r"\d+ +\w+_EXCEEDED|_EXCEEDED +\d+", person.text), 5)
        assert person.keys == 1


def test_expired_credentials_keep_the_place_and_one_key_goes_on(size, tmp_path):
    keys = tmp_path / "credentials"  # of a profile: those of the environment stay as they are
    keys.write_text("[default]\naws_access_key_id = a\naws_secret_access_key = b\n")
    environ = settings(PYTHONPATH=str(ROOT), AWS_SHARED_CREDENTIALS_FILE=str(keys))
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        del environ[name]
    world = open_world("incident", lambda: EPOCH)
    with Endpoint(world) as endpoint:
        url = faulty_url(endpoint, "expiredtoken.ListParticipantEvents@2")
        command = ("--endpoint-url", url, "--region", world.region)
        place = (LIVE_STAGE, SHOW, DANA)
        with somebody(size, *place, command=command, environ=environ) as person:
            person.sees("100 events read").press("G").sees("EXPIRED · r retries")
            moves_to(person, "SUBSCRIBE_STOPPED")
            row = person.row
            person.starts_counting().press("r").sees("200 events read")
            # The last row did not know yet how many others were in its second, or before it.
            assert person.row[:ROW_BEFORE_WHO] == row[:ROW_BEFORE_WHO]
            assert person.is_at(DANA, "dana-phone")
            assert person.keys == 1


def test_which_key_does_something_is_a_question_mark_and_three_letters(size):
    with at_events(size) as person:
        person.press("?").sees("HELP words or a key").type("gap")
        person.sees(lambda: re.search(r"^[ >▌]s +next gap", person.text, re.MULTILINE))
        assert person.keys == 1 + 3
