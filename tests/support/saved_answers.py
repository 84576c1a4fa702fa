"""A file of answers of the AWS CLI, as somebody saves them one below the other."""

import json
from pathlib import Path


def saved_answers(
    folder: Path, stage: str, session: str, person: str, time: str, **last: str
) -> Path:
    """Write a stage, a session, a participant and its JOINED; `last` stands in both lists."""
    joined = {"name": "JOINED", "participantId": person, "eventTime": time}
    answers: list[dict[str, object]] = [
        {"stage": {"arn": stage}},
        {"stageSession": {"sessionId": session}},
        {"participants": [{"participantId": person}], **last},
        {"events": [joined], **last},
    ]
    path = folder / "answers.json"
    path.write_text("\n".join(map(json.dumps, answers)))
    return path
