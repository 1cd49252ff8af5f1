"""The product's settings in test mode, however pytest was called."""

import os

os.environ["PRACTICE_MODE"] = "test"

from practice.settings import *  # noqa: F403
