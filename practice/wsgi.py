"""The WSGI entry point."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "practice.settings")
application = get_wsgi_application()

from practice.infrastructure.keys import keyring  # noqa: E402 - needs the settings

keyring()  # a practice without its keys does not start: it would look healthy and open nothing
