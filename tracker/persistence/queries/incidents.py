"""Incidents: what the engine could not do by itself, for the office concerned and the system administrators."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from tracker.domain.permissions import Viewer
from tracker.domain.values import Role
from tracker.persistence.queries.paging import Page, fetch_page
from tracker.persistence.queries.visibility import OFFICE_SEES, scope

#: An office sees what concerns its campaigns; what concerns none is the system administrator's.
_SEEN = f"(CAST(:all AS boolean) OR {OFFICE_SEES})"

INCIDENTS = text(f"""
    SELECT i.id, i.kind, i.subject, i.sentence, c.title AS campaign_title, i.times, i.first_at, i.last_at,
        i.resolved_at, count(*) OVER () AS total
    FROM incident i LEFT JOIN campaign c ON c.id = i.campaign_id LEFT JOIN office o ON o.id = c.office_id
    WHERE {_SEEN} AND (i.resolved_at IS NULL) = CAST(:open AS boolean)
    ORDER BY i.last_at DESC, i.id DESC LIMIT :limit OFFSET :offset""")

KINDS = {
    "vacancy": "岗位空缺", "unjudgeable": "无法判定", "sweep_late": "巡检延误", "outage": "停机补触发", "batch_failed": "批次失败",
    "no_address": "无联系方式", "nobody": "无人可送", "no_phone": "缺手机号",
    "delivery_failed": "没有送到", "delivery_unwritable": "消息无法生成", "no_channel": "没有设置送达方式",
    "channel_away": "通道连不上", "channel_stopped": "通道已暂停", "receiver_removed": "接收方已删除",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class IncidentRow:
    """One incident; open until resolved."""

    id: int
    kind: str
    subject: str
    sentence: str
    campaign_title: str | None
    times: int
    first_at: datetime
    last_at: datetime
    resolved_at: datetime | None

    @property
    def kind_title(self) -> str:
        """Return the kind as the screen shows it."""
        return KINDS.get(self.kind, self.kind)


def find_incidents(session: Session, viewer: Viewer, *, is_open: bool, page: int, size: int) -> Page[IncidentRow]:
    """Return open or resolved incidents that the viewer may see, the latest first."""
    given = {
        **scope(viewer, office_roles=frozenset({Role.OFFICE})), "open": is_open,
        "all": Role.SYSTEM_ADMIN in viewer.roles(),
    }  # fmt: skip
    return fetch_page(session, INCIDENTS, IncidentRow, number=page, size=size, given=given)
