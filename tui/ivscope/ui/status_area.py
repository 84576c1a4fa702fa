"""StatusArea: the line above the footer, with a status, a note, a choice or a prompt.

Long because one line has all of them, and each says when it gives way to another.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import field
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import ClassVar, Final

from textual import events, on
from textual.binding import Binding, BindingType
from textual.containers import Container, Horizontal
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, Label

from ivscope.domain.frozen import frozen
from ivscope.render.bars import footer_line, note_line
from ivscope.render.cells import line_width
from ivscope.render.lines import Line, Role, Span
from ivscope.render.safe import safe
from ivscope.settings.commands import View
from ivscope.settings.prompt_history import is_secret, load, save
from ivscope.ui.commands import Handlers, Unavailable, keyboard
from ivscope.ui.widgets.canvas import LineBar
from ivscope.ui.widgets.text_pane import NameList, NoticePane
from ivscope.workspace.jobs import Jobs, Outcome, Promise


def _nothing(_text: str) -> None:
    """Do nothing while one types."""


@frozen
class OpenPrompt:
    """What a prompt says, and what its answers do."""

    title: str
    hint: str
    entered: Callable[[str], None]
    """Called on Enter, after the prompt closed. May raise `Unavailable`."""
    text: str = ""
    typed: Callable[[str], None] = _nothing
    """Called after every key. May raise `Unavailable`, which is shown under the line."""
    cancelled: Callable[[], None] = field(default=lambda: None)
    complete: Callable[[str], str] | None = None
    sister: "Callable[[str], OpenPrompt] | None" = None
    """Makes the prompt that Tab switches to, from what was typed."""
    names: Sequence[str] = ()
    """What can be chosen, in a list above the line: typing narrows it, the arrows walk it, Enter
    takes the name under its cursor. Empty where anything can be typed."""


class TypedTexts:
    """The texts entered in each kind of prompt, oldest first, each once.

    For one thread, but `save`, which another one may call.
    """

    def __init__(self, path: Path | None = None) -> None:
        """Begin without texts; the file is read at the first prompt.

        Args:
            path: File that keeps them; None to keep them for this run only.
        """
        self._path = path
        self._saving = Lock()

    @cached_property
    def _texts(self) -> dict[str, list[str]]:
        # It and its lists are replaced and never changed, so that `save` can take them at any time.
        return load(self._path) if self._path is not None else {}

    def of(self, title: str) -> Sequence[str]:
        """Return the texts of one kind of prompt."""
        return self._texts.get(title, [])

    def add(self, title: str, text: str) -> bool:
        """Add a text as the latest one, unless it is a secret.

        Returns:
            Whether there is something to save.
        """
        if not text.strip() or is_secret(text):
            return False
        others = [other for other in self.of(title) if other != text]
        self._texts = {**self._texts, title: [*others, text]}
        return self._path is not None

    def save(self) -> str:
        """Store the texts for the next run.

        Blocks for the disk, and up to a second for another ivscope. For any thread.

        Returns:
            Why the next run will not have them; empty when it will, and without a file.
        """
        with self._saving:
            return "" if self._path is None else save(self._path, self._texts)


_NOT_KEPT: Final = "typed texts are not kept for the next run"

_SHORT: Final = {
    "findings as JSON": "JSON",
    "explanation": "Markdown",
    "support case": "support",
    "stage ARN": "ARN",
    "session id": "id",
    "participant id": "id",
    "both participant ids": "ids",
    "AWS CLI command": "CLI",
    "ivscope command": "link",
    "way in the AWS console": "console",
    "token comparison": "tokens",
    "event JSON": "event",
    "address of the AWS page": "page",
    "metrics command": "metrics",
    "start time": "time",
    "first join time": "time",
    "what is on screen": "screen",
    "this view as text": "text",
}
"""What can be chosen in one word, for where all of it has no room."""


@frozen
class Choice:
    """A question that one letter answers, such as what to copy."""

    title: str
    choices: dict[str, str]
    """What can be chosen, by letter."""
    chosen: Callable[[str], None]

    def line(self, width: int) -> Line:
        """Draw the question in the status line; choices without room keep their letter."""
        room, named, last = width - len(self.title) - 1, list(self.choices.items()), ("Esc", "none")
        if line_width(footer_line((*named, last), 4 * room)) > room:
            named = [(letter, _SHORT.get(title, title)) for letter, title in named]
        letters: list[str] = []
        while True:
            rest = [(" ".join(letters), "")] if letters else []
            hints = (*named, *rest, last)
            if not named or line_width(footer_line(hints, 4 * room)) <= room:
                return (Span(f"{self.title} ", Role.STRONG), *footer_line(hints, room))
            letters.insert(0, named.pop()[0])

    def take(self, key: str) -> None:
        """Do what a key chooses; Enter chooses the first, Esc nothing.

        Raises:
            Unavailable: The key is none of the letters.
        """
        if key == "enter":
            self.chosen(next(iter(self.choices)))
        elif key in self.choices:
            self.chosen(key)
        elif key != "escape":
            raise Unavailable(f"{self.title.lower()}: {key} is not one of {' '.join(self.choices)}")


class TypingLine(Input, inherit_bindings=False):
    """An input that joins the lines of a paste, as JSON has several, and does not handle Enter."""

    BINDINGS = [  # noqa: RUF012 - Textual's convention
        binding
        for binding in Input.BINDINGS
        if not (isinstance(binding, Binding) and binding.action == "submit")
    ]

    def _on_paste(self, event: events.Paste) -> None:
        text = " ".join(event.text.split())
        self.insert_text_at_cursor(text if text.isprintable() else safe(text))
        event.stop()
        event.prevent_default()

    def _on_unmount(self) -> None:
        # The screen's signal, to which every Input subscribes, would keep the line for ever.
        self.screen.text_selection_started_signal.unsubscribe(self)


class Prompt(Horizontal):
    """A titled line to type in, with a history."""

    BINDINGS: ClassVar[list[BindingType]] = keyboard(View.PROMPT)

    def __init__(self, prompt: OpenPrompt, history: Sequence[str]) -> None:
        """Make a prompt.

        Args:
            prompt: What it says and does.
            history: Earlier texts, oldest first.
        """
        super().__init__()
        self.asked = prompt
        self.said = prompt.text
        """The text that `typed` was called with last."""
        self._line = TypingLine(prompt.text, placeholder=prompt.hint, select_on_focus=True)
        self._history = [*history, prompt.text]
        self._at = len(history)

    def compose(self) -> Iterator[Widget]:
        """Make the title and the input."""
        yield Label(self.asked.title, markup=False)
        self._line.cursor_blink = False
        yield self._line

    def on_mount(self) -> None:
        """Take the focus."""
        self._line.focus()

    @property
    def text(self) -> str:
        """What is typed now."""
        return self._line.value

    def put(self, text: str) -> None:
        """Replace what is typed."""
        self._line.value = text
        self._line.cursor_position = len(text)

    def why_not_recall(self, step: int) -> str:
        """Say why the history has no text so many steps on; empty when it has one."""
        if 0 <= self._at + step < len(self._history):
            return ""
        return "nothing else was typed " + ("before" if step < 0 else "after this")

    def recall(self, step: int) -> None:
        """Replace what is typed by the text so many steps on in the history."""
        self._at += step
        self.put(self._history[self._at])


class StatusArea(Container):
    """Shows a prompt, else a choice, else a note, else the status."""

    class Answered(Message):
        """Message: a prompt closed, so the keys go to the panes again."""

    def __init__(self, history: TypedTexts, handlers: Handlers, jobs: Jobs) -> None:
        """Make the area.

        Args:
            history: The texts entered in prompts.
            handlers: Gets the handlers of the commands of a prompt.
            jobs: The owner of the threads that save the texts.
        """
        super().__init__(id="status-area")
        self._history = history
        self._jobs = jobs
        self._bar = LineBar(id="status")
        self.status: Line = ()
        """The status, shown or not."""
        self._note: str | None = None
        self._told_not_kept = ""
        """Why typed texts are not kept, as it was told last: once is enough."""
        self._choice: Choice | None = None
        self._prompt: Prompt | None = None
        self._names: NameList | None = None
        self._guide = NoticePane()
        self._asker: Widget | None = None
        handlers.add("prompt.enter", self._enter)
        handlers.add("prompt.cancel", self._cancel)
        handlers.add("prompt.older", lambda: self._recall(-1), lambda: self._why_not_recall(-1))
        handlers.add("prompt.newer", lambda: self._recall(1), lambda: self._why_not_recall(1))
        handlers.add("prompt.complete", self._complete, self._why_not_complete)

    def compose(self) -> Iterator[Widget]:
        """Make the line that prompts are mounted over, below the lines of the guide."""
        yield self._guide
        yield self._bar

    def show_guide(self, lines: tuple[Line, ...]) -> None:
        """Show lines above the status, a prompt or a note; none take no room."""
        if lines != self._guide.lines:
            self._guide.show(lines)
            self._fit()

    def _fit(self) -> None:
        names = 0 if self._names is None else len(self._names.lines)
        self.styles.height = 1 + names + len(self._guide.lines)

    def show_status(self, status: Line) -> None:
        """Set the status, which is shown while nothing else is."""
        self.status = status
        self._draw()

    def say(self, note: str) -> None:
        """Show a note until the next key."""
        self._note = note
        self._draw()

    def take_back(self, note: str) -> None:
        """Remove a note if it is still there: what it spoke of has happened."""
        if self._note == note:
            self._note = None
            self._draw()

    def choose(self, title: str, choices: dict[str, str], chosen: Callable[[str], None]) -> None:
        """Ask for one letter."""
        self._choice = Choice(title, choices, chosen)
        self._draw()

    def take_key(self, key: str) -> bool:
        """Take a key before anything else does.

        Returns:
            Whether it answered a choice. Any key removes a note.
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

    def on_resize(self) -> None:
        """Draw the names again for another size of the screen."""
        self._draw_names()

    def _draw(self) -> None:
        width = self.size.width
        if self._choice is not None:
            self._bar.show(self._choice.line(width))
        elif self._note is not None:
            self._bar.show(note_line(self._note, width))
        else:
            self._bar.show(self.status)

    # Prompts.

    @property
    def is_asking(self) -> bool:
        """Whether a prompt is open."""
        return self._prompt is not None

    def ask(self, asked: OpenPrompt) -> None:
        """Open a prompt."""
        self._asker = self.screen.focused
        self._prompt = Prompt(asked, self._history.of(asked.title))
        self._bar.display = False
        self.mount(self._prompt)
        if asked.names:
            self._names = NameList(asked.names)
            self.mount(self._names, before=self._prompt)
            self._names.narrow(asked.text)
            self._draw_names()

    def _draw_names(self) -> None:
        """Draw the names that can be chosen, with as many lines as they take."""
        if self._names is not None:
            self._names.draw_for(self.screen.size.width, self.screen.size.height)
            self._fit()

    def _close(self) -> None:
        prompt, self._prompt = self._prompt, None
        # Textual would focus the detail for a moment, and draw it twice.
        self.screen.set_focus(self._asker)
        if prompt is not None:
            prompt.remove()
        if self._names is not None:
            self._names.remove()
            self._names = None
            self._fit()
        self._bar.display = True

    @on(Input.Changed)
    def _typed(self, message: Input.Changed) -> None:
        message.stop()
        prompt = self._prompt
        if prompt is not None and message.value != prompt.said:
            prompt.said = message.value
            if self._names is not None:
                self._names.narrow(message.value)
                self._draw_names()
            with suppress(Unavailable):  # half a filter is no filter yet; Enter says so
                prompt.asked.typed(message.value)

    def _enter(self) -> None:
        prompt = self._prompt
        if prompt is None:
            return
        names, text = self._names, prompt.text
        self._close()
        if names is not None:
            self.post_message(self.Answered())
            prompt.asked.entered(names.chosen or text)
            return
        if self._history.add(prompt.asked.title, text):
            self._jobs.promise(
                "Keeping typed texts",
                _NOT_KEPT,
                self._keep_texts,
                self._tell_not_kept,
            )
        self.post_message(self.Answered())
        prompt.asked.entered(text)

    def _keep_texts(self, _promise: Promise) -> Outcome:
        why_not = self._history.save()
        return Outcome(f"{_NOT_KEPT}: {why_not}" if why_not else "")

    def _tell_not_kept(self, told: str) -> None:
        # The view in which it was typed may be left by now.
        if told and told != self._told_not_kept and self.is_attached:
            self._told_not_kept = told
            self.say(told if self._note is None else f"{told}; {self._note}")

    def _cancel(self) -> None:
        if self._prompt is not None:
            asked = self._prompt.asked
            self._close()
            asked.cancelled()
            self.post_message(self.Answered())

    def _why_not_recall(self, step: int) -> str:
        if self._prompt is None or self._names is not None:
            return ""
        return self._prompt.why_not_recall(step)

    def _recall(self, step: int) -> None:
        if self._names is not None:
            self._names.step(step)
            self._draw_names()
        elif self._prompt is not None:
            self._prompt.recall(step)

    def _why_not_complete(self) -> str:
        if self._names is not None:
            return ""
        asked = None if self._prompt is None else self._prompt.asked
        is_plain = asked is not None and asked.complete is None and asked.sister is None
        return "no completion" if is_plain else ""

    def _complete(self) -> None:
        """Complete what is typed, or switch to the sister prompt with it."""
        if self._prompt is None:
            return
        asked, text = self._prompt.asked, self._prompt.text
        if self._names is not None:
            self._prompt.put(self._names.chosen or text)
        elif asked.complete is not None:
            self._prompt.put(asked.complete(text))
        elif asked.sister is not None:
            asked.cancelled()
            self._close()
            self.ask(asked.sister(text))
