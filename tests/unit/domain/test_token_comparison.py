"""What a token exchange changed, by meaning."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from ivscope.domain.times import UnreadableTime
from ivscope.domain.token_comparison import ABSENT, Change, Presence, TokenField, compare_tokens
from ivscope.domain.tokens import ParticipantToken

AT = datetime(2025, 11, 12, 20, 54, 53, tzinfo=UTC)
texts = st.text(max_size=8)
attributes = st.none() | st.dictionaries(texts, texts, max_size=4).map(lambda d: tuple(d.items()))
capabilities = st.none() | st.lists(
    st.sampled_from(["PUBLISH", "SUBSCRIBE", "RECORD", ""]), max_size=4
).map(tuple)
times = (
    st.none()
    | st.builds(UnreadableTime, texts)
    | st.integers(-100_000, 100_000).map(lambda seconds: AT + timedelta(seconds=seconds))
)
tokens = st.builds(
    ParticipantToken,
    capabilities=capabilities,
    attributes=attributes,
    user_id=st.none() | texts,
    expiration_time=times,
)


def _rows(comparison, field):
    return [row for row in comparison.rows if row.field is field]


def _applied(comparison, field, before):
    """The members of a set after the rows of a comparison were applied to it."""
    after = dict(before or {})
    is_absent = before is None
    for row in _rows(comparison, field):
        if row.key is None:
            is_absent = row.after.presence is Presence.ABSENT
        elif row.change is Change.REMOVED:
            del after[row.key]
        elif row.after.presence is not Presence.NOT_TOLD:
            after[row.key] = "" if row.after.presence is Presence.EMPTY else row.after.value
    return None if is_absent else after


def _single(comparison, field):
    rows = _rows(comparison, field)
    if not rows or rows[0].after == ABSENT:
        return None
    return "" if rows[0].after.presence is Presence.EMPTY else rows[0].after.value


@given(tokens, times)
def test_a_token_compared_with_itself_shows_no_difference(token, at):
    comparison = compare_tokens(token, token, at)
    assert {row.change for row in comparison.rows} <= {Change.SAME}


@given(tokens, tokens, times)
def test_swapping_the_tokens_flips_added_and_removed(before, after, at):
    flipped = {Change.ADDED: Change.REMOVED, Change.REMOVED: Change.ADDED}
    there, back = compare_tokens(before, after, at), compare_tokens(after, before, at)
    assert [(r.field, r.key, r.after, r.before) for r in there.rows] == [
        (r.field, r.key, r.before, r.after) for r in back.rows
    ]
    assert [flipped.get(r.change, r.change) for r in there.rows] == [r.change for r in back.rows]


@given(tokens, tokens, st.randoms())
def test_order_and_repetition_of_capabilities_change_nothing(before, after, random):
    shuffled = list(after.capabilities or ()) * 2
    random.shuffle(shuffled)
    other = ParticipantToken(
        None if after.capabilities is None else tuple(shuffled),
        after.attributes,
        after.user_id,
        after.expiration_time,
    )
    assert compare_tokens(before, after, AT) == compare_tokens(before, other, AT)


@given(tokens, tokens)
def test_every_key_has_exactly_one_row(before, after):
    comparison = compare_tokens(before, after, AT)
    for field, members in (
        (TokenField.CAPABILITIES, lambda token: set(token.capabilities or ())),
        (TokenField.ATTRIBUTES, lambda token: {key for key, _ in token.attributes or ()}),
    ):
        keys = [row.key for row in _rows(comparison, field) if row.key is not None]
        assert sorted(keys) == sorted(members(before) | members(after))


@given(tokens, tokens)
def test_the_rows_applied_to_the_previous_token_give_the_new_one(before, after):
    comparison = compare_tokens(before, after, AT)
    allowed = _applied(
        comparison,
        TokenField.CAPABILITIES,
        None if before.capabilities is None else {name: name for name in before.capabilities},
    )
    assert (None if allowed is None else set(allowed)) == (
        None if after.capabilities is None else set(after.capabilities)
    )
    assert _applied(
        comparison,
        TokenField.ATTRIBUTES,
        None if before.attributes is None else dict(before.attributes),
    ) == (None if after.attributes is None else dict(after.attributes))
    assert _single(comparison, TokenField.USER_ID) == after.user_id
    assert _single(comparison, TokenField.EXPIRATION) == after.expiration_time


similar = st.text(st.sampled_from("ab\u0301"), max_size=5)


@given(similar, similar)
def test_the_changed_part_is_what_lies_between_the_common_ends(before, after):
    (row,) = compare_tokens(
        ParticipantToken(user_id=before), ParticipantToken(user_id=after), AT
    ).rows
    prefix, suffix = row.common_prefix, row.common_suffix
    assert prefix + suffix <= min(len(before), len(after))
    assert before[:prefix] == after[:prefix]
    assert before[len(before) - suffix :] == after[len(after) - suffix :]


def test_only_the_changed_part_of_a_value_is_bounded():
    (row,) = compare_tokens(
        ParticipantToken(user_id="room-17-host"), ParticipantToken(user_id="room-42-host"), AT
    ).rows
    assert (row.common_prefix, row.common_suffix) == (5, 5)


def test_a_changed_mark_takes_its_letter_with_it():
    (row,) = compare_tokens(
        ParticipantToken(user_id="ae\u0301b"), ParticipantToken(user_id="ae\u0300b"), AT
    ).rows
    assert (row.common_prefix, row.common_suffix) == (1, 1)


@given(tokens, tokens)
def test_nothing_is_added_or_removed_where_a_token_does_not_say_what_it_has(before, after):
    comparison = compare_tokens(before, after, AT)
    for field, old, new in (
        (TokenField.CAPABILITIES, before.capabilities, after.capabilities),
        (TokenField.ATTRIBUTES, before.attributes, after.attributes),
        (TokenField.USER_ID, before.user_id, after.user_id),
        (TokenField.EXPIRATION, before.expiration_time, after.expiration_time),
    ):
        if (old is None) is not (new is None):
            assert {row.change for row in _rows(comparison, field)} == {Change.UNKNOWN}


def _token(capabilities=("SUBSCRIBE",), role="viewer", hours=1):
    return ParticipantToken(
        capabilities, (("role", role), ("seat", "3")), "ana", AT + timedelta(hours=hours)
    )


def test_time_left_is_counted_from_the_exchange():
    expiration = compare_tokens(_token(hours=1), _token(hours=-2), AT).expiration
    assert (expiration.delta, expiration.left_before, expiration.left_after) == (
        -10_800,
        3_600,
        -7_200,
    )
    unknown = compare_tokens(_token(), _token(hours=2), UnreadableTime("x")).expiration
    assert (unknown.delta, unknown.left_before, unknown.left_after) == (3_600, None, None)


def test_known_capabilities_come_first_and_unknown_ones_are_kept():
    token = ParticipantToken(capabilities=("ZOOM", "SUBSCRIBE", "ALIEN", "PUBLISH"))
    keys = [row.key for row in compare_tokens(token, token, AT).rows]
    assert keys == ["PUBLISH", "SUBSCRIBE", "ALIEN", "ZOOM"]
