"""CallContext: the settings of a connection that a failure may name."""

from ivscope.domain.frozen import frozen
from ivscope.sources.outside_text import host_of


@frozen
class CallContext:
    """Settings in force, for words on screen only. Nothing in it is secret."""

    profile: str | None = None
    """None when no profile was chosen, so that the default one is used."""
    region: str | None = None
    endpoint_url: str | None = None
    """None while the client is not built yet."""
    credential_method: str | None = None
    """How botocore found the credentials: env, shared-credentials-file, sso, assume-role, …"""
    credential_source: str | None = None
    """Where credentials of the profile come from by its settings: "SSO", "the command NAME"."""
    role: str | None = None
    """Name of the role that signs; None where the settings tell none."""
    known_profiles: tuple[str, ...] = ()
    certificates: str | None = None
    """Path of the trusted certificates; None for those that come with botocore."""
    certificates_from: str = ""
    """The setting that names this path, such as AWS_CA_BUNDLE."""

    @property
    def has_fixed_keys(self) -> bool:
        """Whether the keys came from the environment, which stays as it was at the start."""
        return self.credential_method == "env"

    @property
    def is_demo(self) -> bool:
        """Whether the keys were given by ivscope itself, which does so for the demo alone."""
        return self.credential_method == "explicit"

    @property
    def profile_words(self) -> str:
        """The profile as a sentence names it: "profile team", "the default profile".

        Keys in the environment sign before those of a profile that AWS_PROFILE names, and the demo
        has keys of its own.
        """
        if self.credential_method == "env":
            return "the keys in the environment"
        if self.is_demo:
            return "the keys of the demo"
        return f"profile {self.profile}" if self.profile else "the default profile"

    @property
    def signer(self) -> str | None:
        """What signs the calls, for the header; None for those of the demo."""
        profile = f"profile {self.profile or 'default'}"
        match self.credential_method:
            case "explicit":
                return None
            case "env":
                return "env keys"
            case "iam-role":
                return "instance role"
            case "container-role":
                return "container role"
            case "assume-role":
                return f"role {self.role} via {profile}"
            case "assume-role-with-web-identity":
                return f"role {self.role} via web identity"
            case "custom-process":
                return f"{profile} (credential_process)"
            case "sso":
                return f"{profile} (SSO)"
            case None:
                return "no credentials"
            case _:
                return profile

    @property
    def credential_words(self) -> str:
        """What is waited for while credentials are got: "SSO of profile team"."""
        return f"{self.credential_source or 'credentials'} of {self.profile_words}"

    @property
    def profile_option(self) -> str:
        """What to append to an `aws` command."""
        return f" --profile {self.profile}" if self.profile else ""

    @property
    def host(self) -> str:
        """Host and port that calls go to."""
        return host_of(self.endpoint_url)

    @property
    def is_aws(self) -> bool:
        """Whether calls go to AWS itself, not to an endpoint of the user's choice."""
        return ".amazonaws." in self.host or self.host.endswith(".api.aws")

    @property
    def sso_login(self) -> str:
        """The command that renews an SSO login."""
        return f"`aws sso login{self.profile_option}`"

    @property
    def renewal(self) -> str:
        """How to get fresh credentials, which depends on where botocore found them."""
        match self.credential_method:
            case "sso":
                return f"Run {self.sso_login} in another window, then press r."
            case "login":
                return f"Run `aws login{self.profile_option}` in another window, then press r."
            case "env":
                return (
                    "They came from AWS_… environment variables: set fresh ones and start ivscope "
                    "again."
                )
            case "explicit":
                return "They are those of the demo: start ivscope again."
            case _:
                return (
                    f"Renew the credentials of {self.profile_words} (for SSO: {self.sso_login}), "
                    "then press r."
                )
