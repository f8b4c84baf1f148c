"""The door of the web floor: settings or a container in, a Flask application out."""

from __future__ import annotations

from flask import Flask

from tracker.bootstrap import Container, build
from tracker.settings import Settings
from tracker.web.assembly import assemble


def create_app(source: Settings | Container) -> Flask:
    """Return the application over the parts in `source`, which are built first where settings are given."""
    return assemble(build(source) if isinstance(source, Settings) else source)
