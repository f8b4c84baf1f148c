"""The sweep as a job. It carries nothing: what is due stands in the database."""

from tracker.jobs.context import current


def sweep() -> int:
    """Fire every rung that is due; return how many fired. Safe to run twice.

    The scheduler rings for it every few minutes at least, so it also sees to a recount that was cut off.
    """
    fired = current().escalations.sweep().fired
    current().calendar_imports.take_up()
    return fired
