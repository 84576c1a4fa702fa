"""The session under boto3, which loads only the data files of ivs-realtime, by public means.

boto3 makes its clients of the same session: they are the same ones. To import it for that would
take a twentieth of the start.
"""

import os
from typing import Any

from botocore.exceptions import BotoCoreError
from botocore.loaders import Loader
from botocore.session import Session as BotocoreSession
from botocore.utils import JSONFileCache

from ivscope.knowledge.limits import REGIONS

SERVICE = "ivs-realtime"
"""Name of the service in botocore."""

_ENDPOINT_PREFIX = "ivsrealtime"

_ISOLATED: dict[str, tuple[Any, ...]] = {
    "profile": (None, None, None, None),
    "config_file": (None, None, os.devnull, None),
    "credentials_file": (None, None, os.devnull, None),
}
"""Settings of botocore (config name, environment names, default, conversion) without the user's."""


_REGION_NAMES = ("AWS_REGION", "AWS_DEFAULT_REGION")
"""Names of the Region in the environment, the first one wins, as in the AWS CLI version 2 and the
other SDKs (AWS SDKs and Tools Reference Guide, AWS Region). botocore reads the second one only."""


_CLI_CACHE = "~/.aws/cli/cache"
"""Where the AWS CLI keeps the credentials of roles that it assumed."""


class MfaCodeNeeded(Exception):  # noqa: N818 - says what is needed
    """A role asks for a one-time code. botocore would ask for it on the terminal of our screen."""


class _CliRoles(JSONFileCache):  # type: ignore[misc, unused-ignore]
    """The roles that the AWS CLI keeps. They are read and never written."""

    def __contains__(self, key: str) -> bool:
        """Whether the CLI keeps this role in a file that can be read."""
        try:
            return isinstance(self[key], dict)
        except (KeyError, RecursionError):
            return False

    def __setitem__(self, key: str, value: object) -> None:
        """Keep nothing."""


class LeanLoader(Loader):  # type: ignore[misc, unused-ignore]
    """Opens the ivs-realtime files directly, and everything else as botocore's own loader does.

    That one lists every service folder before it opens a model, and builds its endpoint table from
    a file of over a megabyte. The table here is made from the small partition list. A service that
    is not in it gets the defaults of its partition, and its real address from its own endpoint
    rules, which are botocore's.
    """

    def load_service_model(
        self, service_name: str, type_name: str, api_version: str | None = None
    ) -> Any:  # noqa: ANN401 - botocore's own type
        """Load one model file. Those of other services (sts, sso, sso-oidc) load as usual."""
        if service_name != SERVICE:
            return super().load_service_model(service_name, type_name, api_version)
        version = api_version or self.determine_latest_version(service_name, type_name)
        return self.load_data(f"{service_name}/{version}/{type_name}")

    def load_data_with_path(self, name: str) -> Any:  # noqa: ANN401 - botocore's own type
        """Load one data file. The endpoint table is made, unless the user has a file of it."""
        if name != "endpoints" or self._user_has("endpoints.json"):
            return super().load_data_with_path(name)
        partitions, path = super().load_data_with_path("partitions")
        return _endpoint_table(partitions), path

    def _user_has(self, file_name: str) -> bool:
        return any(
            os.path.exists(os.path.join(folder, file_name))  # noqa: PTH110, PTH118 - as botocore
            for folder in self.search_paths
            if folder != self.BUILTIN_DATA_PATH
        )


def build_session(
    profile: str | None,
    region: str | None = None,
    *,
    access_key: str | None = None,
    secret_key: str | None = None,
) -> BotocoreSession:
    """A session with the user's whole configuration, or with nothing but the keys given.

    The Region, if given, also holds for the calls that get the credentials of a role.
    Its clients give times as the text that came, so that one bad time cannot lose a page.
    Raises what botocore raises for a missing profile or an unreadable file.
    """
    isolated = access_key is not None
    core = BotocoreSession(
        session_vars=_ISOLATED if isolated else {"region": _region_setting()},
        profile=None if isolated else profile,
    )
    data_path = core.get_config_variable("data_path")
    extra = data_path.split(os.pathsep) if data_path else []
    folders = [os.path.expanduser(os.path.expandvars(folder)) for folder in extra]  # noqa: PTH111 - as botocore
    core.register_component("data_loader", LeanLoader(extra_search_paths=folders))
    core.get_component("response_parser_factory").set_parser_defaults(timestamp_parser=_as_it_came)
    if not isolated:
        _use_roles_of_cli(core)
    if access_key is not None and secret_key is not None:
        core.set_credentials(access_key, secret_key)
    if region is not None:
        core.set_config_variable("region", region)
    return core


