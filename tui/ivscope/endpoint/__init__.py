"""A service on this machine that answers like ivs-realtime, over HTTP, with invented data.

Requests, members, types and bounds follow botocore's model of the API.
Nobody has compared with AWS:

- lists: their order (AWS's samples show both directions), and that a list for
  an unknown session or participant is empty
- pages: that a token is bound to its call, never expires and goes on while
  rows are added, and that filtered pages are full
- times: milliseconds in the start of a session only, whole seconds elsewhere
- events: the order within one second, which errors come in which case, and
  how late they appear
- absent values: that the member is left out; the world "samples" is the
  incident with empty texts as in AWS's samples, at which strict clients stop
- recordingS3Prefix: slashes, as in AWS's samples, though the API's own
  pattern has none
- ingest configurations: the participant of one that was never used
- throttling: one even bucket of 5 calls per second and operation, refused
  with status 429
- errors: their texts, and which come before the signature is read; the value
  of a signature is not checked
- names: the event STAGE_MIGRATED and the error code SESSION_LIMIT_EXCEEDED of
  the incident are invented, for those that AWS may add
"""
