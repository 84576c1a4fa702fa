"""Keys that a person chose for commands, and who has a key that two commands want."""

from collections.abc import Mapping

from tui.key_names import NoKeyError, read_key, shown_key
from tui.keymap import BY_ID
from tui.nearest import nearest

_ALWAYS_QUITS = "ctrl+q"
"""Textual's own key for quitting; it comes before every binding."""


def wanted_keys(table: Mapping[str, object], complaints: list[str]) -> dict[str, list[str]]:
    """Keys by command id, as the file wants them.

    Args:
        table: Command id to text ("e,f8") or list of texts; empty for no keys.
        complaints: Gets a sentence for everything that is wrong; it is left out.
    """
    wanted: dict[str, list[str]] = {}
    for id_, value in table.items():
        texts = _texts(value)
        if id_ not in BY_ID:
            complaints.append(f"keys: {id_!r} is no command{nearest(id_, BY_ID)}")
        elif texts is None:
            complaints.append(
                f"keys: {id_} is {value!r}, which is neither a text nor a list of texts"
            )
        else:
            keys = _read_keys(id_, texts, complaints)
            # With nothing usable among them, the default is better than no key at all.
            if keys or not texts:
                wanted[id_] = keys
    return wanted


def _texts(value: object) -> list[str] | None:
    if isinstance(value, str):
        value = [value] if value == "," else value.split(",")
        value = [text.strip() if len(text) > 1 else text for text in value if text]
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        return None
    return [text for text in value if text]


def _read_keys(id_: str, texts: list[str], complaints: list[str]) -> list[str]:
    keys: dict[str, None] = {}
    for text in texts:
        try:
            key = read_key(text)
        except NoKeyError as why:
            complaints.append(f"keys: {id_}: {why}")
            continue
        if key == _ALWAYS_QUITS and id_ != "app.quit":
            complaints.append(f"keys: {id_}: {shown_key(key)} always quits")
        else:
            keys[key] = None
    return list(keys)


def choose_keys(wanted: Mapping[str, list[str]], complaints: list[str]) -> dict[str, str]:
    """Keys by command id, each key once: of two commands that want one, the first has it.

    A default key of a command that the person did not set gives way; the complaint names both.
    """
    owners: dict[str, str] = {}
    chosen: dict[str, str] = {}
    for id_, keys in wanted.items():
        for key in keys:
            owner = owners.setdefault(key, id_)
            if owner != id_:
                complaints.append(
                    f"keys: {shown_key(key)} is given to {owner} and to {id_}; {owner} has it"
                )
        chosen[id_] = ",".join(key for key in keys if owners[key] == id_)
    complaints += [
        f"keys: {shown_key(key)} now is {owners[key]}, no longer {id_}; "
        f"set {id_} too to say that you mean it"
        for id_, command in BY_ID.items()
        if id_ not in wanted
        for key in command.keys.split(",")
        if key in owners
    ]
    return chosen


def in_force(chosen: Mapping[str, str]) -> dict[str, str]:
    """Keys of every command: the chosen ones, else the default ones that nobody else has."""
    taken = {key for keys in chosen.values() for key in keys.split(",")}
    return {
        id_: chosen[id_]
        if id_ in chosen
        else ",".join(key for key in command.keys.split(",") if key not in taken)
        for id_, command in BY_ID.items()
    }