def profile_names() -> tuple[str, ...]:
    """The names of the profiles in the user's configuration; none where it cannot be read."""
    try:
        return tuple(BotocoreSession(profile=None).available_profiles)
    except BotoCoreError:
        return ()


def credential_source(session: BotocoreSession) -> str | None:
    """Where the credentials of the profile come from by its settings, for words on screen.

    The order is that of botocore. None where no setting tells, as with keys in a file.
    """
    settings = session.get_scoped_config()
    if "role_arn" in settings:
        return f"the role {str(settings['role_arn']).rpartition('/')[2]} (STS)"
    if "sso_session" in settings or "sso_start_url" in settings:
        return "SSO"
    command = str(settings.get("credential_process", "")).split()
    # Its arguments may hold a secret.
    return f"the credential_process {os.path.basename(command[0])}" if command else None  # noqa: PTH119 - as typed


_KEPT = {"env", "shared-credentials-file", "config-file", "container-role", "iam-role"}
"""Ways of botocore to find credentials that are kept somewhere: finding them again asks nobody."""


def has_kept_credentials(session: BotocoreSession) -> bool:
    """Whether credentials are just read where they are kept, or there are none.

    Asks no program and no service but that of the machine's own role.
    """
    if credential_source(session) is not None:
        return False  # looking for the credentials would run a program
    credentials = session.get_credentials()
    return credentials is None or credentials.method in _KEPT


def signing_role(session: BotocoreSession, method: str | None) -> str | None:
    """Name of the role that signs, by the settings; None where no role does, or none is named.

    Args:
        session: Its profile and environment are looked at.
        method: How botocore found the credentials.
    """
    if method not in {"assume-role", "assume-role-with-web-identity"}:
        return None
    settings = session.get_scoped_config()
    arn = settings.get("role_arn") or os.environ.get("AWS_ROLE_ARN")
    return str(arn).rpartition("/")[2] if arn else None


def _region_setting() -> tuple[Any, ...]:
    # An empty variable is none, and does not hide the Region of the profile.
    names = [name for name in _REGION_NAMES if os.environ.get(name)]
    return "region", names or None, None, None


def _as_it_came(wire_time: object) -> object:
    return wire_time


def _use_roles_of_cli(core: BotocoreSession) -> None:
    """Take a role that the AWS CLI assumed, perhaps with MFA, while it lasts; ask for no code."""
    provider = core.get_component("credential_provider").get_provider("assume-role")
    provider.cache = _CliRoles(os.path.expanduser(_CLI_CACHE))  # noqa: PTH111 - as botocore
    # No public way to pass a prompter through the session exists.
    provider._prompter = _refuse  # noqa: SLF001


def _refuse(prompt: str) -> str:
    raise MfaCodeNeeded(prompt)


def _endpoint_table(partitions: dict[str, Any]) -> dict[str, Any]:
    """An endpoint table in the form of botocore's endpoints.json, with one service in it."""
    return {"version": 3, "partitions": [_partition(entry) for entry in partitions["partitions"]]}


def _partition(entry: dict[str, Any]) -> dict[str, Any]:
    outputs = entry["outputs"]
    plain, fips = "{service}.{region}.{dnsSuffix}", "{service}-fips.{region}.{dnsSuffix}"
    single, dual = outputs["dnsSuffix"], outputs["dualStackDnsSuffix"]
    services: dict[str, Any] = {}
    if entry["id"] == "aws":
        services[_ENDPOINT_PREFIX] = {"endpoints": {region: {} for region in REGIONS}}
    return {
        "partition": entry["id"],
        "dnsSuffix": single,
        "regionRegex": entry["regionRegex"],
        "regions": entry["regions"],
        "defaults": {
            "hostname": plain,
            "protocols": ["https"],
            "signatureVersions": ["v4"],
            "variants": [
                {"dnsSuffix": single, "hostname": fips, "tags": ["fips"]},
                {"dnsSuffix": dual, "hostname": fips, "tags": ["dualstack", "fips"]},
                {"dnsSuffix": dual, "hostname": plain, "tags": ["dualstack"]},
            ],
        },
        "services": services,
    }


def certificates(session: BotocoreSession) -> tuple[str | None, str]:
    """Path of the file of trusted certificates and the setting that names it, as botocore looks.

    None and an empty text where botocore uses its own. Nothing is read.
    """
    path = session.get_config_variable("ca_bundle")
    if path is not None:
        is_variable = os.environ.get("AWS_CA_BUNDLE") == path
        return str(path), "AWS_CA_BUNDLE" if is_variable else "ca_bundle of the profile"
    path = os.environ.get("REQUESTS_CA_BUNDLE")
    return path, "" if path is None else "REQUESTS_CA_BUNDLE"
