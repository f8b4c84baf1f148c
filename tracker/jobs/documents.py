"""Files that take a while to write."""

from tracker.jobs.context import current


def write_ledger(export_id: int) -> None:
    """Write a ledger that somebody asked for."""
    current().ledger_files.write(export_id)
