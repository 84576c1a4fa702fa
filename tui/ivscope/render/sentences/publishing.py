"""Sentences about publishing: slots, starts and stops, replicas, the length of a stream."""

from collections.abc import Callable
from typing import Any, Final

from ivscope.findings.finding import Claim, PlainClaim, Text
from ivscope.findings.quota import (
    AgainstLimit,
    AtQuotaErrors,
    PublishersThen,
    QuotaOpen,
    QuotaSays,
)
from ivscope.knowledge.limits import PUBLISHER_LIMIT

PLAIN: Final[dict[PlainClaim, str]] = {
    QuotaSays.CODE_NAMES_NO_LIMIT: "The code does not say which limit was hit.",
    QuotaSays.SUBSCRIBING_HAS_OTHER_LIMITS: (
        "Subscribing has limits of its own; the limit of "
        f"{PUBLISHER_LIMIT} publishers is none of them."
    ),
    QuotaSays.NO_TIME: "The event has no readable time: publishers cannot be counted.",
    QuotaSays.NOT_COUNTED: (
        "How many were publishing is not known: only a sweep of the session tells."
    ),
    QuotaOpen.ACCOUNT_LIMITS: (
        "the limits of the account are shared with other stages and not in the events"
    ),
    QuotaOpen.COPIES_AND_SLOTS: "whether copies take slots: no document says it",
    QuotaOpen.UNSURE_PUBLISHERS: "whether some of them were publishing then",
}


def _publishers_then(claim: PublishersThen) -> Text:
    number = str(claim.least) if claim.least == claim.most else f"{claim.least} to {claim.most}"
    if claim.compared is AgainstLimit.AT_LEAST:
        number = f"At least {claim.least}"
    text = f"{number} others were publishing in that second"
    if claim.copies:
        copies = "a copy from another stage" if claim.copies == 1 else "copies from other stages"
        text += f", {claim.copies} of them {copies}"
    end = {
        AgainstLimit.MORE: (
            f", more than the {claim.limit} that a stage takes: it was another limit."
        ),
        AgainstLimit.FULL: f": the stage's {claim.limit} slots were taken.",
        AgainstLimit.AT_LEAST: f", of {claim.limit} that a stage takes.",
        AgainstLimit.UNSURE: f", of {claim.limit} that a stage takes.",
        AgainstLimit.FEWER: (
            f", fewer than the {claim.limit} that a stage takes: it was another limit."
        ),
    }
    return (text, end[claim.compared])


def _at_quota_errors(claim: AtQuotaErrors) -> Text:
    words = {
        AgainstLimit.FULL: f"{claim.limit} others were: the slots of the stage were taken",
        AgainstLimit.MORE: f"more than {claim.limit} others were: it was another limit",
        AgainstLimit.FEWER: f"fewer than {claim.limit} were: it was another limit",
        AgainstLimit.UNSURE: f"it is not certain that {claim.limit} others were",
    }
    head = f"At {claim.errors:,} of {claim.all_errors:,} QUOTA_EXCEEDED when publishing, "
    return (f"{head}{words[claim.compared]}.",)


SENTENCES: Final[dict[type[Claim], Callable[[Any], Text]]] = {
    PublishersThen: _publishers_then,
    AtQuotaErrors: _at_quota_errors,
}
