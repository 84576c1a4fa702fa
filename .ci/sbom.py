"""Prints a bill of materials of ivscope and everything that it needs, as CycloneDX 1.6 JSON.

`python .ci/sbom.py` in the environment that runs ivscope. Needs the standard library only; `--extra
login` takes the packages of an extra in too.
"""  # noqa: INP001 - a script

import argparse
import json
import re
from importlib.metadata import Distribution, PackageNotFoundError, distribution

_EXTRA = re.compile(r"""extra\s*==\s*['"]([^'"]+)['"]""")
_NAME = re.compile(r"([A-Za-z0-9._-]+)\s*(?:\[([^\]]*)\])?")


def normal(name: str) -> str:
    """Return the name that all spellings of a package share."""
    return re.sub(r"[-_.]+", "-", name).lower()


def needed(package: Distribution, extras: set[str]) -> dict[str, set[str]]:
    """Return the packages that one asks for, each with its extras.

    What only another system or another Python needs is told apart by being absent here.
    """
    found: dict[str, set[str]] = {}
    for line in package.requires or ():
        asked = _EXTRA.search(line)
        if asked is not None and asked[1] not in extras:
            continue
        match = _NAME.match(line)
        if match is not None:
            wanted = {one.strip() for one in (match[2] or "").split(",") if one.strip()}
            found.setdefault(normal(match[1]), set()).update(wanted)
    return found


def component(package: Distribution) -> dict[str, object]:
    """Describe one package."""
    about, name = package.metadata, normal(package.metadata["Name"])
    licence = about.get("License-Expression") or about.get("License") or ""
    classifiers = [one for one in about.get_all("Classifier") or () if one.startswith("License ::")]
    if not licence or "\n" in licence:
        licence = classifiers[-1].rpartition(":: ")[2] if classifiers else "not stated"
    return {
        "type": "application" if name == "ivscope" else "library",
        "bom-ref": f"pkg:pypi/{name}@{package.version}",
        "name": name,
        "version": package.version,
        "purl": f"pkg:pypi/{name}@{package.version}",
        "licenses": [{"license": {"name": licence}}],
    }


def bill(extras: set[str]) -> dict[str, object]:
    """Return the whole document."""
    waiting: list[tuple[str, set[str]]] = [("ivscope", extras)]
    seen: dict[str, Distribution] = {}
    links: dict[str, set[str]] = {}
    while waiting:
        name, wanted = waiting.pop()
        try:
            package = seen.get(name) or distribution(name)
        except PackageNotFoundError:
            continue  # for another system or Python
        asks = needed(package, wanted)
        new = set(asks) - links.get(name, set())
        links.setdefault(name, set()).update(asks)
        if name not in seen or new:
            waiting += asks.items()
        seen[name] = package
    refs = {name: str(component(package)["bom-ref"]) for name, package in seen.items()}
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": component(seen["ivscope"])},
        "components": [component(seen[name]) for name in sorted(seen) if name != "ivscope"],
        "dependencies": [
            {"ref": refs[name], "dependsOn": sorted(refs[one] for one in links[name] & refs.keys())}
            for name in sorted(seen)
        ],
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--extra", action="append", default=[], help="an extra to take in")
    print(json.dumps(bill(set(parser.parse_args().extra)), indent=2))  # noqa: T201 - a script
