from ivscope.ui.explorer.key_gate import SplitKeys, Verdict


def verdicts(*keys):
    split = SplitKeys()
    return [split.take(key, now) for key, now in keys], split.arrow


def test_a_torn_arrow_is_put_together():
    taken, arrow = verdicts(("escape", 0.0), ("left_square_bracket", 0.3), ("B", 0.31))
    assert taken == [Verdict.PASS, Verdict.UNDO, Verdict.ARROW]
    assert arrow == "down"


def test_esc_and_a_late_bracket_are_two_keys():
    taken, _ = verdicts(("escape", 0.0), ("left_square_bracket", 0.7), ("B", 0.8))
    assert taken == [Verdict.PASS] * 3


def test_a_bracket_alone_is_a_bracket():
    taken, _ = verdicts(("j", 0.0), ("left_square_bracket", 0.1), ("A", 0.2))
    assert taken == [Verdict.PASS] * 3


def test_a_letter_that_ends_no_arrow_is_left_alone():
    taken, _ = verdicts(("escape", 0.0), ("left_square_bracket", 0.1), ("e", 0.2), ("B", 0.3))
    assert taken == [Verdict.PASS, Verdict.UNDO, Verdict.PASS, Verdict.PASS]
