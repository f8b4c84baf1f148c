"""What is done now and then."""

import structlog

from tracker.jobs.context import current

logger = structlog.get_logger(__name__)


def tidy() -> None:
    """Seal what grew, settle messages whose sending was cut off, forget ended sessions and files nobody imported."""
    container = current()
    while (root := container.ledger.seal()) is not None:
        # The log is the second place that a root is kept in, out of reach of whoever can write the database.
        logger.info("Ledger sealed", action="ledger.sealed", root=root)
    container.deliveries.resolve_stuck()
    container.accounts.forget_old_sessions()
    container.rosters.forget_expired()
