"""Files that take a while to write."""

from tracker.jobs.context import current


def write_file(export_id: int) -> None:
    """Write a file that somebody asked for."""
    current().background_files.write(export_id)
