"""StatusArea: the line above the footer: status, a note, a choice of letters, or a prompt."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass

from textual import on
from textual.containers import Container
from textual.message import Message
from textual.widget import Widget

from ivscope.render.bars import footer_line, note_line
from ivscope.render.lines import Line, Role, Span
from ivscope.ui.commands import Unavailable
from ivscope.ui.explorer.prompt_kinds import History, OpenPrompt
from ivscope.ui.widgets.canvas import LineBar
from ivscope.ui.widgets.prompt import Prompt


@dataclass(frozen=True, slots=True)
class Choice:
    """What may be chosen, and what the letter does."""

    title: str
    choices: dict[str, str]
    """Letter and what it stands for."""
    chosen: Callable[[str], None]

    def line(self, width: int) -> Line:
        """The status line while it is open."""
        hints = footer_line((*self.choices.items(), ("Esc", "none")), width - len(self.title) - 1)
        return (Span(f"{self.title} ", Role.STRONG), *hints)

    def take(self, key: str) -> None:
        """Take a key; Esc takes nothing.

        Raises:
            NotNow: The key is no choice.
        """
        if key in self.choices:
            self.chosen(key)
        elif key != "escape":
            raise Unavailable(f"{self.title.lower()}: {key} is none of {' '.join(self.choices)}")


class StatusArea(Container):
    """Shows one of the four; what asks for an answer comes first."""

    @dataclass
    class Answered(Message):
        """A prompt closed: the keys belong to the list again."""

    def __init__(self, history: History) -> None:
        super().__init__(id="status-area")
        self._history = history
        self._bar = LineBar(id="status")
        self._status: Line = ()
        self._note: str | None = None
        self._choice: Choice | None = None
        self._prompt: OpenPrompt | None = None
        self._asker: Widget | None = None

    def compose(self) -> Iterator[Widget]:
        """The line; prompts are mounted over it."""
        yield self._bar

    def show_status(self, status: Line) -> None:
        """The status, shown while nothing else is."""
        self._status = status
        self._draw()

    def say(self, note: str) -> None:
        """A note until the next key."""
        self._note = note
        self._draw()

    def choose(self, title: str, choices: dict[str, str], chosen: Callable[[str], None]) -> None:
        """Ask for one letter."""
        self._choice = Choice(title, choices, chosen)
        self._draw()

    @property
    def is_asking(self) -> bool:
        """Whether a prompt is open."""
        return self._prompt is not None

    def take_key(self, key: str) -> bool:
        """Take a key before anything else does.

        Returns:
            Whether it was meant for the choice. A note goes with any key.
        """
        choice, self._choice = self._choice, None
        if choice is not None:
            try:
                choice.take(key)
            except Unavailable as why:
                self._note = str(why)
        elif self._note is None:
            return False
        else:
            self._note = None
        self._draw()
        return choice is not None

    def _draw(self) -> None:
        width = self.size.width
        if self._choice is not None:
            self._bar.show(self._choice.line(width))
        elif self._note is not None:
            self._bar.show(note_line(self._note, width))
        else:
            self._bar.show(self._status)

    # Prompts.

    def ask(self, prompt: OpenPrompt) -> None:
        """Open a prompt."""
        self._prompt = prompt
        self._asker = self.screen.focused
        self._bar.display = False
        self.mount(
            Prompt(
                prompt.title,
                prompt.text,
                prompt.hint,
                history=self._history.of(prompt.title),
                complete=prompt.complete,
            )
        )

    def _close(self) -> OpenPrompt | None:
        prompt, self._prompt = self._prompt, None
        # Else Textual looks for one: the detail would be drawn with the focus, and again without.
        self.screen.set_focus(self._asker)
        self.query(Prompt).remove()
        self._bar.display = True
        return prompt

    @on(Prompt.Typed)
    def _typed(self, message: Prompt.Typed) -> None:
        message.stop()
        if self._prompt is not None:
            with suppress(Unavailable):  # half a filter is no filter yet; Enter tells
                self._prompt.typed(message.text)

    @on(Prompt.Entered)
    def _entered(self, message: Prompt.Entered) -> None:
        message.stop()
        prompt = self._close()
        if prompt is None:
            return
        self._history.add(prompt.title, message.text)
        self.post_message(self.Answered())
        try:
            prompt.entered(message.text)
        except Unavailable as why:
            self.say(str(why))

    @on(Prompt.Cancelled)
    def _cancelled(self, message: Prompt.Cancelled) -> None:
        message.stop()
        prompt = self._close()
        if prompt is not None:
            prompt.cancelled()
            self.post_message(self.Answered())

    @on(Prompt.Switched)
    def _switched(self, message: Prompt.Switched) -> None:
        message.stop()
        prompt = self._prompt
        if prompt is not None and prompt.sister is not None:
            prompt.cancelled()
            self._close()
            self.ask(prompt.sister(message.text))
