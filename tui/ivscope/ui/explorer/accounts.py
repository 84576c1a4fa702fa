"""AccountCommands: `:profile`, `:region` and the start screen go on with something else."""

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from ivscope.domain.identifiers import Identifiers, region_of
from ivscope.knowledge.limits import region_complaint
from ivscope.ui.commands import Unavailable
from ivscope.ui.explorer.context import ExplorerContext
from ivscope.ui.explorer.start import DEMO, FILE, PASTE, PROFILE, REGION, UNSET, StartChoice
from ivscope.ui.status_area import OpenPrompt
from ivscope.workspace.launch import Accounts, Elsewhere
from ivscope.workspace.place import Level, Place


class AccountCommands:
    """Offers the names in the configuration, and goes on with the one chosen."""

    def __init__(
        self,
        context: ExplorerContext,
        move: Callable[[Elsewhere], object],
        paste: Callable[[str], None],
    ) -> None:
        """Keep what it needs.

        Args:
            context: Shared with the other parts.
            move: Begins the explorer anew, with another account or Region.
            paste: Opens what a text names.
        """
        self._paste = paste
        self._context = context
        self._launch = context.launch
        self._move = move

    def profile(self, name: str) -> None:
        """Go on with another profile at the same place; without a name ask which.

        Raises:
            Unavailable: There is no such profile, or only one account can be read.
        """
        names = self._accounts().profiles()
        if not name:
            self._ask("PROFILE", names, self.profile)
            return
        if name not in names:
            raise Unavailable(f"no profile {name!r} in the configuration; {_listed(names)}")
        place = self._context.here
        note = f"profile {name}"
        self._move(self._at(place, profile=name, region=self._launch.region, note=note))

    def region(self, name: str) -> None:
        """Go on in another Region, where this place is not, but its own list of stages.

        Raises:
            Unavailable: It cannot be a Region, or only one account can be read.
        """
        details = self._context.provider.source_details
        configured = details.region if details is not None else None
        known = self._accounts().regions
        names = known if configured in {None, *known} else (*known, str(configured))
        if not name:
            self._ask("REGION", names, self.region)
            return
        complaint = None if name in names else region_complaint(name)
        if complaint is not None:
            raise Unavailable(complaint)
        here = self._context.here
        stays = region_of(here.stage_arn) in {None, name}
        note = (
            f"Region {name}" if stays else f"Region {name}: its stages; the stage left is not here"
        )
        place = here if stays else Place()
        self._move(self._at(place, profile=self._launch.profile, region=name, note=note))

    def choose(self, row: StartChoice) -> None:
        """Do what a row of the start screen is for.

        Raises:
            Unavailable: It cannot be done here.
        """
        ask = self._context.status.ask
        if row is DEMO:
            self._begin_anew(["--demo"])
        elif row is PROFILE:
            self.profile("")
        elif row is REGION:
            self.region("")
        elif row is PASTE:
            hint = "a stage ARN, a link to the console, an alert or a log line"
            ask(OpenPrompt("PASTE", hint, self._paste_typed))
        elif row is FILE:
            hint = "path of a recording, saved events, EventBridge events or AWS CLI JSON"
            ask(OpenPrompt("FILE", hint, self._open_file))

    def _paste_typed(self, text: str) -> None:
        if text.strip():
            self._paste(text)

    def _open_file(self, name: str) -> None:
        if name.strip():
            self._begin_anew(["open", "--", str(Path(name.strip()).expanduser())])

    def _begin_anew(self, words: Sequence[str]) -> None:
        begin = self._launch.begin_anew
        complaint = _NOT_HERE if begin is None else begin(words)
        if complaint:
            raise Unavailable(complaint)
        self._context.screen.app.exit()

    def open_named(self, place: Place, found: Identifiers) -> bool:
        """Open a place in the Region of its ARN, where no list of stages could be read.

        Returns:
            Whether it does; otherwise the place is in what is read already.
        """
        region, accounts = region_of(place.stage_arn), self._launch.accounts
        failure = self._context.provider.stages().status.failure
        is_unset = failure is not None and failure.kind in UNSET
        if accounts is None or region is None or not is_unset:
            return False
        at = found.time.isoformat() if found.time and place.level >= Level.EVENTS else None
        note = self._context.taken_from(found)
        self._move(Elsewhere(self._launch.profile, region, place, at, None, note))
        return True

    def _accounts(self) -> Accounts:
        accounts = self._launch.accounts
        if accounts is None:
            raise Unavailable(self._launch.why_one_account)
        if self._context.jobs.is_busy:
            raise Unavailable("a file is being written: try again when it is done")
        return accounts

    def _at(self, place: Place, *, profile: str | None, region: str | None, note: str) -> Elsewhere:
        event_list = self._context.pane.event_list
        event = self._context.pane.event
        time = event.time if event is not None else None
        at = time.isoformat() if isinstance(time, datetime) else None
        if place.level < Level.EVENTS or event_list is None:
            return Elsewhere(profile, region, place, None, None, note)
        only = event_list.filter_text if event_list.filter_is_on else ""
        return Elsewhere(profile, region, place, at, only or None, note)

    def _ask(self, title: str, names: Sequence[str], chosen: Callable[[str], None]) -> None:
        if not names:
            raise Unavailable(f"no {title.lower()} is in the configuration")
        hint = "part of a name; the arrows walk the list, {prompt.enter} takes one"
        told = self._context.handlers.with_keys(hint)
        self._context.status.ask(OpenPrompt(title, told, chosen, names=names))


_NOT_HERE = "not in a browser: start ivscope serve with --demo, or open and the file"


def _listed(names: Sequence[str]) -> str:
    return f"there are: {', '.join(names)}" if names else "there is none"
