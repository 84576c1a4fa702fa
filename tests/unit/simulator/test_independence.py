"""The simulator cannot share an error with what it tests: it knows values of the domain only."""

import ast

from support.tree import modules

FOLDER = "tests/support/simulator"
ALLOWED = ("ivscope.domain", "support.simulator")


def imported(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            yield node.module or ""
        elif isinstance(node, ast.Import):
            yield from (name.name for name in node.names)


def test_the_simulator_imports_nothing_of_the_product_but_values_of_the_domain():
    found = {
        name
        for _, tree in modules(FOLDER)
        for name in imported(tree)
        if name.startswith(("ivscope", "support"))
    }
    assert [name for name in found if not name.startswith(ALLOWED)] == []
    assert "ivscope.domain.events" in found
