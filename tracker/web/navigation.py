"""What the navigation offers to whom. An entry without its page in this application is not shown."""

from __future__ import annotations

from dataclasses import dataclass

from flask import current_app, request

from tracker.domain.permissions import Action, Place, Viewer, may
from tracker.domain.values import Role
from tracker.persistence.queries.campaign_page import CampaignRow
from tracker.persistence.queries.inbox import MOST_COUNTED
from tracker.web.auth import may_somewhere
from tracker.web.requests import container, session_view

UNIT_ROLES = frozenset({Role.LIAISON, Role.HEAD, Role.AREA_LEADER})
OFFICE_ROLES = frozenset({Role.OFFICE, Role.SUPERVISOR, Role.LEADER})


@dataclass(frozen=True)
class Entry:
    """One entry of the navigation."""

    title: str
    path: str
    roles: frozenset[Role] = frozenset()
    action: Action | None = None
    everybody: bool = False


ENTRIES = (
    Entry("我的任务", "/desk", roles=UNIT_ROLES),
    Entry("问题台账", "/desk/problems", roles=UNIT_ROLES),
    Entry("我的包片", "/area", action=Action.SEE_OWN_AREA),
    Entry("要事", "/brief", action=Action.ACT_AS_LEADER),
    Entry("督导台", "/workbench", action=Action.SEE_WORKBENCH),
    Entry("专项行动", "/campaigns", action=Action.SEE_CAMPAIGN),
    Entry("台账", "/ledger", action=Action.SEE_CAMPAIGN),
    Entry("文书", "/notices", roles=UNIT_ROLES | OFFICE_ROLES),
    Entry("实地督导", "/visits", roles=frozenset({Role.LIAISON, Role.HEAD}) | OFFICE_ROLES),
    Entry("搜索", "/search", action=Action.SEE_CAMPAIGN),
    Entry("单位和人员", "/units", action=Action.SEE_UNITS),
    Entry("文书模板", "/templates", action=Action.MANAGE_TEMPLATES),
    Entry("工作日历", "/calendar", action=Action.SEE_CALENDAR),
    Entry("账号", "/admin/accounts", action=Action.SEE_ACCOUNTS),
    Entry("发件箱", "/outbox", action=Action.SEE_OUTBOX),
    Entry("告知记录", "/told", roles=frozenset({Role.SUPERVISOR})),  # others come to it from 发件箱
    Entry("异常", "/admin/incidents", action=Action.SEE_INCIDENTS),
    Entry("运行状况", "/admin/health", action=Action.SEE_HEALTH),
    Entry("记录核验", "/admin/ledger", action=Action.VERIFY_LEDGER),
    Entry("帮助", "/help", everybody=True),
)
HOMES = (
    (frozenset({Role.SUPERVISOR, Role.OFFICE}), "/workbench"),
    (frozenset({Role.LEADER}), "/brief"),
    (UNIT_ROLES, "/desk"),
    (frozenset({Role.SECURITY_ADMIN}), "/admin/accounts"),
    (frozenset({Role.AUDIT_ADMIN}), "/admin/ledger"),
    (frozenset({Role.SYSTEM_ADMIN}), "/admin/incidents"),
)


def home_of(viewer: Viewer) -> str:
    """Return the page on which a person begins the day."""
    held = viewer.roles()
    paths = _known_paths()
    return next((path for roles, path in HOMES if held & roles and path in paths), "/account/password")


def entries_for(viewer: Viewer) -> list[tuple[str, str, bool]]:
    """Return title, path and whether it is the present page, for each entry that the person may open."""
    held, paths = viewer.roles(), _known_paths()
    shown = [
        entry for entry in ENTRIES
        if entry.path in paths
        and (entry.everybody or held & entry.roles or (entry.action is not None and may_somewhere(viewer, entry.action)))
    ]  # fmt: skip
    present = max((e.path for e in shown if _is_inside(request.path, e.path)), key=len, default="")
    return [(entry.title, entry.path, entry.path == present) for entry in shown]


def page_values() -> dict[str, object]:
    """Return what the layout needs on every page."""
    who = session_view()
    return {
        "signed_in": who,
        "navigation": entries_for(who.viewer) if who is not None and not who.must_change else [],
        "known_paths": _known_paths,
        "may_keep_areas": _may_keep_areas,
        "unread": _unread(),
        "sample": container().sample.status() if who is not None and _is_sample() else None,
    }


def _may_keep_areas(campaign: CampaignRow) -> bool:
    """Tell whether the viewer keeps the areas of a campaign: an entry that leads nowhere is not shown."""
    who = session_view()
    place = Place(campaign.office_unit_id, campaign.id, None, internal=True)
    return who is not None and may(who.viewer, Action.MANAGE_AREAS, place)


def _unread() -> str:
    """Return the number beside 消息, empty when there is none."""
    who = session_view()
    count = container().inboxes.count_unread(who.viewer) if who is not None and not who.must_change else 0
    return "" if not count else f"{MOST_COUNTED}+" if count > MOST_COUNTED else str(count)


def _is_sample() -> bool:
    return "sample" in current_app.blueprints


def _known_paths() -> frozenset[str]:
    return frozenset(rule.rule.rstrip("/") for rule in current_app.url_map.iter_rules())


def _is_inside(path: str, area: str) -> bool:
    return path == area or path.startswith(f"{area}/")
