"""The checkout: where it is, and what is kept in it."""

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

FOLDERS = (".ci", "benchmarks", "styles", "tests", "tui")
FILES = (
    ".gitignore",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "README.md",
    "SECURITY.md",
    "pyproject.toml",
    "requirements.hashed.txt",
    "requirements.lock",
)
"""With the folders all that is kept; caches and builds lie elsewhere or in `__pycache__`."""


def kept_files() -> list[Path]:
    """Every kept file, by its path in the checkout."""
    inside = [path for name in FOLDERS for path in (ROOT / name).rglob("*") if path.is_file()]
    kept = [path for path in inside if "__pycache__" not in path.parts]
    return [*(ROOT / name for name in FILES), *sorted(kept)]


@cache
def modules(*folders: str) -> list[tuple[Path, ast.Module]]:
    """Path and syntax tree of every Python module in these folders; not to be changed."""
    paths = sorted(path for name in folders for path in (ROOT / name).rglob("*.py"))
    return [(path.relative_to(ROOT), ast.parse(path.read_text("utf-8"))) for path in paths]
