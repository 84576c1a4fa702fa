"""What the screen says at each fault: the real program in tmux, over an endpoint that fails.

    PYTHONPATH=tui:tests python -m support.fault_table [--out FILE] [ROW ...]

Each row is a fault of the endpoint (`ivscope endpoint --help` lists them) or a broken environment.
A fault of the endpoint is met at the start, in the list of stages; then after pages were read, by
`L` in the events, by `r` in the participants, and in the summary, the lanes and the timeline. It
ends, and `r` must go on. A broken environment is met in the list of stages, mended where it can be
mended while the program runs, and then `r` must read.

Exit code 1 when a check failed.
"""

import argparse
import hashlib
import json
import re
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from ivscope.endpoint.faults import FAULTS, Fault, FaultSwitch
from ivscope.endpoint.server import Endpoint
from ivscope.endpoint.worlds.catalog import open_world
from support.explorer import DANA, EPOCH, LIVE_STAGE, PRIYA, SHOW
from support.fault_words import FAULT_WORDS
from support.faulty_urls import faulty_url
from support.terminal import IVSCOPE, settings
from support.tmux import Tmux

SIZE = (80, 24)
"""Columns and rows: the smallest usual terminal, where texts are cut first."""

EVENTS = "ListParticipantEvents"

SLOW = {
    "slow_headers": (("waiting for 127.0.0.1", "no answer from 127.0.0.1"), "press r"),
    "slow_body": (("waiting for 127.0.0.1", "no complete answer within 30 s"), "press r"),
}
"""Faults that last as long as the program waits: what is said meanwhile and then, and the step."""

THROTTLING = frozenset({"throttle", "throttle429", "throttle_retryafter", "limitexceeded"})
"""Faults after which the program goes on by itself for a while."""

NOT_MADE_HERE = {
    "metadata service that is slow": "needs a machine with 169.254.169.254",
    "SSO login that is renewed by botocore": "needs AWS IAM Identity Center",
    "proxy that inspects TLS": "needs such a proxy; a certificate that nobody trusts is made",
    "connection that times out": "depends on the machine: a full backlog is not full everywhere",
}
"""Rows of the table that cannot be made on any one machine, and why."""

_CHANGING = re.compile(r"\d+ s\b")
"""Seconds on screen, which go on by themselves."""

_ENDED = re.compile(r"\b(not refreshed|FAILED|EXPIRED|PARTLY READ|THROTTLED|NOT RECORDED)\b")


