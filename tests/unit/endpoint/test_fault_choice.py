"""Which calls meet a fault, and which faults there are."""

import pytest

from ivscope.endpoint.faults import FAULTS, FaultSwitch, split_fault


def met(spec, calls):
    """For each call, the name of the fault it met."""
    switch = FaultSwitch()
    picks = [switch.pick(spec, operation) for operation in calls]
    return [pick[0] if pick is not None else None for pick in picks]


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ("throttle", ["throttle"] * 4),
        ("throttle:2", ["throttle", "throttle", None, None]),
        ("throttle:0", [None] * 4),
        ("throttle@3", [None, None, "throttle", None]),
        ("throttle.ListStages", ["throttle", None, "throttle", None]),
        ("throttle.GetStage:1", [None, "throttle", None, None]),
        ("throttle.ListStages@2", [None, None, "throttle", None]),
    ],
)
def test_a_spec_says_which_calls_fail(spec, expected):
    assert met(spec, ["ListStages", "GetStage"] * 2) == expected


def test_calls_are_counted_per_name():
    switch = FaultSwitch()
    assert switch.pick("throttle:1", "ListStages") is not None
    assert switch.pick("internal500:1", "ListStages") is not None
    assert switch.pick("throttle:1", "ListStages") is None


@pytest.mark.parametrize("spec", ["nonsense", "throttle:", "throttle:x", "", "throttle:1@2"])
def test_a_spec_that_names_no_fault_fails_every_call(spec):
    assert met(spec, ["ListStages"] * 2) == [spec] * 2


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/ListStages", (None, "/ListStages")),
        ("/~fault/bom/ListStages", ("bom", "/ListStages")),
        ("/~fault/bom@2/ListStages", ("bom@2", "/ListStages")),
        ("/~fault/bom", ("bom", "/")),
        ("/~faults/bom/ListStages", (None, "/~faults/bom/ListStages")),
    ],
)
def test_the_fault_is_split_from_the_path(path, expected):
    assert split_fault(path) == expected


def test_every_fault_says_what_it_is_in_one_line():
    assert all(fault.about and "\n" not in fault.about for fault in FAULTS.values())
