"""What of the terminal matters to the explorer, for `ivscope doctor`. Asks tmux alone.

A terminal that is asked for its colours or the width of a sign answers on the keyboard, and some
print the question. So what only it could say is told as what ivscope assumes.
"""

import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ivscope.terminal.clipboard import SETTING, Route, chosen_route
from ivscope.terminal.settings import draws_blocks, refusal, toolkit_settings

_SLOW_ESCAPE_MS = 100
"""tmux waits so long after an Esc at most before it feels slow; its default was 500 until 3.5."""

_NARROWEST, _LOWEST = 80, 24
"""Columns and rows that all views are made for; with less they leave columns out."""

_TIMEOUT = 1.0
"""Seconds that tmux may take to answer."""

Ask = Callable[[str], str | None]
"""Returns the value of an option of tmux; None when it cannot be asked."""


@dataclass(frozen=True, slots=True)
class TerminalFact:
    """One thing about the terminal."""

    name: str
    told: str
    is_well: bool | None = True
    """None for what is neither well nor wrong."""
    step: str = ""
    """What to do; empty for nothing."""


def ask_tmux(option: str) -> str | None:
    """The value of an option of the tmux around this process; None when it does not say."""
    command = ("tmux", "display-message", "-p", f"#{{{option}}}")
    try:
        done = subprocess.run(  # noqa: S603 - a fixed program, found as the user's shell finds it
            command, capture_output=True, timeout=_TIMEOUT, check=False, text=True
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() or None if done.returncode == 0 else None


def terminal_facts(
    environ: Mapping[str, str],
    size: tuple[int, int] | None,
    *,
    glyphs: str,
    glyph_width: int,
    ask: Ask = ask_tmux,
) -> list[TerminalFact]:
    """Everything about the terminal that the explorer depends on.

    Args:
        environ: The environment of this process.
        size: Columns and rows; None where stdin and stdout are no terminal.
        glyphs: The setting: "auto", "unicode" or "ascii".
        glyph_width: The setting: cells that the terminal gives to a sign of ambiguous width.
        ask: Asks tmux.
    """
    why_not = refusal(environ, is_terminal=size is not None)
    term = environ.get("TERM", "not set")
    facts = [TerminalFact("terminal", why_not or "the explorer can run here", why_not is None)]
    facts.append(TerminalFact("TERM", term, None))
    facts.append(TerminalFact("colours", _colours(environ), None))
    if size is not None:
        fits = size[0] >= _NARROWEST and size[1] >= _LOWEST
        step = "" if fits else f"{_NARROWEST} by {_LOWEST} shows all columns."
        facts.append(TerminalFact("size", f"{size[0]} by {size[1]}", None, step))
    if environ.get("TMUX"):
        facts += _tmux_facts(ask)
    facts.append(_clipboard(environ))
    delay = {**toolkit_settings(environ), **environ}.get("ESCDELAY", "")
    facts.append(TerminalFact("ESC delay", f"{delay} ms until a lone Esc counts", None))
    locale = next(filter(None, map(environ.get, ("LC_ALL", "LC_CTYPE", "LANG"))), "not set")
    facts.append(TerminalFact("locale", locale, None))
    drawn = "block elements" if draws_blocks(environ, glyphs, glyph_width) else "ASCII"
    width = f"{drawn}; signs of ambiguous width taken as {glyph_width} wide (not measured)"
    facts.append(TerminalFact("glyphs", width, None))
    return facts


def _colours(environ: Mapping[str, str]) -> str:
    if environ.get("NO_COLOR"):
        return "none: NO_COLOR is set"
    return "the 16 of the terminal's own palette"


def _tmux_facts(ask: Ask) -> list[TerminalFact]:
    facts = []
    delay = ask("escape-time")
    if delay is None:
        return [TerminalFact("tmux", "does not answer", None)]
    is_slow = delay.isdecimal() and int(delay) > _SLOW_ESCAPE_MS
    facts.append(
        TerminalFact(
            "tmux escape-time",
            f"{delay} ms",
            not is_slow,
            "Esc feels slow: `set -sg escape-time 20` in ~/.tmux.conf." if is_slow else "",
        )
    )
    clipboard = ask("set-clipboard") or "unknown"
    is_off = clipboard == "off"
    facts.append(
        TerminalFact(
            "tmux set-clipboard",
            clipboard,
            False if is_off else None,
            "Copies stay in tmux: `set -g set-clipboard on` in ~/.tmux.conf." if is_off else "",
        )
    )
    passes = ask("allow-passthrough")
    facts.append(TerminalFact("tmux allow-passthrough", passes or "unknown", None))
    return facts


_ROUTES = {
    Route.TMUX: "through tmux (load-buffer -w)",
    Route.SCREEN: "through GNU screen (OSC 52)",
    Route.OSC52: "through the terminal (OSC 52), if it allows that",
    Route.NATIVE: "a program on this machine",
    Route.FILE: "a file",
}


def _clipboard(environ: Mapping[str, str]) -> TerminalFact:
    chosen = _ROUTES[chosen_route(environ)]
    setting = environ.get(SETTING)
    told = f"{chosen}; {SETTING} is {setting}" if setting else chosen
    return TerminalFact("clipboard", told, None)
