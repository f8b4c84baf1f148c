"""Reading what a process would have logged, without leaving the tests that follow a changed set-up."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from tracker.telemetry import configure_logging


@contextmanager
def written_log(*, level: str = "DEBUG", style: str = "text") -> Iterator[io.StringIO]:
    """Give the log of what happens inside the block, and put the former set-up back."""
    written, root = io.StringIO(), logging.getLogger()
    handlers, former_level, former = root.handlers[:], root.level, structlog.get_config()
    configure_logging(level=level, style=style, stream=written)
    try:
        yield written
    finally:
        root.handlers[:] = handlers
        root.setLevel(former_level)
        structlog.configure(**former)