class Gate:
    """The switch of an endpoint's faults, behind a gate that lets them begin and end."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._switch = FaultSwitch()
        self.is_open = False
        endpoint._server.faults = self  # type: ignore[assignment] # the endpoint only calls pick

    def pick(self, spec: str, operation: str) -> tuple[str, Fault] | None:
        """Let the fault happen only while the gate is open."""
        return self._switch.pick(spec, operation) if self.is_open else None


@dataclass(slots=True)
class Told:
    """What was on screen at one row, and what is wrong with it."""

    row: str
    about: str
    screens: dict[str, list[str]] = field(default_factory=dict)
    """The lines on screen, by view."""
    problems: list[str] = field(default_factory=list)

    def look(self, view: str, screen: Sequence[str], *, said: Sequence[str]) -> None:
        """Keep a screen, and expect texts on it. `|` parts texts of which one is enough."""
        self.screens[view] = list(screen)
        text = flat(screen)
        if "Traceback" in text:
            self.problems.append(f"{view}: a traceback")
        for one in said:
            if not any(part in text for part in one.split("|")):
                self.problems.append(f"{view}: no {one!r}")

    def expect(self, what: str, *, is_so: bool) -> None:
        """Note a problem unless something is so."""
        if not is_so:
            self.problems.append(what)


def flat(screen: Sequence[str]) -> str:
    """The words on screen in one line, so that wrapped sentences are found."""
    return re.sub(r"\s+", " ", " ".join(screen))


@contextmanager
def program(*words: str, **environ: str) -> Iterator[Tmux]:
    """The program in tmux, as small as people have it."""
    # The program may still write there when its terminal has gone.
    with tempfile.TemporaryDirectory(prefix="ivscope-faults-", ignore_cleanup_errors=True) as own:
        values = {**settings(XDG_CONFIG_HOME=own, XDG_STATE_HOME=own), **environ}
        columns, rows = SIZE
        with Tmux([*IVSCOPE, *words], columns=columns, rows=rows, environ=values) as tmux:
            yield tmux
            tmux.press("C-q")


def shows(tmux: Tmux, *texts: str, timeout: float = 30) -> bool:
    """Whether all texts come on screen together in time."""

    def are_there() -> bool:
        text = flat(tmux.screen)
        return all(one in text for one in texts)

    try:
        tmux.until(are_there, timeout)
    except AssertionError:
        return False
    return True


def until_told(tmux: Tmux, timeout: float = 60) -> list[str]:
    """Wait until the screen says that reading has stopped or waits; the screen then."""

    def is_told() -> bool:
        text = flat(tmux.screen)
        return bool(_ENDED.search(text)) and "READING" not in text

    try:
        tmux.until(is_told, timeout)
    except AssertionError:
        return [*tmux.screen, "(never told)"]
    return settled(tmux)


def settled(tmux: Tmux) -> list[str]:
    """Wait until nothing is being read and the screen says so twice alike; that screen.

    Other calls of a view may fail a moment later than the first.
    """
    last: list[str] = []

    def is_settled() -> bool:
        nonlocal last
        before, last = last, tmux.screen
        text = flat(last)
        is_alike = _CHANGING.sub("", flat(before)) == _CHANGING.sub("", text)
        return is_alike and not re.search(r"READING|API [1-9]", text)

    with suppress(AssertionError):  # the checks say what is wrong with the screen
        tmux.until(is_settled, 5)
    return last


def words_of(name: str) -> tuple[str, str]:
    """What tells the cause and the step of a fault in any view: names of operations differ."""
    if name in SLOW:
        (_, cause), step = SLOW[name]
        return cause, step
    _, _, _, cause, step = FAULT_WORDS[name]
    if name in THROTTLING:
        return "AWS asks for fewer calls", "THROTTLED"
    if name.startswith("accessdenied"):
        cause = "is not allowed for assumed-role/OnCall/alex"
    if name == "missing_member":
        cause = "no `"  # each call lacks another one
    return cause, step.replace("ListStages", "")


def meet_fault(name: str) -> Told:
    """Meet a fault of the endpoint at the start, then in the middle of reading."""
    told = Told(name, FAULTS[name].about)
    cause, step = words_of(name)
    world = open_world("incident", lambda: EPOCH)
    with Endpoint(world) as endpoint:
        gate = Gate(endpoint)
        start = ("--endpoint-url", faulty_url(endpoint, name), "--region", world.region)
        gate.is_open = True
        with program(*start) as tmux:
            told.look("stages", until_told(tmux), said=(cause, step))
            gate.is_open = False
            tmux.press("r")
            told.expect("stages: r does not read", is_so=shows(tmux, "ALL READ"))
        with program(*start, LIVE_STAGE, SHOW, DANA) as tmux:
            _meet_in_the_middle(told, tmux, gate, endpoint, (cause, step))
        told.expect("a bug of the endpoint", is_so=not endpoint.bugs)
    return told


def _meet_in_the_middle(
    told: Told, tmux: Tmux, gate: Gate, endpoint: Endpoint, words: tuple[str, str]
) -> None:
    if not shows(tmux, "100 events read"):
        told.look("events", tmux.screen, said=("100 events read",))
        return
    gate.is_open = True
    tmux.press("L")
    told.look("events", until_told(tmux), said=(*words, "100 events"))
    failed = _asked_for(endpoint)
    gate.is_open = False
    tmux.press("r")
    told.expect("events: r does not go on", is_so=shows(tmux, "200 events"))
    after = [call for call in endpoint.recent if call.operation == EVENTS]
    goes_on = [call.parameters.get("nextToken") for call in after if call.fault is None]
    told.expect("events: r asks at another cursor", is_so=failed in goes_on)
    if told.row in THROTTLING:  # reading all goes on by itself, and Esc would stop that first
        told.expect("events: not read to the end", is_so=shows(tmux, "755 events, all read"))
    tmux.press("Escape")
    told.expect("participants: not there", is_so=shows(tmux, "40 participants, all read"))
    gate.is_open = True
    tmux.press("r")
    told.look("participants", until_told(tmux), said=(*words, "40 participants"))
    for view, key in (("summary", "i"), ("lanes", "I")):
        tmux.press(key)
        tmux.until(lambda: "STAYED" not in flat(tmux.screen))
        told.look(view, until_told(tmux), said=words)
        tmux.press("Escape")
        told.expect(f"{view}: Esc does not leave it", is_so=shows(tmux, "STAYED"))
    if told.row not in THROTTLING:  # nothing has failed then
        told.look("participants, sweep failed", until_told(tmux), said=words)
    tmux.press("M")
    told.expect("timeline: not there", is_so=shows(tmux, "timeline"))
    told.look("timeline", until_told(tmux), said=words)
    gate.is_open = False
    tmux.press("r")
    told.expect("timeline: r does not go on", is_so=shows(tmux, "READING"))


def _asked_for(endpoint: Endpoint) -> object:
    """The cursor of the last call for events that failed."""
    return next(
        call.parameters.get("nextToken")
        for call in reversed(endpoint.recent)
        if call.operation == EVENTS and call.fault is not None
    )


# Environments.


@dataclass(frozen=True, slots=True)
class Broken:
    """An environment in which nothing can be read."""

    about: str
    cause: str
    """On screen; `|` parts texts of which one is enough."""
    step: str
    environ: Mapping[str, str] = field(default_factory=dict)
    config: str = ""
    """The AWS configuration. `HOME` stands for the folder of this row."""
    files: Mapping[str, str] = field(default_factory=dict)
    """Other files by their path below the home folder."""
    words: tuple[str, ...] = ()
    """Arguments. `ENDPOINT` stands for host and port of an endpoint of plain HTTP."""
    mended: str | None = None
    """The AWS configuration with which `r` must read; None when only a new start helps."""
    has_keys: bool = False
    """Whether keys are in the environment, so that something else is broken."""


_KEYS = "aws_access_key_id = a\naws_secret_access_key = b\n"
_SSO = (
    "sso_account_id = 111122223333\nsso_role_name = Reader\n"
    "sso_start_url = https://example.awsapps.com/start\nsso_region = us-west-2\n"
)
_SSO_SESSION = (
    "[profile team]\nsso_session = corp\nsso_account_id = 111122223333\nsso_role_name = Reader\n"
    "[sso-session corp]\nsso_start_url = https://example.awsapps.com/start\n"
    "sso_region = us-west-2\nsso_registration_scopes = sso:account:access\n"
)
_ROLE_ARN = "arn:aws:iam::111122223333:role/Reader"
_ROLE = f"role_arn = {_ROLE_ARN}\n"
_TEAM = {"AWS_PROFILE": "team"}
_MENDED = f"[profile team]\n{_KEYS}"
_SPENT = "2020-01-01T00:00:00Z"


def _sso_login(key: str, **members: str) -> dict[str, str]:
    """The file of an SSO login, as the AWS CLI names it."""
    name = hashlib.sha1(key.encode(), usedforsecurity=False).hexdigest()
    return {f".aws/sso/cache/{name}.json": json.dumps(members)}


_EXPIRED_LOGIN = {
    "startUrl": "https://example.awsapps.com/start",
    "region": "us-west-2",
    "accessToken": "secret-token",
    "expiresAt": _SPENT,
}
_SIGN_IN = "aws sso login --profile team"
_EXPIRED_KEYS = json.dumps(
    {
        "Version": 1,
        "AccessKeyId": "a",
        "SecretAccessKey": "b",
        "SessionToken": "c",
        "Expiration": _SPENT,
    }
)

BROKEN: Mapping[str, Broken] = {
    "no credentials": Broken(
        "nothing set",
        "no AWS credentials",
        "aws sso login",
        mended=f"[default]\n{_KEYS}",
    ),
    "partial credentials": Broken(
        "only AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY is missing",
        "Set AWS_SECRET_ACCESS_KEY",
        {"AWS_ACCESS_KEY_ID": "a"},
    ),
    "no Region": Broken("nothing set", "no AWS Region", "eu-central-1", words=("",), has_keys=True),
    "malformed Region": Broken(
        "AWS_REGION='us east 1'",
        "us east 1",
        "us-east-1",
        {"AWS_REGION": "us east 1"},
        words=("",),
        has_keys=True,
    ),
    "unknown profile": Broken(
        "AWS_PROFILE=prdo",
        "prdo",
        "team",
        {"AWS_PROFILE": "prdo"},
        config=_MENDED,
        mended=f"[profile prdo]\n{_KEYS}",
    ),
    "broken configuration": Broken(
        "[default",
        "cannot read the AWS configuration",
        "Correct this file",
        config="[default\nregion = x\n",
        mended=f"[default]\n{_KEYS}",
    ),
    "configuration with a byte-order mark": Broken(
        "EF BB BF first",
        "byte-order mark",
        "without the mark",
        config=f"\ufeff[default]\n{_KEYS}",
        mended=f"[default]\n{_KEYS}",
    ),
    "bad endpoint URL": Broken(
        "AWS_ENDPOINT_URL_IVS_REALTIME='not a url'",
        "not a url",
        "AWS_ENDPOINT_URL_IVS_REALTIME",
        {"AWS_ENDPOINT_URL_IVS_REALTIME": "not a url"},
        words=("--region", "us-west-2"),
        has_keys=True,
    ),
    "role without its source": Broken(
        "source_profile = nobody",
        "profile team",
        "Correct the profile",
        _TEAM,
        config=f"[profile team]\n{_ROLE}source_profile = nobody\n",
        mended=_MENDED,
    ),
    "roles in a loop": Broken(
        "two profiles, each the source of the other",
        "profile team",
        "Correct the profile",
        _TEAM,
        config=(
            f"[profile team]\n{_ROLE}source_profile = other\n"
            f"[profile other]\n{_ROLE}source_profile = team\n"
        ),
        mended=_MENDED,
    ),
    "role that wants a code": Broken(
        "mfa_serial",
        "one-time code (MFA)",
        "get-caller-identity --profile team",
        _TEAM,
        config=(
            f"[profile team]\n{_ROLE}source_profile = base\n"
            f"mfa_serial = arn:aws:iam::111122223333:mfa/alex\n[profile base]\n{_KEYS}"
        ),
    ),
    "credential_process fails": Broken(
        "/bin/false",
        "gave no credentials",
        "its command by hand",
        _TEAM,
        config="[profile team]\ncredential_process = /bin/false\n",
        mended=_MENDED,
    ),
    "credential_process prints rubbish": Broken(
        "echo rubbish",
        "printed no JSON",
        "press r",
        _TEAM,
        config="[profile team]\ncredential_process = echo rubbish\n",
        mended=_MENDED,
    ),
    "credential_process prints expired keys": Broken(
        "cat expired.json",
        "expired",
        "press r",
        _TEAM,
        config="[profile team]\ncredential_process = cat HOME/expired.json\n",
        files={"expired.json": _EXPIRED_KEYS},
        mended=_MENDED,
    ),
    "credential_process hangs": Broken(
        "sleep 60; told while it is waited for",
        "waiting for the credential_process sleep",
        "READING",
        _TEAM,
        config="[profile team]\ncredential_process = sleep 60\n",
    ),
    "SSO, never signed in": Broken(
        "no login file", "not signed in|expired", _SIGN_IN, _TEAM, config=f"[profile team]\n{_SSO}"
    ),
    "SSO, expired": Broken(
        "an old login file, settings in the profile",
        "has expired",
        _SIGN_IN,
        _TEAM,
        config=f"[profile team]\n{_SSO}",
        files=_sso_login("https://example.awsapps.com/start", **_EXPIRED_LOGIN),
        mended=_MENDED,
    ),
    "SSO session, expired": Broken(
        "an old login file, settings in an sso-session",
        "has expired",
        _SIGN_IN,
        _TEAM,
        config=_SSO_SESSION,
        files=_sso_login("corp", **_EXPIRED_LOGIN),
        mended=_MENDED,
    ),
    "SSO, login file is rubbish": Broken(
        "[] as the login file",
        "profile team",
        _SIGN_IN,
        _TEAM,
        config=f"[profile team]\n{_SSO}",
        files={next(iter(_sso_login("https://example.awsapps.com/start"))): "[]"},
    ),
    "login of the console": Broken(
        "login_session, without botocore[crt]",
        "profile team",
        "botocore[crt]|aws login",
        _TEAM,
        config="[profile team]\nlogin_session = arn:aws:iam::111122223333:user/x\n",
        mended=_MENDED,
    ),
    "web identity file missing": Broken(
        "AWS_WEB_IDENTITY_TOKEN_FILE=/no/such/token",
        "/no/such/token",
        "press r",
        {
            "AWS_WEB_IDENTITY_TOKEN_FILE": "/no/such/token",
            "AWS_ROLE_ARN": _ROLE_ARN,
        },
    ),
    "container credentials refused": Broken(
        "AWS_CONTAINER_CREDENTIALS_FULL_URI at a closed port",
        "gave no credentials|no credentials",
        "press r",
        {
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1:9/",
            "AWS_METADATA_SERVICE_NUM_ATTEMPTS": "1",
        },
    ),
    "name that does not resolve": Broken(
        "http://ivs.invalid",
        "cannot reach ivs.invalid",
        "press r",
        words=("--endpoint-url", "http://ivs.invalid", "--region", "us-west-2"),
        has_keys=True,
    ),
    "proxy refuses": Broken(
        "HTTPS_PROXY at a closed port",
        "through the proxy 127.0.0.1:9",
        "HTTPS_PROXY",
        {"HTTPS_PROXY": "http://alex:hunter2@127.0.0.1:9", "AWS_ENDPOINT_URL_IVS_REALTIME": ""},
        words=("--region", "us-west-2"),
        has_keys=True,
    ),
    "list of certificates missing": Broken(
        "AWS_CA_BUNDLE=/no/such/bundle.pem",
        "trusted certificates at /no/such/bundle.pem",
        "AWS_CA_BUNDLE",
        {"AWS_CA_BUNDLE": "/no/such/bundle.pem"},
        words=("--endpoint-url", "https://ENDPOINT", "--region", "us-west-2"),
        has_keys=True,
    ),
}


def meet_environment(name: str) -> Told:
    """Start in a broken environment; mend it where that helps a running program."""
    broken = BROKEN[name]
    told = Told(name, broken.about)
    world = open_world("incident", lambda: EPOCH)
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ivscope-home-")))
        endpoint = stack.enter_context(Endpoint(world))
        config = home / "config"
        config.write_text(broken.config.replace("HOME", str(home)), "utf-8")
        for path, text in broken.files.items():
            (home / path).parent.mkdir(parents=True, exist_ok=True)
            (home / path).write_text(text, "utf-8")
        ours = {"HOME": str(home), "AWS_CONFIG_FILE": str(config), **broken.environ}
        if not broken.has_keys:
            ours = {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""} | ours
        # The variable, since with `--endpoint-url` no credentials of one's own are looked for.
        served = {"AWS_ENDPOINT_URL_IVS_REALTIME": endpoint.url, **ours}
        host = endpoint.url.removeprefix("http://")
        words = [word for word in broken.words or ("--region", "us-west-2") if word]
        words = [word.replace("ENDPOINT", host) for word in words]
        tmux = stack.enter_context(program(*words, **served))
        is_waiting = broken.step == "READING"
        said = (broken.cause, broken.step)
        if is_waiting:
            told.expect("never told", is_so=shows(tmux, *said))
            told.look("stages", tmux.screen, said=said)
        else:
            told.look("stages", until_told(tmux), said=said)
        told.expect("a secret on screen", is_so="hunter2" not in flat(tmux.screen))
        if broken.mended is not None:
            config.write_text(broken.mended, "utf-8")
            tmux.press("r")
            told.expect("stages: r does not read", is_so=shows(tmux, "ALL READ"))
    return told


def meet_closed_port() -> Told:
    """Start while nothing listens, then let something listen."""
    told = Told("port closed", "nothing listens, then something does")
    world = open_world("incident", lambda: EPOCH)
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    words = ("--endpoint-url", f"http://127.0.0.1:{port}", "--region", world.region)
    with program(*words) as tmux:
        told.look(
            "stages",
            until_told(tmux),
            said=(f"cannot reach 127.0.0.1:{port}", "Check the network", "press r"),
        )
        with Endpoint(world, port):
            tmux.press("r")
            told.expect("stages: r does not read", is_so=shows(tmux, "ALL READ"))
    return told


def meet_plain_port() -> Told:
    """Speak TLS to a port that does not."""
    told = Told("TLS to a plain port", "https to an endpoint of http")
    world = open_world("incident", lambda: EPOCH)
    with Endpoint(world) as endpoint:
        url = endpoint.url.replace("http:", "https:")
        with program("--endpoint-url", url, "--region", world.region) as tmux:
            told.look(
                "stages", until_told(tmux), said=("does not speak TLS", "Check the endpoint URL")
            )
    return told


def meet_untrusted() -> Told:
    """Meet a certificate that nobody signed."""
    told = Told("certificate not trusted", "self-signed")
    with ExitStack() as stack:
        own = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ivscope-tls-")))
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = str(server.getsockname()[1])
        made = ["-keyout", str(own / "key"), "-out", str(own / "cert"), "-subj", "/CN=localhost"]
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", *made],
            check=True,
            capture_output=True,
        )
        served = ["-key", str(own / "key"), "-cert", str(own / "cert"), "-accept", port]
        process = stack.enter_context(
            subprocess.Popen(
                ["openssl", "s_server", "-quiet", "-www", *served],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        )
        stack.callback(process.kill)
        words = ("--endpoint-url", f"https://localhost:{port}", "--region", "us-west-2")
        tmux = stack.enter_context(program(*words))
        told.look("stages", until_told(tmux), said=("is not trusted", "AWS_CA_BUNDLE"))
    return told


def meet_slow(name: str) -> Told:
    """Wait for an answer that does not come: first told what is waited for, then given up."""
    told = Told(name, FAULTS[name].about)
    (meanwhile, cause), step = SLOW[name]
    world = open_world("incident", lambda: EPOCH)
    with Endpoint(world) as endpoint:
        gate = Gate(endpoint)
        start = ("--endpoint-url", faulty_url(endpoint, name), "--region", world.region)
        with program(*start, LIVE_STAGE, SHOW, DANA) as tmux:
            told.expect("events: not there", is_so=shows(tmux, "100 events read"))
            gate.is_open = True
            tmux.press("r")
            told.expect("events: never told", is_so=shows(tmux, meanwhile))
            told.look("events, waiting", tmux.screen, said=(meanwhile, "100 events"))
            tmux.press("j")
            told.look("events", until_told(tmux), said=(cause, step, "100 events"))
            gate.is_open = False
            tmux.press("r")
            told.expect("events: r does not go on", is_so=shows(tmux, "100 events read, more"))
    return told


def meet_huge() -> Told:
    """Read a name of ten megabytes: it is cut, and the program answers."""
    told = Told("hugebody", FAULTS["hugebody"].about)
    world = open_world("incident", lambda: EPOCH)
    with Endpoint(world) as endpoint:
        start = ("--endpoint-url", faulty_url(endpoint, "hugebody"), "--region", world.region)
        with program(*start) as tmux:
            told.expect("stages: never read", is_so=shows(tmux, "ALL READ"))
            told.look("stages", tmux.screen, said=("xxxxx", "stages"))
    return told


def meet_denied(operation: str) -> Told:
    """Be denied one operation only: it is named, and the rest goes on."""
    told = Told(f"only {operation} denied", "403 AccessDeniedException for one operation")
    said = f"ivs:{operation} is not allowed for assumed-role/OnCall/alex"
    step = f"action ivs:{operation}"
    world = open_world("incident", lambda: EPOCH)
    with Endpoint(world) as endpoint:
        url = faulty_url(endpoint, f"accessdenied.{operation}")
        start = ("--endpoint-url", url, "--region", world.region, LIVE_STAGE, SHOW)
        if operation in {"GetParticipant", EVENTS}:
            with program(*start, PRIYA) as tmux:
                told.expect("events: never told", is_so=shows(tmux, said, step))
                said_too = "0 events read" if operation == EVENTS else "61 events"
                told.look("events", settled(tmux), said=(said, step, said_too))
        if operation in {"GetStageSession", EVENTS, "ListParticipants"}:
            with program(*start) as tmux:
                tmux.until(lambda: "particip" in flat(tmux.screen))
                shows(tmux, "40 participants, all read", timeout=5)
                if operation == "ListParticipants":
                    told.look("participants", until_told(tmux), said=(said, "by its id", step))
                tmux.press("i")
                is_told = shows(tmux, "SUMMARY", said, step)
                told.expect("summary: never told", is_so=is_told)
                told.look("summary", until_told_or_read(tmux), said=(said, step))
    return told


def until_told_or_read(tmux: Tmux) -> list[str]:
    """Wait until a sweep has ended in any way; the screen then."""
    tmux.until(lambda: not re.search(r"READING \d", flat(tmux.screen)), 60)
    return tmux.screen


DENIED = ("GetParticipant", "GetStageSession", "ListParticipants", EVENTS)
"""Operations whose refusal alone is shown; that of ListStages is the fault `accessdenied`."""


ROWS: Mapping[str, Callable[[], Told]] = (
    {name: partial(meet_fault, name) for name in FAULT_WORDS}
    | {name: partial(meet_slow, name) for name in SLOW}
    | {"hugebody": meet_huge}
    | {name: partial(meet_environment, name) for name in BROKEN}
    | {f"only {name} denied": partial(meet_denied, name) for name in DENIED}
    | {
        "port closed": meet_closed_port,
        "TLS to a plain port": meet_plain_port,
        "certificate not trusted": meet_untrusted,
    }
)
"""What makes each row, by its name."""


def table(rows: Sequence[Told]) -> Iterator[str]:
    """The table, a line for each view, then every screen in full."""
    for told in rows:
        verdict = "; ".join(told.problems) or "ok"
        yield f"{told.row} ({told.about}): {verdict}"
        for view, screen in told.screens.items():
            yield f"    {view:14} {_said(screen)}"
    for name, reason in NOT_MADE_HERE.items():
        yield f"{name}: not made here: {reason}"
    bad = sum(bool(told.problems) for told in rows)
    yield f"{len(rows)} rows, {bad} with problems"
    for told in rows:
        for view, screen in told.screens.items():
            yield f"\n== {told.row}, {view}"
            yield from (line.rstrip() for line in screen)


def _said(screen: Sequence[str]) -> str:
    """What a screen says of the failure: its cause, its step, and the state at the right end."""
    text = flat(screen)
    found = re.search(r"Failed .*", text)
    return (found[0] if found else flat(screen[-2:]))[:400]


def main() -> None:
    parser = argparse.ArgumentParser(description="Show what the screen says at each fault.")
    parser.add_argument("rows", nargs="*", metavar="ROW", help="only these rows")
    parser.add_argument("--jobs", type=int, default=4, help="rows at once; they mostly wait")
    parser.add_argument("--out", type=Path, metavar="FILE", help="save the table there too")
    given = parser.parse_args()
    unknown = [name for name in given.rows if name not in ROWS]
    if unknown:
        parser.error(f"no such row: {', '.join(unknown)}; there are {', '.join(ROWS)}")
    rows = []
    with ThreadPoolExecutor(given.jobs) as pool:
        for told in pool.map(lambda name: ROWS[name](), given.rows or ROWS):
            rows.append(told)
            sys.stderr.write(f"{told.row}: {'; '.join(told.problems) or 'ok'}\n")
            sys.stderr.flush()
    lines = "\n".join(table(rows)) + "\n"
    sys.stdout.write(lines)
    if given.out is not None:
        given.out.write_text(lines, "utf-8")
    sys.exit(any(told.problems for told in rows))


if __name__ == "__main__":
    main()
