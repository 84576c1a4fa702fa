"""What the checkout looks like: packages, stylesheets, README, and no trace of a workplace."""

import ast
import re
from pathlib import Path

import pytest

from ivscope import __version__
from ivscope.ui.stylesheets import STYLESHEETS, stylesheet
from support import readme_keys, readme_packages
from support.readme_sections import section
from support.tree import ROOT, kept_files, modules

_MACHINE_PATHS = re.compile(r"/(?:work|root|home/\w+|Users/\w+)/|file:///opt|/opt/\w+/simple")


def test_packages_have_a_docstring_and_nothing_else():
    packages = [(path, tree) for path, tree in modules("tui") if path.name == "__init__.py"]
    root, *others = sorted(packages, key=lambda package: len(package[0].parts))
    assert [path for path, tree in others if len(tree.body) != 1] == []
    assert all(ast.get_docstring(tree) for _, tree in packages)
    assert "__version__" in (ROOT / root[0]).read_text("utf-8")


def test_every_stylesheet_is_applied():
    assert sorted(STYLESHEETS) == sorted(path.name for path in (ROOT / "styles").iterdir())


def test_a_missing_stylesheet_is_named_with_both_places():
    with pytest.raises(
        FileNotFoundError, match=r"nowhere\.tcss is neither .*ivscope.* nor .*styles"
    ):
        stylesheet("nowhere.tcss")


@pytest.mark.parametrize(
    ("script", "made"),
    [
        (readme_keys, readme_keys.keys_table),
        (readme_packages, readme_packages.packages_section),
    ],
)
def test_readme_has_what_its_scripts_make_of_the_code(script, made):
    assert section(script.SECTION) == made(), (
        f"run python tests/support/{Path(script.__file__).name}, or paste this between the marks:\n"
        + made()
    )


def test_nothing_kept_names_the_machine_it_was_made_on():
    here = ROOT.as_posix() + "/"
    traces = []
    for path in kept_files():
        for number, line in enumerate(path.read_text("utf-8", "replace").splitlines(), 1):
            if here in line or (_MACHINE_PATHS.search(line) and "_MACHINE_PATHS" not in line):
                traces.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}")
    assert traces == []


def test_the_lock_has_names_and_versions_only():
    lines = (ROOT / "requirements.lock").read_text("utf-8").splitlines()
    pins = [line for line in lines if not line.startswith("#")]
    assert [line for line in pins if not re.fullmatch(r"[\w.-]+==[\w.]+", line)] == []
    assert {"boto3", "botocore", "textual"} <= {line.split("==")[0] for line in pins}


def test_what_is_held_to_hashes_has_the_versions_of_the_lock():
    def pinned(name):
        lines = (ROOT / name).read_text("utf-8").splitlines()
        pins = [re.match(r"([\w.-]+)==([\w.]+)", line) for line in lines]
        return {re.sub(r"[-_.]+", "-", pin[1]).lower(): pin[2] for pin in pins if pin}

    hashed, locked = pinned("requirements.hashed.txt"), pinned("requirements.lock")
    assert {"boto3", "botocore", "textual", "awscrt"} <= hashed.keys()
    # The extra `login` is not among what is installed for development.
    assert {name: hashed[name] for name in hashed.keys() & locked.keys()} == {
        name: locked[name] for name in hashed.keys() - {"awscrt"}
    }
    text = (ROOT / "requirements.hashed.txt").read_text("utf-8")
    assert len(re.findall(r"== ?\S+ \\\n    --hash=sha256:[0-9a-f]{64}", text)) == len(hashed)


def test_every_package_that_is_needed_has_its_licence_in_security():
    text = (ROOT / "SECURITY.md").read_text("utf-8").partition("| Licence |")[2]
    told = set(re.findall(r"[\w-]+", text.partition("\n\n")[0]))
    lines = (ROOT / "requirements.hashed.txt").read_text("utf-8").splitlines()
    needed = {line.partition("==")[0] for line in lines if "==" in line}
    assert "textual" in needed
    assert needed - told == set()


def test_the_newest_version_in_the_changelog_is_that_of_the_program():
    headings = re.findall(r"^## \[(.+?)\](.*)$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert headings[0] == ("Unreleased", "")
    version, day = headings[1]
    assert version == __version__
    assert re.fullmatch(r" - \d{4}-\d\d-\d\d", day)
