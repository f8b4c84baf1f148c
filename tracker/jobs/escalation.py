"""The sweep as a job. It carries nothing: what is due stands in the database."""

from tracker.jobs.context import current


def sweep() -> int:
    """Fire every rung that is due; return how many fired. Safe to run twice."""
    return current().escalations.sweep().fired
