"""A class made by `frozen` is what `dataclass(frozen=True, slots=True)` makes of the same one."""

import copy
import importlib
import pkgutil
from dataclasses import FrozenInstanceError, asdict, dataclass, field, fields, is_dataclass, replace
from typing import Generic, TypeVar

import pytest

import ivscope
from ivscope.domain.frozen import frozen, slotted

Item = TypeVar("Item")


@frozen
class Base:
    """A base whose last field is given by name only."""

    note: str | None = field(default=None, compare=False, repr=False, kw_only=True)


@frozen
class Stage(Base, Generic[Item]):
    """A value with each kind of field."""

    arn: str
    name: str = "?"
    items: list[Item] = field(default_factory=list)
    hidden: int = field(default=0, repr=False, compare=False)

    @property
    def words(self):
        return f"{self.name} {self.arn}"


@frozen
class Empty:
    """A value without a field."""


@frozen
class One:
    """A value with one field, and words of its own."""

    number: float

    def __repr__(self):
        return f"<{self.number}>"


def test_fields_are_given_in_order_or_by_name_with_their_defaults():
    stage = Stage("arn", items=[1], note="n")
    assert (stage.arn, stage.name, stage.items, stage.hidden, stage.note) == (
        *("arn", "?", [1], 0, "n"),
    )
    assert stage.words == "? arn"
    assert Stage("a").items is not Stage("a").items
    assert Empty() == Empty()


@pytest.mark.parametrize("given", [(), ("a", "b", [], 0, "note by position")])
def test_wrong_arguments_are_refused(given):
    for _ in range(2):  # the first object and a later one
        with pytest.raises(TypeError, match="__init__"):
            Stage(*given)


def test_equality_hash_and_words_are_those_of_the_fields():
    assert Stage("a", note="x", hidden=1) == Stage("a", note="y", hidden=2)
    assert Stage("a") != Stage("b")
    assert One(1) != Base()
    assert hash(One(2.5)) == hash(One(2.5))
    assert {One(1), One(1)} == {One(1)}
    assert repr(Stage("a", note="x")) == "Stage(arn='a', name='?', items=[])"
    assert repr(One(1)) == "<1>"


def test_nothing_can_be_set_deleted_or_added():
    one = One(1)
    with pytest.raises(FrozenInstanceError):
        one.number = 2
    with pytest.raises(FrozenInstanceError):
        del one.number
    with pytest.raises(FrozenInstanceError):
        one.more = 2
    assert not hasattr(one, "__dict__")


def test_the_functions_of_dataclasses_take_it():
    assert is_dataclass(Stage)
    assert [one.name for one in fields(Stage)] == ["note", "arn", "name", "items", "hidden"]
    assert replace(Stage("a", note="n"), name="b") == Stage("a", "b")
    assert replace(Stage("a", note="n"), name="b").note == "n"
    assert asdict(One(1)) == {"number": 1}


def test_copies_and_patterns_work():
    stage = Stage("a", items=[1], note="n")
    for other in (copy.copy(stage), copy.deepcopy(stage)):
        assert other == stage
        assert other.note == "n"
    match stage:
        case Stage(arn, name):
            assert (arn, name) == ("a", "?")


def test_a_dataclass_can_build_on_it_and_a_plain_class_too():
    @dataclass(frozen=True)
    class More(One):
        unit: str = "ms"

    class Plain(One):
        def __init__(self):
            super().__init__(7)

    assert More(1) == More(1, "ms")
    assert Plain().number == 7


@slotted
class Tally:
    """What changes, with each kind of field."""

    name: str
    count: int = 0
    seen: set[str] = field(default_factory=set)


def test_what_changes_has_slots_and_is_equal_to_itself_only():
    tally = Tally("a", count=1)
    tally.count += 1
    tally.seen.add("x")
    assert (tally.name, tally.count, tally.seen, Tally("b").seen) == ("a", 2, {"x"}, set())
    assert repr(tally) == "Tally(name='a', count=2, seen={'x'})"
    assert tally == tally  # noqa: PLR0124 - itself
    assert tally != Tally("a", 2, {"x"})
    assert len({tally, Tally("a")}) == 2
    with pytest.raises(AttributeError):
        tally.more = 1
    assert [one.name for one in fields(Tally)] == ["name", "count", "seen"]
    assert replace(tally, count=5).count == 5
    with pytest.raises(TypeError, match="__init__"):
        Tally()


def test_no_class_of_ours_asks_it_for_what_it_leaves_out():
    for module in pkgutil.walk_packages(ivscope.__path__, "ivscope."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    made = [one for one in _subclasses(object) if "__frozen_fields__" in vars(one)]
    assert len(made) > 200
    for one in made:
        assert not hasattr(one, "__post_init__"), one
        for name, hint in one.__annotations__.items():
            assert "ClassVar" not in str(hint), (one, name)
        assert all(known.init for known in vars(one)["__frozen_fields__"].values()), one


def _subclasses(base):
    for one in type.__subclasses__(base):
        yield one
        yield from _subclasses(one)
