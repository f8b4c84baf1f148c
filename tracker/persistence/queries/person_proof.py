"""What one person was told in a time, by which ways, and what became of it.

Office and supervisors see what was told for their campaigns; the system administrator sees every row and no content.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from tracker.domain.errors import NotFound
from tracker.domain.messages import KINDS
from tracker.domain.permissions import Viewer
from tracker.domain.values import Role
from tracker.persistence.queries.paging import Page, fetch_page
from tracker.persistence.queries.patterns import like
from tracker.persistence.queries.proof import ProofWay
from tracker.persistence.queries.visibility import OFFICE_SEES, scope

SEEING = frozenset({Role.OFFICE, Role.SUPERVISOR})
MOST_FOUND = 30

_OURS = f"coalesce({OFFICE_SEES}, false)"
_TOLD = """told t LEFT JOIN campaign c ON c.id = t.campaign_id LEFT JOIN office o ON o.id = c.office_id"""
_SEEN = f"(CAST(:all AS boolean) OR {_OURS})"
_UNITS = """(SELECT string_agg(DISTINCT un.name, '、') FROM post q
        JOIN unit_name un ON un.unit_id = q.unit_id AND un.valid_to IS NULL WHERE q.person_id = p.id)"""

PEOPLE = text(f"""
    SELECT p.id, p.name, p.left_on, {_UNITS} AS units FROM person p
    WHERE p.name LIKE :sought AND EXISTS (SELECT FROM {_TOLD} WHERE t.person_id = p.id AND {_SEEN})
    ORDER BY p.name, p.id LIMIT {MOST_FOUND}""")

PERSON = text(f"""
    SELECT p.id, p.name, p.left_on, {_UNITS} AS units FROM person p
    WHERE p.id = :person AND EXISTS (SELECT FROM {_TOLD} WHERE t.person_id = p.id AND {_SEEN})""")

_COLUMNS = f"""t.id, t.message, t.facts ->> 'title' AS title, t.created_at, t.read_at, c.title AS campaign,
        k.ref AS task_ref, n.ref AS notice_ref, {_OURS} AS ours"""
_ROWS = f"""{_TOLD} LEFT JOIN notice n ON n.id = t.notice_id LEFT JOIN task k ON k.id = coalesce(t.task_id, n.task_id)
    WHERE t.person_id = :person AND t.created_at >= :since AND t.created_at < :until AND {_SEEN}"""

TOLD = text(f"""
    SELECT {_COLUMNS}, count(*) OVER () AS total FROM {_ROWS} ORDER BY t.id DESC LIMIT :limit OFFSET :offset""")
OLDER = text(f"""
    SELECT {_COLUMNS} FROM {_ROWS} AND t.id < :before ORDER BY t.id DESC LIMIT :limit""")

WAYS = text("""
    SELECT i.told_id, d.ref, d.channel, d.status, d.submitted_at, d.accepted_at, d.delivered_at, d.provider_id, d.code,
        d.attempts - d.put_down AS submissions, coalesce(i.cancelled_reason,
            CASE WHEN d.status IN ('gathered', 'failed', 'unknown', 'cancelled') THEN d.reason END, '') AS why,
        ARRAY(SELECT r.code || ' ' || r.sentence || ' ' || to_char(r.received_at AT TIME ZONE 'Asia/Shanghai',
            'YYYY-MM-DD HH24:MI') FROM receipt r WHERE r.delivery_id = d.id ORDER BY r.id) AS receipts
    FROM delivery_item i JOIN delivery d ON d.id = i.delivery_id
    WHERE i.told_id = ANY(CAST(:told AS bigint[])) AND d.person_id IS NOT NULL ORDER BY d.id""")


@dataclass(frozen=True, slots=True)
class PersonTold:
    """Whom it is about."""

    id: int
    name: str
    left_on: date | None
    units: str | None


@dataclass(frozen=True, slots=True)
class PersonWay(ProofWay):
    """One way out of the house, with the provider's code, its receipts, and how often it was handed over."""

    code: str
    submissions: int
    receipts: Sequence[str]


@dataclass(frozen=True, slots=True)
class ToldRow:
    """One told thing; `ours` = the viewer may read what it is about."""

    id: int
    message: str
    title: str | None
    created_at: datetime
    read_at: datetime | None
    campaign: str | None
    task_ref: str | None
    notice_ref: str | None
    ours: bool

    @property
    def kind_title(self) -> str:
        """Return what kind of message it is, to whoever may know."""
        return KINDS[self.message].title if self.ours else "（内容不显示）"


@dataclass(frozen=True, slots=True)
class Window:
    """From `since` on, before `until`."""

    since: datetime
    until: datetime


def find_told_people(session: Session, viewer: Viewer, sought: str) -> list[PersonTold]:
    """Return people whose name contains `sought` and who were told something that the viewer may see."""
    return [PersonTold(*row) for row in session.execute(PEOPLE, {**_cut(viewer), "sought": like(sought)})]


def get_told_person(session: Session, viewer: Viewer, person_id: int) -> PersonTold:
    """Return one of them; raises NotFound."""
    row = session.execute(PERSON, {**_cut(viewer), "person": person_id}).one_or_none()
    if row is None:
        raise NotFound("没有这个人员的告知记录，或者您无权查看。")
    return PersonTold(*row)


def find_told(
    session: Session, viewer: Viewer, person_id: int, window: Window, *, page: int, size: int
) -> tuple[Page[ToldRow], Mapping[int, Sequence[PersonWay]]]:
    """Return what a person was told, newest first, and the ways of each by its id."""
    given = {**_cut(viewer), "person": person_id, "since": window.since, "until": window.until}
    found = fetch_page(session, TOLD, ToldRow, number=page, size=size, given=given)
    return found, _ways(session, found.rows)


def find_told_before(
    session: Session, viewer: Viewer, person_id: int, window: Window, *, before: int, size: int
) -> tuple[Sequence[ToldRow], Mapping[int, Sequence[PersonWay]]]:
    """Return the newest `size` of what a person was told under ids smaller than `before`, and the ways of each."""
    given = {**_cut(viewer), "person": person_id, "since": window.since, "until": window.until}
    rows = [ToldRow(**row) for row in session.execute(OLDER, {**given, "before": before, "limit": size}).mappings()]
    return rows, _ways(session, rows)


def _ways(session: Session, rows: Sequence[ToldRow]) -> Mapping[int, Sequence[PersonWay]]:
    ways: dict[int, list[PersonWay]] = {row.id: [] for row in rows}
    for row in session.execute(WAYS, {"told": list(ways)}).mappings():
        ways[row["told_id"]].append(PersonWay(**{name: value for name, value in row.items() if name != "told_id"}))
    return ways


def _cut(viewer: Viewer) -> dict[str, Any]:
    return {**scope(viewer, office_roles=SEEING), "all": Role.SYSTEM_ADMIN in viewer.roles()}
