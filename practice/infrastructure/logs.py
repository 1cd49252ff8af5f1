"""The log's only format: what happened and where in the code, never what a person wrote."""

import logging
import re
import traceback
from types import TracebackType

# their messages are about requests, jobs and the product itself; everybody else's arguments stay out
TRUSTED = ("practice", "django.request", "django.security", "procrastinate.worker", "gunicorn")
# The everyday log says nothing of which psychotherapy note or package was asked for, or whether it was there.
SEALED_PATHS = re.compile(r"/(?:psychotherapy-notes|releases/packages|legal/packages|legal/compelled)/[^\s\"']*")
# The token of a link is half of a key: it stands in an address, and in no log.
LINK_PATHS = re.compile(r"/l/[^\s\"']*")


class ContentFreeFormatter(logging.Formatter):
    """Time, level, logger, message; for an error the kinds of exception and the code lines, without their messages.

    Exception messages carry values (a database names the failing row, a parser the text), so they never reach a log.
    For loggers we do not know, only the message's fixed part is written.
    """

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        clean = logging.makeLogRecord(record.__dict__ | {"exc_text": None, "stack_info": None})
        if not record.name.startswith(TRUSTED):
            # without arguments the message may have been put together with values already
            clean.msg = record.msg if isinstance(record.msg, str) and record.args else "(message left out)"
            clean.args = None
        if SEALED_PATHS.search(clean.getMessage()):
            clean.msg, clean.args = "(about the sealed rooms: left out)", None
        if LINK_PATHS.search(clean.getMessage()):
            clean.msg, clean.args = "(about a link: left out)", None
        return super().format(clean)

    def formatException(
        self,
        ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None],
    ) -> str:
        lines = []
        error = ei[1]
        while error is not None:
            lines.append(f"  {type(error).__module__}.{type(error).__qualname__}")
            for frame in traceback.extract_tb(error.__traceback__)[-12:]:
                lines.append(f"    {frame.filename}:{frame.lineno} {frame.name}")
            error = error.__cause__ or error.__context__
        return "\n".join(lines)
