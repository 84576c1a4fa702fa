"""What may import what, and what an import may load."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

from support.tree import ROOT, modules

HEAVY = ("textual", "rich", "boto3", "botocore")
"""What takes long to load: the toolkit of the screens and the client of AWS."""


def test_the_import_contracts_hold():
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 broken" in done.stdout


BLOCKED = """
import importlib, json, sys

class Blocked:
    def find_spec(self, name, path=None, target=None):
        top, *below = name.split(".")
        private = top == "rich" and below and below[0].startswith("_")  # parts of rich.cells
        if top in ("textual", "rich") and not private and name not in ("rich", "rich.cells"):
            raise ImportError(f"{name} is blocked")

sys.meta_path.insert(0, Blocked())
names = json.loads(sys.argv[1])
failed = []
for name in names:
    try:
        importlib.import_module(name)
    except ImportError as error:
        failed.append(f"{name}: {error}")
print(json.dumps(failed))
"""
"""Imports modules where Textual is not there, and of rich only the widths of characters."""


def test_everything_but_ui_imports_where_the_toolkit_is_not_there():
    headless = [name for name in _everything() if not f"{name}.".startswith("ivscope.ui.")]
    assert len(headless) > 100
    assert json.loads(_python(BLOCKED, headless)) == []


def test_the_block_stops_what_needs_the_toolkit():
    (failure,) = json.loads(_python(BLOCKED, ["ivscope.ui.app"]))
    assert failure.endswith(" is blocked")


LOADED = """
import importlib, json, sys
for name in json.loads(sys.argv[1]): importlib.import_module(name)
print(json.dumps(list(sys.modules)))
"""


@pytest.mark.parametrize("package", ["ivscope.cli.main", "ivscope.cli.explore"])
def test_the_command_line_loads_neither_the_toolkit_nor_the_client_of_aws(package):
    names = [name for name in _everything() if f"{name}.".startswith(f"{package}.")]
    loaded = json.loads(_python(LOADED, names))
    assert package in loaded
    assert not set(loaded) & set(HEAVY)


PRINTED = """
import json, sys
from ivscope.cli.main import main
code = main(json.loads(sys.argv[1]))
print(json.dumps([code, *sys.modules]))
"""


PLACE = ("--demo", "fri-night-live", "st-dxMFysKnE9UAk", "tAv0YThNuP8y")


@pytest.mark.parametrize(
    "words",
    [("stages", "--demo"), ("events", *PLACE), ("why", *PLACE, "--at", "20:52:00")],
    ids=lambda words: words[0],
)
def test_a_command_that_prints_data_loads_no_toolkit(words):
    code, *loaded = json.loads(_python(PRINTED, words).splitlines()[-1])
    assert code in {0, 4}
    # Of rich the widths of characters only.
    assert not {name.split(".")[0] for name in loaded} & {"textual"}
    assert [name for name in loaded if name.startswith("rich.") and "_" not in name] == [
        "rich.cells"
    ]
    assert not any(name.startswith("ivscope.ui") for name in loaded)


def test_the_explorer_loads_no_rule_before_its_first_row():
    """A hundred claims are classes to make, and nobody waits for them there."""
    loaded = set(json.loads(_python(LOADED, ["ivscope.ui.app", "ivscope.ui.explorer.screen"])))
    assert "ivscope.findings.finding" in loaded
    assert not loaded & {"ivscope.findings.rules", "ivscope.findings.quota", "statistics"}
    assert not any(name.startswith("ivscope.render.sentences.p") for name in loaded)


def test_the_explorer_loads_nothing_of_client_errors_and_of_searches_before_they_are_asked_for():
    loaded = set(json.loads(_python(LOADED, ["ivscope.ui.app", "ivscope.ui.explorer.screen"])))
    assert "ivscope.ui.explorer.who" in loaded
    assert not loaded & {
        "ivscope.knowledge.client_errors",
        "ivscope.render.client_error_lines",
        "ivscope.workspace.user_search",
    }


def _everything():
    """The names of all modules, without `__main__`, which runs."""
    names = [".".join(path.relative_to("tui").with_suffix("").parts) for path, _ in modules("tui")]
    return [name.removesuffix(".__init__") for name in names if not name.endswith("__main__")]


def _python(program, names):
    done = subprocess.run(
        [sys.executable, "-c", program, json.dumps(names)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return done.stdout


@pytest.mark.parametrize("package", ["settings", "terminal"])
def test_settings_and_terminal_need_the_standard_library_only(package):
    foreign = [
        f"{path}:{node.lineno} imports {name}"
        for path, tree in modules(f"tui/ivscope/{package}")
        for node in ast.walk(tree)
        for name in _imported(node)
        if name.split(".")[0] not in {"ivscope", *sys.stdlib_module_names}
    ]
    assert foreign == []


def _imported(node):
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module] if isinstance(node, ast.ImportFrom) and node.module else []


def test_private_names_stay_in_their_module():
    taken = [
        f"{path}:{node.lineno} imports {alias.name} from {node.module}"
        for path, tree in modules("tui", "benchmarks")
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if alias.name.startswith("_") and not alias.name.endswith("__")
    ]
    assert taken == []


def test_imports_are_absolute():
    relative = [
        f"{path}:{node.lineno}"
        for path, tree in modules("tui")
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.level
    ]
    assert relative == []


LATER = """
import json, sys
import ivscope.ui.app
names = ("boto3", "botocore", *json.loads(sys.argv[1]))
print(json.dumps([name for name in names if name in sys.modules]))
"""
"""Imports all that the first screen needs, and prints which of these came with it."""

NOT_FOR_THE_FIRST_SCREEN = (
    "ivscope.ui.summary.screen",
    "ivscope.ui.lanes.screen",
    "ivscope.ui.compare.screen",
    "ivscope.ui.help.screen",
    "ivscope.export.clippings",
    "ivscope.export.saved_events",
    "ivscope.export.report",
    "ivscope.findings.rules",
    "ivscope.sources.aws",
    "ivscope.endpoint.server",
)


def test_what_the_first_screen_does_not_need_is_imported_behind_it():
    every = [*_everything(), "ivscope.ui.app"]
    assert set(NOT_FOR_THE_FIRST_SCREEN) <= set(every)
    assert json.loads(_python(LATER, list(NOT_FOR_THE_FIRST_SCREEN))) == []
