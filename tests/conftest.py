"""Every test runs in UTC, without the machine's AWS settings and without its terminal's habits."""

import os
import time


def pytest_configure():
    for name in list(os.environ):
        if name.startswith(("AWS_", "BOTO_", "TEXTUAL")) or name in {"NO_COLOR", "SSH_CONNECTION"}:
            del os.environ[name]
    os.environ["AWS_EC2_METADATA_DISABLED"] = "true"
    os.environ["AWS_CONFIG_FILE"] = os.devnull
    os.environ["AWS_SHARED_CREDENTIALS_FILE"] = os.devnull
    os.environ["TZ"] = "UTC"
    time.tzset()
