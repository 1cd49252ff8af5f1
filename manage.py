#!/usr/bin/env python
"""Command-line entry of the practice records system."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "practice.settings")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line
    from environs.exceptions import EnvError

    from practice.infrastructure.databases.account import ServerFailed

    try:
        execute_from_command_line(sys.argv)
    except (ImproperlyConfigured, EnvError, ServerFailed) as error:
        sys.exit(str(error))  # a sentence for the person at the terminal, not a traceback


if __name__ == "__main__":
    main()
