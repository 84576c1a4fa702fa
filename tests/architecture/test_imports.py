"""What may import what, and what an import may load."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest
from support.tree import ROOT, modules

HEADLESS = (
    "ivscope.cli",
    "ivscope.domain",
    "ivscope.provider",
    "ivscope.sources",
    "ivscope.endpoint",
)
"""Run without a screen: on a server, in scripts, in threads of tests."""


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


@pytest.mark.parametrize("package", HEADLESS)
def test_headless_code_loads_no_toolkit(package):
    loaded = _loaded_by(package)
    assert package in loaded
    assert not loaded & {"textual", "rich"}


def test_the_command_line_loads_no_aws_client():
    assert not _loaded_by("ivscope.cli") & {"boto3", "botocore"}


def _loaded_by(package):
    """Modules after importing every module of a package, in a process of its own."""
    everything = [
        ".".join(path.relative_to("tui").with_suffix("").parts) for path, _ in modules("tui")
    ]
    names = [name for name in everything if f"{name}.".startswith(f"{package}.")]
    assert names
    program = (
        "import importlib, json, sys\n"
        "for name in json.loads(sys.argv[1]): importlib.import_module(name)\n"
        "print(json.dumps(list(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, json.dumps(names)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return set(json.loads(done.stdout))


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
