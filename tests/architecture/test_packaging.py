"""What an installation holds, and that it runs whatever else is named `tui` on the machine."""

import configparser
import re
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from support.terminal import Terminal, settings
from support.tree import ROOT

PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check")
BUILD = (sys.executable, "-m", "build", "--no-isolation")


def done(*words, folder=None, **environ):
    """What a command wrote, when it ended well."""
    run = subprocess.run(
        [str(word) for word in words],
        cwd=folder,
        env=settings(**environ) if environ else None,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A folder for each way to build: the wheel of the checkout, and an sdist with its wheel."""
    folder = tmp_path_factory.mktemp("built")
    done(*BUILD, "--wheel", "--outdir", folder / "checkout", ROOT)
    done(*BUILD, "--outdir", folder / "sdist", ROOT)
    return folder


def only(folder, pattern):
    (path,) = folder.glob(pattern)
    return path


@pytest.fixture(params=["checkout", "sdist"])
def wheel(request, built):
    with zipfile.ZipFile(only(built / request.param, "*.whl")) as opened:
        yield opened


def files_of(folder, pattern):
    """Paths below a folder, without what Python caches there."""
    return {path.relative_to(folder).as_posix() for path in folder.rglob(pattern)}


def test_every_module_and_stylesheet_is_in_the_wheel(wheel):
    styles = {f"ivscope/styles/{name}" for name in files_of(ROOT / "styles", "*.tcss")}
    assert styles
    packed = {name for name in wheel.namelist() if name.startswith("ivscope/")}
    assert packed == files_of(ROOT / "tui", "*.py") | styles | {"ivscope/py.typed"}


def test_the_wheel_installs_one_package_and_its_metadata(wheel):
    top = {name.split("/")[0] for name in wheel.namelist()}
    (metadata,) = top - {"ivscope"}
    assert metadata.startswith("ivscope-")
    assert metadata.endswith(".dist-info")


def test_the_wheel_brings_the_command(wheel):
    (name,) = (name for name in wheel.namelist() if name.endswith("/entry_points.txt"))
    points = configparser.ConfigParser()
    points.read_string(wheel.read(name).decode())
    assert dict(points["console_scripts"]) == {"ivscope": "ivscope.cli.main:run"}


def test_the_sdist_holds_what_the_wheel_is_built_from_and_what_people_read(built):
    with tarfile.open(only(built / "sdist", "*.tar.gz")) as opened:
        names = {name.split("/", 1)[1] for name in opened.getnames()}
    sources = {f"tui/{name}" for name in files_of(ROOT / "tui", "*.py")}
    sources |= {f"styles/{name}" for name in files_of(ROOT / "styles", "*.tcss")}
    sources |= {"tui/ivscope/py.typed"}
    written = {"README.md", "CHANGELOG.md", "SECURITY.md", "LICENSE", "pyproject.toml"}
    assert names - {"PKG-INFO", ".gitignore"} == sources | written


@dataclass
class Installation:
    """An environment with ivscope, and with another distribution that owns the name `tui`."""

    python: Path
    package: Path
    """Where the modules of ivscope have to come from."""
    styles: Path
    """And its stylesheets."""
    folder: Path
    """On PYTHONPATH: a folder `tui/` with modules of the names that ivscope used to have."""
    intruder: Path
    """Is there as soon as anybody has imported `tui`, or a module in it."""

    @property
    def environ(self):
        return settings(PYTHONPATH=str(self.folder))


@pytest.fixture(scope="module", params=["editable", "checkout", "sdist"])
def installed(request, built, tmp_path_factory):
    """Each way to install, in an environment of its own that borrows our dependencies."""
    own = tmp_path_factory.mktemp(request.param)
    done(sys.executable, "-m", "venv", "--without-pip", own / "venv")
    python = own / "venv" / "bin" / "python"
    site = Path(
        done(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip()
    )
    (site / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n")
    how = ["--no-deps", "--no-index", "--no-build-isolation", "--ignore-installed", "--quiet"]
    editable = request.param == "editable"
    what = ["--editable", ROOT] if editable else [only(built / request.param, "*.whl")]
    done(*PIP, "--python", python, "install", *how, *what)

    intruder = own / "imported"
    text = f"from pathlib import Path\nPath({str(intruder)!r}).write_text(__name__)\n"
    _package(site / "tui", text, "__init__", "cli", "app")
    (site / "tui-9.dist-info").mkdir()
    (site / "tui-9.dist-info" / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: tui\nVersion: 9\n"
    )
    _package(own / "path" / "tui", text, "cli", "app")
    package, styles = (ROOT / "tui" / "ivscope", ROOT / "styles") if editable else (None, None)
    return Installation(
        python,
        package or site / "ivscope",
        styles or site / "ivscope" / "styles",
        own / "path",
        intruder,
    )


def _package(folder, text, *modules):
    folder.mkdir(parents=True)
    for name in modules:
        (folder / f"{name}.py").write_text(text)


FIND_STYLES = """
import ivscope
from ivscope.ui.stylesheets import STYLESHEETS, stylesheet
print(ivscope.__path__[0])
print({stylesheet(name).resolve().parent.as_posix() for name in STYLESHEETS}.pop())
"""


def test_the_stylesheets_are_found_beside_the_modules_that_run(installed, tmp_path):
    command = [installed.python, "-c", FIND_STYLES]
    told = done(*command, folder=tmp_path, PYTHONPATH=str(installed.folder)).split()
    assert [Path(path).resolve() for path in told] == [
        installed.package.resolve(),
        installed.styles.resolve(),
    ]


def test_it_runs_beside_a_distribution_and_a_folder_that_are_named_tui(installed):
    command = [str(installed.python.with_name("ivscope")), "--demo"]
    with Terminal(command, environ=installed.environ) as terminal:
        terminal.until("fri-night-live", timeout=30).press("q")
        assert terminal.exit_code() == 0
    assert not installed.intruder.exists(), f"imported {installed.intruder.read_text()}"


def test_the_environment_really_has_another_tui(installed, tmp_path):
    """Without this the test above could pass for want of an intruder."""
    for name in ("tui", "tui.cli"):
        installed.intruder.unlink(missing_ok=True)
        program = f"import {name}"
        done(installed.python, "-c", program, folder=tmp_path, PYTHONPATH=str(installed.folder))
        assert installed.intruder.exists()
    installed.intruder.unlink()


def test_the_source_root_is_no_package():
    assert not (ROOT / "tui" / "__init__.py").exists()
    assert [path.name for path in (ROOT / "tui").iterdir() if path.name != "__pycache__"] == [
        "ivscope"
    ]


def test_the_image_copies_files_that_are_there_and_not_left_out():
    copied = re.findall(r"^COPY (?!--)(.*) \S+$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    names = " ".join(copied).split()
    assert {"tui", "styles", "pyproject.toml", "requirements.hashed.txt"} <= set(names)
    left_out = (ROOT / ".dockerignore").read_text().split()
    assert [name for name in names if name in left_out or not (ROOT / name).exists()] == []
