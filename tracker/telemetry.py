"""Logs: one line an event, as JSON or text, with the ids of request, job and task bound into it.

A line is a sentence, a stable word (`action`) and ids; never names, phone numbers or what people
wrote. Lines of the standard library's loggers (rq, alembic, gunicorn) take the same road.
"""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

import structlog
import structlog.tracebacks

# These speak at INFO of every poll and every statement, which buries the lines that matter.
_CHATTY = ("rq.worker", "rq.job", "rq.queue", "sqlalchemy.engine", "urllib3", "alembic.runtime.plugins")

# What stands in a frame's variables is what somebody typed, a session's token or a password.
_traceback_without_locals = structlog.processors.ExceptionRenderer(
    structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
)


def configure_logging(*, level: str = "INFO", style: str = "text", stream: TextIO | None = None) -> None:
    """Send every log line, structlog's and the standard library's, to `stream` (standard error).

    May be called again: the last call holds.
    """
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
    ]
    last: list[structlog.typing.Processor] = (
        [_traceback_without_locals, structlog.processors.JSONRenderer(ensure_ascii=False)]
        if style == "json"
        else [structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)]
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in _CHATTY:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


@contextmanager
def bind_context(**ids: object) -> Iterator[None]:
    """Put `ids` (request, job, task …) into every line logged inside the block, on this thread."""
    with structlog.contextvars.bound_contextvars(**ids):
        yield
