"""Where jobs find the container: RQ calls a function by its name and can hand it nothing but ids."""

from tracker.bootstrap import Container

_current: list[Container] = []


def set_container(container: Container | None) -> None:
    """Give the jobs of this process their container; None takes it away again."""
    _current[:] = [] if container is None else [container]


def current() -> Container:
    """Return the container of this process. Raises RuntimeError outside a worker."""
    if not _current:
        raise RuntimeError("No container is set. Jobs run in `tracker worker`, which calls set_container().")
    return _current[0]
