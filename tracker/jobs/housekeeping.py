"""What is done now and then."""

import structlog

from tracker.jobs.context import current

logger = structlog.get_logger(__name__)


def tidy() -> None:
    """Seal what grew, settle decisions, kept sums and stuck messages, forget ended sessions, old drafts, files nobody fetched, what killed rehearsals left."""
    container = current()
    container.rising.settle_all()
    container.tallies.settle()
    while (root := container.ledger.seal()) is not None:
        # The log is the second place that a root is kept in, out of reach of whoever can write the database.
        logger.info("Ledger sealed", action="ledger.sealed", root=root)
    container.deliveries.resolve_stuck()
    container.accounts.forget_old_sessions()
    container.people.forget_idle_addresses()
    container.rosters.forget_expired()
    container.form_drafts.forget_expired()
    container.team.claims.forget_lapsed()
    container.background_files.take_up_again()
    container.drop_left_over()


def settle_decisions() -> int:
    """Let decisions rise to the unit above the office, or come back, after posts changed; return how many did."""
    return current().rising.settle_all()
