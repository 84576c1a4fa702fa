"""Taken: keeps what was copied and printed, in the place of a clipboard and a terminal."""

from ivscope.terminal.clipboard import CopyResult, Route


class Taken:
    """Keeps what was copied and printed."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def copy(self, text: str, *_args: object, **_options: object) -> CopyResult:
        """Keep a text that is copied."""
        self.texts.append(text)
        return CopyResult(Route.NATIVE, "given to pbcopy")

    def print(self, _app: object, text: str) -> bool:
        """Keep a text that is printed."""
        self.texts.append(text)
        return True
