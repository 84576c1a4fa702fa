"""What the wheel holds: the package with its stylesheets, and nothing beside it."""

import configparser
import subprocess
import sys
import zipfile

import pytest
from support.tree import ROOT


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    done = subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (path,) = folder.glob("*.whl")
    with zipfile.ZipFile(path) as opened:
        yield opened


def test_every_module_and_stylesheet_is_in_it(wheel):
    source = ROOT / "tui"
    modules = {path.relative_to(source).as_posix() for path in source.rglob("*.py")}
    styles = {f"ivscope/styles/{path.name}" for path in (ROOT / "styles").glob("*.tcss")}
    assert styles
    packed = {name for name in wheel.namelist() if name.startswith("ivscope/")}
    assert packed == modules | styles


def test_it_installs_one_package_and_its_metadata(wheel):
    top = {name.split("/")[0] for name in wheel.namelist()}
    (metadata,) = top - {"ivscope"}
    assert metadata.startswith("ivscope-")
    assert metadata.endswith(".dist-info")


def test_it_brings_the_command(wheel):
    (name,) = (name for name in wheel.namelist() if name.endswith("/entry_points.txt"))
    points = configparser.ConfigParser()
    points.read_string(wheel.read(name).decode())
    assert dict(points["console_scripts"]) == {"ivscope": "ivscope.cli.main:run"}
