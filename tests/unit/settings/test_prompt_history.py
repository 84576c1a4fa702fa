"""Texts of prompts, from one run to the next."""

import json
import stat

import pytest

from ivscope.settings.prompt_history import FILE_NAME, LONGEST_TEXT, MOST_TEXTS, load
from ivscope.ui.status_area import TypedTexts


@pytest.fixture
def path(tmp_path):
    return tmp_path / "state" / FILE_NAME


def enter(history, title, text):
    """Add a text, and store it as the explorer does in a thread of its own."""
    if history.add(title, text):
        history.save()


def test_texts_come_back_in_the_next_run(path):
    history = TypedTexts(path)
    for text in ("code:QUOTA", "name:SUB*", "código", "code:QUOTA"):
        enter(history, "FILTER", text)
    enter(history, "FIND", "priya")
    again = TypedTexts(path)
    assert again.of("FILTER") == ["name:SUB*", "código", "code:QUOTA"]
    assert again.of("FIND") == ["priya"]
    assert again.of("COMMAND") == []


def test_only_the_owner_can_read_them(path):
    enter(TypedTexts(path), "FIND", "priya")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [file.name for file in path.parent.iterdir()] == [FILE_NAME]


def test_the_latest_hundred_of_each_prompt_are_kept(path):
    history = TypedTexts(path)
    for number in range(MOST_TEXTS + 5):
        enter(history, "FIND", str(number))
    enter(history, "FILTER", "first")
    kept = load(path)
    assert len(kept["FIND"]) == MOST_TEXTS == 100
    assert kept["FIND"][0] == "5"
    assert kept["FIND"][-1] == "104"
    assert kept["FILTER"] == ["first"]


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"\xff\xfe", b"[1]", b'"text"', b"null", b"[" * 100_000, b'{"FIND": "x"}'],
)
def test_a_broken_file_loses_nothing_on_screen_and_is_written_anew(path, content):
    path.parent.mkdir()
    path.write_bytes(content)
    history = TypedTexts(path)
    assert history.of("FIND") == []
    enter(history, "FIND", "one")
    path.write_bytes(content)
    enter(history, "FIND", "two")
    assert history.of("FIND") == ["one", "two"]
    assert load(path) == {"FIND": ["one", "two"]}


def test_a_text_that_could_steer_the_terminal_is_not_taken_from_the_file(path):
    path.parent.mkdir()
    path.write_text(json.dumps({"FIND": ["good", "\x1b[2J", 7, "\u202e", "\ud800"]}))
    assert TypedTexts(path).of("FIND") == ["good"]


def test_texts_of_another_ivscope_are_kept(path):
    mine, other = TypedTexts(path), TypedTexts(path)
    enter(mine, "FIND", "mine")
    enter(other, "FIND", "other")
    enter(mine, "FIND", "mine too")
    assert load(path) == {"FIND": ["other", "mine", "mine too"]}


def test_a_pasted_document_stays_out_of_the_file_but_not_of_the_prompt(path):
    history = TypedTexts(path)
    enter(history, "OPEN", "x" * (LONGEST_TEXT + 1))
    assert history.of("OPEN") == ["x" * (LONGEST_TEXT + 1)]
    assert load(path) == {"OPEN": []}


def test_a_folder_that_cannot_be_written_disturbs_nobody(tmp_path):
    (tmp_path / "state").write_text("a file where the folder should be")
    history = TypedTexts(tmp_path / "state" / FILE_NAME)
    enter(history, "FIND", "priya")
    assert history.of("FIND") == ["priya"]


def test_an_unprintable_typed_text_does_not_stop_the_saving(path):
    history = TypedTexts(path)
    enter(history, "FIND", "a\ud800")
    enter(history, "FIND", "b")
    assert load(path) == {"FIND": ["b"]}


def test_without_a_file_nothing_is_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    history = TypedTexts()
    enter(history, "FIND", "  ")
    enter(history, "FIND", "priya")
    assert history.of("FIND") == ["priya"]
    assert list(tmp_path.iterdir()) == []


TOKEN = "eyJhbGciOiJFUzM4NCJ9.eyJqdGkiOiAidEF2MFlUaE51UDh5In0.c2lnbmF0dXJl"  # noqa: S105 - made up


@pytest.mark.parametrize(
    "secret",
    [
        TOKEN,
        f"token={TOKEN} of priya",
        "rt_123456789012_us-west-2_AbCdEfGhIjKl_0123456789abcdef",
        "sk_us-west-2_AbCdEfGhIjKl_0123456789abcdef",
        "https://alex:hunter2@proxy.example/",
        "http://:a-key-alone@proxy.example:3128",
        "AKIAIOSFODNN7EXAMPLE",
        "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        '"SessionToken": "IQoJb3JpZ2luX2VjEXAMPLEEXAMPLE"',
    ],
)
def test_a_secret_is_neither_stored_nor_offered_again(path, secret):
    history = TypedTexts(path)
    enter(history, "FIND", "priya")
    enter(history, "FIND", secret)
    assert history.of("FIND") == ["priya"]
    assert secret not in path.read_text()
    path.write_text(json.dumps({"FIND": ["sk_rates", secret]}))
    assert TypedTexts(path).of("FIND") == ["sk_rates"]
    enter(history, "FIND", "last")
    assert secret not in path.read_text()


@pytest.mark.parametrize(
    "text",
    ["sk_rates", "eyJ", "https://example.com/a:b@c", "session token", "secret access key", "ASIA"],
)
def test_what_only_looks_like_a_secret_is_kept(path, text):
    history = TypedTexts(path)
    enter(history, "FIND", text)
    assert load(path) == {"FIND": [text]}
