"""A county with more open clocks than are counted while somebody waits."""

from __future__ import annotations

from sqlalchemy import text

from tests.support.world import World
from tracker.services.calendars import FEW

#: Of dates that no calendar moves.
MORE = text("""
    INSERT INTO clock (task_id, name, occurrence, status, started_at, due_on, due_at, due_class, due_rule, cutoff, provisional,
        calendar_version_id, ladder_version_id, ladder_from_on, quality_failures, failed_rechecks, ordered_rungs)
    SELECT c.task_id, 'more ' || n, 1, 'held', c.started_at, c.due_on, c.due_at, 'fixed', '写明的日期', c.cutoff, false,
        c.calendar_version_id, c.ladder_version_id, c.ladder_from_on, 0, 0, '{}'
    FROM (SELECT * FROM clock ORDER BY id LIMIT 1) c, generate_series(1, :many) n""")


def make_large(world: World) -> None:
    """Give a county so many open clocks that calendars are counted in the background."""
    with world.container.uows() as uow:
        uow.session.execute(MORE, {"many": FEW})
        uow.commit()
