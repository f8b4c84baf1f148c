"""The problem ledger: what each unit found, what of it is being rectified, what is closed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from tracker.domain.calendar import WorkingCalendar
from tracker.domain.permissions import Viewer
from tracker.domain.visits import INSPECTION
from tracker.persistence.queries.campaign_page import CampaignRow
from tracker.persistence.queries.lights import LATE, LIGHT, light_moment
from tracker.persistence.queries.paging import Page, fetch_page
from tracker.persistence.queries.visibility import TASK_SEEN, scope

#: Where a problem came from: an inspection of the supervisors, or the unit's own survey. Needs `s`, the task it was found in.
PROBLEM_ORIGIN = f"CASE WHEN s.workflow_key = '{INSPECTION}' THEN 'inspection' ELSE 'own' END"
VISITED = "LEFT JOIN visit_stop vs ON vs.task_id = s.id LEFT JOIN visit v ON v.id = vs.visit_id"

_PROBLEMS = f"""
    FROM problem b JOIN task t ON t.id = b.rectification_task_id
    JOIN campaign c ON c.id = b.campaign_id JOIN office o ON o.id = c.office_id
    JOIN unit u ON u.id = b.unit_id JOIN unit_name un ON un.unit_id = b.unit_id AND un.valid_to IS NULL
    LEFT JOIN notice n ON n.task_id = t.id
    WHERE c.ref = :ref AND {TASK_SEEN}"""

#: A problem whose item was withdrawn is no longer counted as found; it has a column of its own.
BY_UNIT = text(f"""
    SELECT u.key AS unit_key, un.name AS unit_name,
        count(*) FILTER (WHERE t.done OR NOT t.final) AS found,
        count(*) FILTER (WHERE NOT t.done AND NOT t.final AND t.waits_for = 'unit') AS with_unit,
        count(*) FILTER (WHERE NOT t.done AND NOT t.final AND t.waits_for <> 'unit' AND t.state = 'reported')
            AS reported,
        count(*) FILTER (WHERE NOT t.done AND NOT t.final AND t.waits_for <> 'unit' AND t.state <> 'reported')
            AS rechecking,
        count(*) FILTER (WHERE t.done) AS closed,
        count(*) FILTER (WHERE t.final AND NOT t.done) AS withdrawn,
        count(*) FILTER (WHERE NOT t.done AND NOT t.final AND {LATE}) AS late
    {_PROBLEMS}
    GROUP BY u.id, u.key, un.name, un.position ORDER BY un.position, u.id""")

PROBLEMS = text(f"""
    SELECT x.*, count(*) OVER () AS total FROM (
        SELECT b.ref, b.unit_id, un.name AS unit_name, b.place, b.kind, b.risk_grade, b.description, b.measure, b.leader,
            b.limit_on, b.found_at, t.ref AS task_ref, t.state, t.workflow_version_id, {LIGHT} AS light,
            s.ref AS found_in_ref, {PROBLEM_ORIGIN} AS origin, v.ref AS visit_ref, s.workflow_version_id AS found_in_version_id, b.id AS problem_id,
            CASE WHEN t.final AND NOT t.done THEN 'withdrawn' WHEN t.done THEN 'closed'
                 WHEN t.waits_for = 'unit' THEN 'with_unit' WHEN t.state = 'reported' THEN 'reported'
                 ELSE 'rechecking' END AS stage
        {_PROBLEMS.replace("LEFT JOIN notice n", f"JOIN task s ON s.id = b.found_in_task_id {VISITED} LEFT JOIN notice n")}
          AND (CAST(:unit AS text) IS NULL OR u.key = :unit)) x
    WHERE (CAST(:stage AS text) IS NULL OR x.stage = :stage) AND (CAST(:origin AS text) IS NULL OR x.origin = :origin)
    ORDER BY x.problem_id LIMIT :limit OFFSET :offset""")

STAGES = {
    "with_unit": "单位整改", "reported": "已反馈", "rechecking": "复查中", "closed": "已销号", "withdrawn": "已撤回",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class UnitSum:
    """One unit's problems. found = rectifying + closed, where rectifying = with_unit + reported + rechecking."""

    unit_key: str
    unit_name: str
    found: int
    with_unit: int
    reported: int
    rechecking: int
    closed: int
    withdrawn: int
    late: int

    @property
    def rectifying(self) -> int:
        """Return how many are on their way to being closed."""
        return self.with_unit + self.reported + self.rechecking


@dataclass(frozen=True, slots=True)
class ProblemRow:
    """One problem and where its rectification stands. `stage` is one of STAGES."""

    ref: str
    unit_id: int
    unit_name: str
    place: str
    kind: str
    risk_grade: str
    description: str
    measure: str
    leader: str
    limit_on: date
    found_at: datetime
    task_ref: str
    state: str
    workflow_version_id: int
    light: str
    found_in_ref: str
    found_in_version_id: int
    stage: str
    origin: str
    visit_ref: str | None


def sum_problems(session: Session, viewer: Viewer, campaign: CampaignRow, *, now: datetime) -> tuple[UnitSum, ...]:
    """Return the problems of each unit that has found any, in protocol order."""
    rows = session.execute(BY_UNIT, {**scope(viewer), "ref": campaign.ref, "now": now}).mappings()
    return tuple(UnitSum(**row) for row in rows)


def add_up(sums: tuple[UnitSum, ...]) -> UnitSum:
    """Return the ledger's footer."""
    figures = ("found", "with_unit", "reported", "rechecking", "closed", "withdrawn", "late")
    return UnitSum("", "合计", **{name: sum(getattr(row, name) for row in sums) for name in figures})


def find_problems(
    session: Session, viewer: Viewer, campaign: CampaignRow, *, unit: str | None, stage: str | None, origin: str | None, now: datetime,
    calendar: WorkingCalendar, page: int, size: int,
) -> Page[ProblemRow]:  # fmt: skip
    """Return the problems in the order in which they were found."""
    given = {
        **scope(viewer), **light_moment(now, calendar), "ref": campaign.ref, "unit": unit,
        "stage": stage if stage in STAGES else None, "origin": origin,
    }  # fmt: skip
    return fetch_page(session, PROBLEMS, ProblemRow, number=page, size=size, given=given, drop=("problem_id",))
