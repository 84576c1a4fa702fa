"""Finds `styles/` in an installed wheel or in a checkout, and names what the app is styled by."""

from pathlib import Path

_VIEWS = ("app", "explorer", "prompt", "summary", "lanes", "compare", "help")

STYLESHEETS = tuple(f"{view}.tcss" for view in _VIEWS)
"""Files in the order in which they apply: what all views share, then one for each view."""

PLAIN_SIGNS = "-plain-signs"
"""Class of an app whose terminal draws no block elements: the ASCII twins are shown instead."""


def stylesheet(name: str) -> Path:
    """Return the absolute path of a stylesheet.

    Raises:
        FileNotFoundError: Naming both places where it was looked for.
    """
    package = Path(__file__).parents[1]
    places = (package / "styles" / name, package.parents[1] / "styles" / name)
    for place in places:
        if place.is_file():
            return place
    raise FileNotFoundError(f"stylesheet {name} is neither {places[0]} nor {places[1]}")
