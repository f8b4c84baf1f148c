"""What is done now and then, and what nobody waits for."""

from datetime import timedelta

import structlog

from tracker.jobs.context import current

#: A worker has deadlines and messages to see to between two bites of a long recount.
RECOUNT_AT_ONCE = timedelta(seconds=3)

logger = structlog.get_logger(__name__)


def tidy() -> None:
    """Seal what grew, settle decisions, kept sums and stuck messages, forget ended sessions, old drafts, files nobody fetched, what was cut off."""
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
    container.calendar_imports.look_for_stragglers()
    container.calendar_imports.take_up()
    container.drop_left_over()


def recount() -> None:
    """Count open clocks on with a new calendar for a few seconds; the service rings again while some are left."""
    current().calendar_imports.go_on(within=RECOUNT_AT_ONCE)


def settle_decisions() -> int:
    """Let decisions rise to the unit above the office, or come back, after posts changed; return how many did."""
    return current().rising.settle_all()
