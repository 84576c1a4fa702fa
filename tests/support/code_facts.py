"""Facts about the code: modules, their importers, protocols, and public classes."""

import ast
import builtins
import importlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Self


@dataclass
class ClassFacts:
    """A class as the source has it."""

    module: str
    name: str
    bases: tuple[str, ...]
    """Dotted names as the module resolves them."""
    members: set[str] = field(default_factory=set)
    """Methods, class attributes, and attributes set on self."""

    @property
    def full_name(self) -> str:
        return f"{self.module}.{self.name}"

    @property
    def is_protocol(self) -> bool:
        return "typing.Protocol" in self.bases


class CodeFacts:
    """The modules of one package."""

    def __init__(self, root: Path, package: str) -> None:
        """Read all modules.

        Args:
            root: The folder that has the package.
            package: Its name.
        """
        paths = sorted((root / package).rglob("*.py"))
        self.files = {_name(path.relative_to(root)): path for path in paths}
        """By module name; those of packages are among them."""
        self.trees = {name: ast.parse(path.read_text("utf-8")) for name, path in self.files.items()}

    @cached_property
    def modules(self) -> list[str]:
        """Names of all modules, those of packages left out."""
        return [name for name, path in self.files.items() if path.name != "__init__.py"]

    @cached_property
    def lines(self) -> dict[str, int]:
        """Lines of every file."""
        return {
            name: len(path.read_text("utf-8").splitlines()) for name, path in self.files.items()
        }

    @cached_property
    def importers(self) -> dict[str, set[str]]:
        """The modules that import each module, also inside functions."""
        found: dict[str, set[str]] = {name: set() for name in self.modules}
        for importer, tree in self.trees.items():
            for node in ast.walk(tree):
                for name in self._imported(node):
                    found[name].add(importer)
        return found

    def _imported(self, node: ast.AST) -> Iterator[str]:
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        else:
            return
        yield from (name for name in names if name in self.files and name in self.modules)

    @property
    def used_once_at_home(self) -> list[str]:
        """Modules with one importer, which lives in their own package."""
        return [
            name
            for name, importers in self.importers.items()
            if len(importers) == 1 and _package(name) == _package(next(iter(importers)))
        ]

    @cached_property
    def classes(self) -> dict[str, ClassFacts]:
        """Every class at the top of a module, by full name."""
        return {facts.full_name: facts for name in self.trees for facts in self._classes_of(name)}

    def _classes_of(self, module: str) -> Iterator[ClassFacts]:
        tree = self.trees[module]
        known = dict(_bindings(module, tree))
        for node in tree.body:
            if isinstance(node, ast.ClassDef):
                bases = tuple(_dotted(base, known) for base in node.bases)
                yield ClassFacts(module, node.name, bases, set(_members(node)))

    def members(self, name: str) -> set[str]:
        """Names of the members of a class, inherited ones included."""
        if name in self.classes:
            facts = self.classes[name]
            return facts.members.union(*(self.members(base) for base in facts.bases))
        return _members_of_outsider(name)

    def implementers(self, protocol: str) -> list[str]:
        """Classes that have all members of a protocol and are none themselves."""
        wanted = self.members(protocol) - set(dir(object)) - {"__protocol_attrs__"}
        return [
            name
            for name, facts in self.classes.items()
            if not facts.is_protocol and wanted <= self.members(name)
        ]

    @property
    def protocols(self) -> list[str]:
        """Protocols, without those of functions, which any function can implement."""
        return [
            name
            for name, facts in self.classes.items()
            if facts.is_protocol and "__call__" not in facts.members
        ]

    @property
    def protocols_of_one(self) -> dict[str, list[str]]:
        """Protocols with at most one implementer, and its name."""
        found = {name: self.implementers(name) for name in self.protocols}
        return {name: classes for name, classes in found.items() if len(classes) <= 1}

    @property
    def defined_twice(self) -> dict[str, list[str]]:
        """Public classes and functions that two packages define at the top of a module, and where.

        Inside one package two modules may share the name of a function: who calls it sees both.
        """
        found: defaultdict[str, set[str]] = defaultdict(set)
        for module, tree in self.trees.items():
            for node in tree.body:
                if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                    found[node.name].add(module)
        return {
            name: sorted(modules)
            for name, modules in sorted(found.items())
            if not name.startswith("_") and len({_package(module) for module in modules}) > 1
        }

    @classmethod
    @cache
    def of_product(cls) -> Self:
        """The facts of this checkout."""
        return cls(Path(__file__).resolve().parents[2] / "tui", "ivscope")


def _name(path: Path) -> str:
    return ".".join(path.with_suffix("").parts).removesuffix(".__init__")


def _package(module: str) -> str:
    return module.rpartition(".")[0]


def _bindings(module: str, tree: ast.Module) -> Iterator[tuple[str, str]]:
    """The full names of what a module imports and of its own classes."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield from ((a.asname or a.name, f"{node.module}.{a.name}") for a in node.names)
        elif isinstance(node, ast.Import):
            yield from ((a.asname or a.name, a.name) for a in node.names)
        elif isinstance(node, ast.ClassDef):
            yield node.name, f"{module}.{node.name}"


def _dotted(node: ast.expr, known: dict[str, str]) -> str:
    if isinstance(node, ast.Subscript):
        return _dotted(node.value, known)
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value, known)}.{node.attr}"
    if isinstance(node, ast.Name):
        return known.get(node.id, f"builtins.{node.id}")
    return ""


def _members(node: ast.ClassDef) -> Iterator[str]:
    for part in node.body:
        if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef):
            yield part.name
            yield from _set_on_self(part)
        elif isinstance(part, ast.AnnAssign) and isinstance(part.target, ast.Name):
            yield part.target.id
        elif isinstance(part, ast.Assign):
            yield from (target.id for target in part.targets if isinstance(target, ast.Name))


def _set_on_self(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[str]:
    for node in ast.walk(function):
        if (
            isinstance(node, ast.Attribute)
            and isinstance(node.ctx, ast.Store)
            and isinstance(node.value, ast.Name)
            and node.value.id == "self"
        ):
            yield node.attr


def _members_of_outsider(name: str) -> set[str]:
    """Members of a class that is not ours."""
    module, _, attribute = name.rpartition(".")
    if module in ("", "builtins", "typing"):
        return set(dir(getattr(builtins, attribute, object)))
    try:
        return set(dir(getattr(importlib.import_module(module), attribute)))
    except (ImportError, AttributeError):
        return set()
