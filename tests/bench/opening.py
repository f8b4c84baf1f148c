"""Periods opened a second: at a month's start every unit's standing duties open their next task."""

from __future__ import annotations

from tests.bench.county import connected, county, rows_written, seconds, twin
from tests.bench.figures import Figure
from tests.bench.issuing import FLOOR, FLOOR_VALUES, issue
from tests.support.world import World, morning
from tracker.cli.embedded import RunningServers
from tracker.services.duties import DutyService

NEXT_MONTH = "2026-04-01"
MONTHLY = """UPDATE measure SET due = '{}', cadence = '{"every": "month", "by_day": 19}'"""
OPENED = "UPDATE assignment SET opened_until = %(now)s, next_opens_at = %(now)s::timestamptz + interval '1 month'"


def measure(servers: RunningServers, *, units: int, measures: int) -> list[Figure]:
    """Open the April period of units × measures duties, and write the same rows by plain SQL."""
    duties = units * measures
    with county(servers, units=units, measures=measures) as url:
        with connected(url) as connection:
            connection.execute(MONTHLY)
        issue(url)
        with connected(url) as connection:
            connection.execute("VACUUM ANALYZE")
        with twin(url) as plain, connected(plain) as connection:
            values = {**FLOOR_VALUES, "now": morning(NEXT_MONTH)}
            statement = FLOOR.replace("'once'", "'2026-04'")

            def by_plain_sql() -> None:
                connection.execute(statement, values)
                connection.execute(OPENED, values)

            floor = seconds(by_plain_sql)
            expected = rows_written(plain)
        with twin(url) as own:
            with World(own, start=morning(NEXT_MONTH)) as world:
                service = DutyService(world.container.floor)
                took = seconds(service.open_begun)
            written = rows_written(own)
    assert written == expected, (written, expected)
    return [
        Figure("periods_opened", duties, duties / took, "tasks/s",
               f"{units} 个单位 × {measures} 项周期工作在月初生成，{took:.1f} 秒", duties / floor)
    ]  # fmt: skip
