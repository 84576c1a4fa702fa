"""All claims that the judge holds to the truth of a simulated world."""

from support.client_claims import CLIENT_CLAIMS
from support.publishing_claims import PEOPLE_CLAIMS, PUBLISHING_CLAIMS

CLAIMS = (*PUBLISHING_CLAIMS, *PEOPLE_CLAIMS, *CLIENT_CLAIMS)
