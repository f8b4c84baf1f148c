"""Small values that every floor speaks of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from enum import StrEnum
from typing import Any, NewType

Ref = NewType("Ref", str)

#: China has one zone and no summer time since 1991, so a fixed offset is exact and needs no zone files.
SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")


def local_date(moment: datetime) -> date:
    """Return the Shanghai date of an aware moment."""
    check_aware(moment)
    return moment.astimezone(SHANGHAI).date()


def check_aware(moment: datetime) -> datetime:
    """Return `moment`; raise ValueError when it has no zone, before it can be misread anywhere."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment!r} has no time zone; moments are aware UTC")
    return moment


class Role(StrEnum):
    """What a post lets its holder do (DESIGN.md §2 post; DOMAIN.md §7)."""

    OFFICE = "office"
    SUPERVISOR = "supervisor"
    LEADER = "leader"
    AREA_LEADER = "area_leader"
    HEAD = "head"
    LIAISON = "liaison"
    SYSTEM_ADMIN = "system_admin"
    SECURITY_ADMIN = "security_admin"
    AUDIT_ADMIN = "audit_admin"


ROLE_TITLES = {
    Role.OFFICE: "领导小组办公室", Role.SUPERVISOR: "督导员", Role.LEADER: "领导小组领导", Role.AREA_LEADER: "包片领导",
    Role.HEAD: "单位负责人", Role.LIAISON: "联络员", Role.SYSTEM_ADMIN: "系统管理员",
    Role.SECURITY_ADMIN: "安全管理员", Role.AUDIT_ADMIN: "审计管理员",
}  # fmt: skip

#: Nobody holds two of these, nor one of these beside a business post (三员分立, DOMAIN.md §6).
ADMIN_ROLES = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN})


@dataclass(frozen=True)
class Post:
    """One person holding one role at one unit; `campaign_id` None means for every campaign of the office."""

    id: int
    person_id: int
    unit_id: int
    role: Role
    campaign_id: int | None = None


@dataclass(frozen=True)
class Actor:
    """Who is acting: the person, and every post the person holds today. Permissions look at posts."""

    person_id: int
    account_id: int | None
    posts: tuple[Post, ...]

    def holds(self, role: Role, *, campaign_id: int | None = None) -> bool:
        """Tell whether the person holds `role`, for `campaign_id` when one is given."""
        return any(p.role is role and (p.campaign_id in (None, campaign_id) or campaign_id is None) for p in self.posts)


class WaitsFor(StrEnum):
    """Whose move it is in a state."""

    UNIT = "unit"
    SUPERVISOR = "supervisor"
    OFFICE = "office"
    LEADER = "leader"
    NOBODY = "nobody"


WAITS_FOR_TITLES = {
    WaitsFor.UNIT: "等单位办理", WaitsFor.SUPERVISOR: "等督导组处理", WaitsFor.OFFICE: "等办公室处理",
    WaitsFor.LEADER: "等领导审定", WaitsFor.NOBODY: "无需办理",
}  # fmt: skip


class DueClass(StrEnum):
    """How firm a due moment is (DESIGN.md §3.9)."""

    FIXED = "fixed"  # typed or printed: never moves
    TOLD = "told"  # computed and sent: later only, with event and message
    COMPUTED = "computed"  # moves freely


#: Codes that a severity prints as unless the campaign says otherwise. 1 is mildest.
SEVERITY_TITLES = {1: "提醒", 2: "催办", 3: "督导", 4: "约谈", 5: "挂牌"}


#: Colours that a campaign may give to a severity or a card. They are no shared language, 蓝 warns here and praises there
#: (DOMAIN.md §1.3), so a colour always stands beside the word that it repeats.
COLOURS = ("red", "orange", "yellow", "blue", "green", "grey")


def severity_colour(severity: int, settings: Mapping[str, Any]) -> str:
    """Return the colour that a campaign's stored settings give a severity; empty = none."""
    return str(settings.get("severity_colours", {}).get(str(severity), ""))


def severity_title(severity: int, titles: Mapping[str, str] | None = None) -> str:
    """Return the campaign's word for a severity."""
    return (titles or {}).get(str(severity)) or SEVERITY_TITLES.get(severity, str(severity))
