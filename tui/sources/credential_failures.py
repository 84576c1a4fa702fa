"""Trouble with logins and credentials before a request could be signed."""

from botocore import exceptions as boto

from tui.domain.failures import FailureKind, ProviderFailure
from tui.sources.call_context import CallContext
from tui.sources.lean_session import MfaCodeNeeded
from tui.sources.outside_text import failure_of, said_by


def credential_failure(error: Exception, context: CallContext) -> ProviderFailure | None:
    """The failure, or None if the error is of another kind. Logins come before the rest."""
    return _from_login(error, context) or _from_credentials(error, context)


def _from_login(error: Exception, context: CallContext) -> ProviderFailure | None:
    said = said_by(error)
    match error:
        case boto.SSOTokenLoadError():
            return failure_of(
                FailureKind.CREDENTIALS,
                f"{context.profile_words} is not signed in: {said}",
                f"Run {context.sso_login} in another window, then r to retry.",
            )
        case boto.UnauthorizedSSOTokenError() | boto.TokenRetrievalError() | boto.SSOError():
            return failure_of(
                FailureKind.EXPIRED,
                f"the SSO login of {context.profile_words} has expired: {said}",
                f"Run {context.sso_login} in another window, then r to retry.",
            )
        case boto.LoginError():
            return failure_of(
                FailureKind.EXPIRED,
                f"the login of {context.profile_words} is no longer good: {said}",
                f"Run `aws login{context.profile_option}` in another window, then r to retry.",
            )
        case boto.MissingDependencyException():
            return failure_of(
                FailureKind.CREDENTIALS,
                f"{context.profile_words} needs a part of botocore that is not installed: {said}",
                "Install `botocore[crt]` beside ivscope, or use a profile with SSO or keys.",
            )
        case _:
            return None


def _from_credentials(error: Exception, context: CallContext) -> ProviderFailure | None:
    said = said_by(error)
    match error:
        case boto.NoCredentialsError():
            return failure_of(
                FailureKind.CREDENTIALS,
                f"no AWS credentials found for {context.profile_words}",
                f"Sign in ({context.sso_login}, or `aws configure`) or choose another --profile, "
                "then r to retry; `ivscope --demo` works without.",
            )
        case boto.PartialCredentialsError():
            missing = error.kwargs.get("cred_var", "a part")
            variable = f" ({str(missing).upper()})" if error.kwargs.get("provider") == "env" else ""
            return failure_of(
                FailureKind.CREDENTIALS,
                f"incomplete credentials of {context.profile_words}: {missing}{variable} is "
                f"missing in {error.kwargs.get('provider')}",
                f"Set {missing} too, or remove the other part, then r to retry.",
            )
        case boto.CredentialRetrievalError():
            provider = str(error.kwargs.get("provider", "a provider"))
            return failure_of(
                FailureKind.CREDENTIALS,
                f"{provider} of {context.profile_words} gave no credentials: {said}",
                "Run its command or reach its address by hand to see why, then r to retry.",
                retryable=provider != "custom-process",
            )
        case boto.MetadataRetrievalError():
            return failure_of(
                FailureKind.CREDENTIALS,
                f"the metadata service gave no credentials: {said}",
                "Check the role of this instance or container, then r to retry.",
                retryable=True,
            )
        case MfaCodeNeeded() | boto.RefreshWithMFAUnsupportedError():
            return failure_of(
                FailureKind.CREDENTIALS,
                f"the role of {context.profile_words} asks for a one-time code (MFA)",
                "ivscope does not ask for codes: take keys with `aws configure "
                f"export-credentials{context.profile_option} --format env`, set them, start again.",
            )
        case _:
            return None
