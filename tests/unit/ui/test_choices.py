"""The menu of what can be copied, in one line."""

import pytest

from ivscope.render.cells import line_width
from ivscope.ui.status_area import Choice

CHOICES = {
    "y": "what is on screen",
    "j": "event JSON",
    "i": "participant id",
    "e": "explanation",
    "c": "AWS CLI command",
    "t": "time",
}


def text(line):
    return "".join(span.text for span in line).rstrip()


def test_a_menu_that_fits_says_what_every_letter_chooses():
    line = text(Choice("COPY", CHOICES, print).line(120))
    assert line == (
        "COPY y what is on screen  j event JSON  i participant id  e explanation  "
        "c AWS CLI command  t time  Esc none"
    )


def test_a_menu_with_little_room_says_each_choice_in_a_word():
    titles = ("findings as JSON", "participant id", "AWS CLI command", "ivscope command")
    menu = Choice("COPY", {"y": "message", **dict(zip("jicl", titles, strict=True))}, print)
    assert text(menu.line(80)) == "COPY y message  j JSON  i id  c CLI  l link  Esc none"


@pytest.mark.parametrize("width", [30, 40, 60, 80])
def test_a_menu_without_room_keeps_every_letter(width):
    line = Choice("COPY", CHOICES, print).line(width)
    assert line_width(line) <= width
    words = text(line).split()
    assert set(CHOICES) <= set(words)
    assert words[-2:] == ["Esc", "none"]
