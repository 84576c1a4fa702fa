"""frozen and slotted: make a class as `dataclass` does, of values and of what changes, but at once.

`dataclass` compiles six methods for each class when its module is imported. That is half a
millisecond, and an eighth of a second for the classes that are loaded before anything is on screen.
Here a class gets shared methods, and those that must be quick are compiled when first called.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, Field, FrozenInstanceError, dataclass, field
from threading import RLock
from typing import Any, Final, NoReturn, TypeVar, dataclass_transform

Value = TypeVar("Value")

_Fields = Mapping[str, Field[Any]]
"""Fields by name, those of base classes first."""

_FIELDS: Final = "__frozen_fields__"
_DESCRIBED: Final = ("__dataclass_fields__", "__dataclass_params__")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def frozen(cls: type[Value]) -> type[Value]:
    """Make a class of frozen values with slots.

    Fields, defaults, `field()`, equality, `replace`, `fields` and `asdict` are those of
    `dataclass`, and methods of the class itself win over ours. There is no `__post_init__`, order,
    `ClassVar`, `InitVar` or `field(init=False)`: a class with one of these takes `dataclass`.
    """
    return _made(cls, is_frozen=True)


@dataclass_transform(eq_default=False, field_specifiers=(field,))
def slotted(cls: type[Value]) -> type[Value]:
    """Make a class with slots whose fields can change, as `dataclass(slots=True, eq=False)` does.

    What is not there for `frozen` is not there either. No two of its objects are equal.
    """
    return _made(cls, is_frozen=False)


def _made(cls: type[Value], *, is_frozen: bool) -> type[Value]:
    own: _Fields = {name: _field_of(cls, name) for name in cls.__annotations__}
    inherited = [vars(base).get(_FIELDS, {}) for base in reversed(cls.__mro__)]
    fields = {name: one for group in (*inherited, own) for name, one in group.items()}
    members = {**(_METHODS if is_frozen else _PLAIN_METHODS), **vars(cls)}
    for name in (*own, "__dict__", "__weakref__"):
        members.pop(name, None)
    members |= {name: _Described(name, cls, is_frozen=is_frozen) for name in _DESCRIBED}
    positional = tuple(name for name, one in fields.items() if one.kw_only is not True)
    members.setdefault("__match_args__", positional)
    members |= {"__slots__": tuple(own), "__qualname__": cls.__qualname__, _FIELDS: fields}
    classes: list[type[Any]] = []
    for name, text in (_TEXTS if is_frozen else _PLAIN_TEXTS).items():
        if name not in members:
            members[name] = _compiled_at_first(classes, name, text, fields)
    metaclass: Callable[..., type[Value]] = type(cls)
    made = metaclass(cls.__name__, cls.__bases__, members)
    classes.append(made)
    return made


def _field_of(cls: type[Any], name: str) -> Field[Any]:
    default = vars(cls).get(name, MISSING)
    made: Field[Any] = default if isinstance(default, Field) else field(default=default)
    return made


def _repr(self: Any) -> str:  # noqa: ANN401 - of any class here
    fields: _Fields = getattr(self, _FIELDS)
    members = ", ".join(
        f"{name}={getattr(self, name)!r}" for name, one in fields.items() if one.repr
    )
    return f"{type(self).__qualname__}({members})"


def _getstate(self: Any) -> list[object]:  # noqa: ANN401 - same
    return [getattr(self, name) for name in getattr(self, _FIELDS)]


def _setstate(self: Any, state: list[object]) -> None:  # noqa: ANN401 - same
    for name, member in zip(getattr(self, _FIELDS), state, strict=True):
        object.__setattr__(self, name, member)


def _refuse_to_set(_: object, name: str, __: object) -> NoReturn:
    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_to_delete(_: object, name: str) -> NoReturn:
    raise FrozenInstanceError(f"cannot delete field {name!r}")


_PLAIN_METHODS: Final[Mapping[str, object]] = {
    "__repr__": _repr,
    "__getstate__": _getstate,
    "__setstate__": _setstate,
}
_METHODS: Final[Mapping[str, object]] = {
    **_PLAIN_METHODS,
    "__setattr__": _refuse_to_set,
    "__delattr__": _refuse_to_delete,
}
"""Those that are not compiled; the plain ones of classes whose fields can change."""


def _compiled_at_first(
    classes: Sequence[type[Any]], name: str, text: Callable[[_Fields], str], fields: _Fields
) -> Callable[..., Any]:
    """Return a method that puts the compiled one in its own place, and calls it.

    The class, which is made after its methods, is the one in `classes` then.
    """

    def method(*values: object, **named: object) -> object:
        (made,) = classes
        # Only names of fields are in the text, as in what `dataclass` compiles.
        scope = _scope(made, fields)
        exec(f"def {name}{text(fields)}", scope)  # noqa: S102
        compiled = scope[name]
        compiled.__qualname__ = f"{made.__qualname__}.{name}"
        setattr(made, name, compiled)
        return compiled(*values, **named)

    return method


def _scope(made: type[Any], fields: _Fields) -> dict[str, Any]:
    """What the texts of compiled methods name. Slots are set without a look-up by their name."""
    scope: dict[str, Any] = {"MISSING": MISSING}
    for name, one in fields.items():
        scope[f"_set_{name}"] = getattr(made, name).__set__
        scope[f"_make_{name}"], scope[f"_default_{name}"] = one.default_factory, one.default
    return scope


def _init_text(fields: _Fields) -> str:
    return _init_with(fields, lambda name, value: f"_set_{name}(self, {value})")


def _plain_init_text(fields: _Fields) -> str:
    return _init_with(fields, lambda name, value: f"self.{name} = {value}")


def _init_with(fields: _Fields, setting: Callable[[str, str], str]) -> str:
    heads: tuple[list[str], list[str]] = ["self"], ["*"]
    lines = []
    for name, one in fields.items():
        head, value = name, name
        if one.default_factory is not MISSING:
            head, value = f"{name}=MISSING", f"_make_{name}() if {name} is MISSING else {name}"
        elif one.default is not MISSING:
            head = f"{name}=_default_{name}"
        heads[one.kw_only is True].append(head)
        lines.append(f"    {setting(name, value)}")
    by_name = heads[1] if len(heads[1]) > 1 else []
    return f"({', '.join((*heads[0], *by_name))}):\n" + "\n".join(lines or ["    pass"])


def _equality_text(fields: _Fields) -> str:
    return (
        "(self, other):\n"
        "    if other.__class__ is self.__class__:\n"
        f"        return {_members_text('self', fields)} == {_members_text('other', fields)}\n"
        "    return NotImplemented"
    )


def _hash_text(fields: _Fields) -> str:
    return f"(self):\n    return hash({_members_text('self', fields)})"


def _members_text(of: str, fields: _Fields) -> str:
    members = (f"{of}.{name}, " for name, one in fields.items() if one.compare)
    return f"({''.join(members)})"


_TEXTS: Final[Mapping[str, Callable[[_Fields], str]]] = {
    "__init__": _init_text,
    "__eq__": _equality_text,
    "__hash__": _hash_text,
}
"""Behind its name the text of each method that is compiled."""

_PLAIN_TEXTS: Final[Mapping[str, Callable[[_Fields], str]]] = {"__init__": _plain_init_text}
"""The same for classes whose fields can change."""


class _Described:
    """An attribute that `replace`, `fields` and `asdict` look at: `dataclass` makes it when asked.

    It describes the class that has no slots, which holds the defaults and is used for nothing else.
    """

    _describing = RLock()

    def __init__(self, name: str, plain: type[Any], *, is_frozen: bool) -> None:
        self._name = name
        self._plain = plain
        self._is_frozen = is_frozen

    def __get__(self, _: object, __: object) -> object:
        with self._describing:
            if self._name not in vars(self._plain):
                dataclass(init=False, repr=False, eq=False, frozen=self._is_frozen)(self._plain)
        return vars(self._plain)[self._name]
