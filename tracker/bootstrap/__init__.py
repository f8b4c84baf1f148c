"""Where parts are bound to each other."""

from tracker.bootstrap.container import Container, build

__all__ = ["Container", "build"]
