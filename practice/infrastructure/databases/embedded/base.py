"""The connection of the embedded server. Every command, web process and worker may be the first to need it."""

from typing import Any

import psycopg
from django.conf import settings
from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    """PostgreSQL's own wrapper; a refused connection starts the server once and tries again."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        try:
            return super().get_new_connection(conn_params)
        except psycopg.OperationalError:
            server = settings.EMBEDDED_SERVER
            # down, or killed: start() says False when the server was up, and then the refusal was a real one
            if server is None or not server.start():
                raise
            return super().get_new_connection(conn_params)
