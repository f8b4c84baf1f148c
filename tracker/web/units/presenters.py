"""Changes of units and people in words: the preview of an import, and the history of a unit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tracker.domain.roster.changes import FieldChange, PostAct
from tracker.domain.roster.comparing import Comparison
from tracker.domain.roster.headings import PEOPLE, UNITS
from tracker.domain.values import ROLE_TITLES
from tracker.persistence.queries.history import HistoryEvent
from tracker.web.history import Entry, who_of

MOST_LINES = 300
POST_ACTS = {PostAct.BEGUN: "任职", PostAct.CHANGED: "变更", PostAct.ENDED: "终止"}


@dataclass(frozen=True)
class ChangeGroup:
    """Changes of one kind: how many, and the first lines (what it is about, what changes)."""

    title: str
    total: int
    lines: tuple[tuple[str, str], ...]


def present_changes(comparison: Comparison) -> list[ChangeGroup]:
    """Return the changes of an import by kind; groups without any are left out."""
    changes = comparison.changes
    new = [one for one in changes.units if one.unit_id is None]
    old = [one for one in changes.units if one.unit_id is not None]
    added = [one for one in changes.people if one.is_new]
    reached = [one for one in changes.people if not one.is_new]
    groups = [
        _group("新增单位", [(f"{one.after.name}（{one.key}）", _fields(one.fields, UNITS.title_of)) for one in new]),
        _group("变更单位", [(f"{one.after.name}（{one.key}）", _fields(one.fields, UNITS.title_of)) for one in old]),
        _group("单位集合", [(one.name, f"加入{len(one.added)}个，移出{len(one.removed)}个") for one in changes.sets]),
        _group("新增人员", [(one.name, _reach(one.phone, one.email)) for one in added]),
        _group("联系方式变更", [(one.name, _reach(one.phone, one.email)) for one in reached]),
    ]
    for act, title in POST_ACTS.items():
        groups.append(_group(f"岗位{title}", [
            (
                f"{one.person_name}：{one.unit_key} {ROLE_TITLES[one.role]}{f'（{one.title}）' if one.title else ''}",
                _fields(one.fields, PEOPLE.title_of) or f"{one.starts_on} 至 {one.ends_on or '今'}",
            )
            for one in changes.posts if one.act is act
        ]))  # fmt: skip
    return [group for group in groups if group.total]


def present_unit_history(events: Iterable[HistoryEvent]) -> tuple[Entry, ...]:
    """Return the events of a unit in words, newest first."""
    entries = [Entry(one.at, who_of(one), *_told(one.kind, one.payload)) for one in events]
    return tuple(reversed(entries))


def _told(kind: str, payload: Mapping[str, Any]) -> tuple[str, tuple[str, ...]]:
    reason = (f"理由：{payload['reason']}",) if payload.get("reason") else ()
    match kind:
        case "unit.created":
            return "建立", (f"名称：{payload.get('name')}", *reason)
        case "unit.changed":
            fields = payload.get("fields") or {}
            lines = tuple(
                f"{UNITS.title_of(name)}：{change.get('from') or '无'} → {change.get('to') or '无'}"
                for name, change in fields.items()
            )
            return "导入变更", lines
        case "unit.renamed":
            before, after = payload.get("from") or {}, payload.get("to") or {}
            lines = (f"{before.get('name')} → {after.get('name')}（自{payload.get('on')}起）",)
            if before.get("parent") != after.get("parent"):
                lines += (f"上级编码：{before.get('parent') or '无'} → {after.get('parent') or '无'}",)
            return "改名或改隶属", lines + reason
        case "unit.moved":
            return "随上级撤并改隶属", reason
        case "unit.merged":
            return "并入其他单位", (f"自{payload.get('on')}起，移交任务{payload.get('tasks')}项", *reason)
        case "unit.took_over":
            return "接收并入的单位", (f"自{payload.get('on')}起，接办任务{payload.get('tasks')}项", *reason)
        case "unit.split":
            return "分设新单位", (f"自{payload.get('on')}起，移交任务{payload.get('tasks')}项", *reason)
        case "office.created":
            return "成为专项行动的印发单位", ()
        case "unit_set.created" | "unit_set.changed":
            return f"单位集合“{payload.get('name')}”变更", ()
    return kind, reason


def _group(title: str, lines: Sequence[tuple[str, str]]) -> ChangeGroup:
    return ChangeGroup(title, len(lines), tuple(lines[:MOST_LINES]))


def _fields(fields: Sequence[FieldChange], title_of: Any) -> str:
    return "；".join(
        f"{title_of(one.field)} {one.after or '无'}" if one.before is None
        else f"{title_of(one.field)} {one.before or '无'} → {one.after or '无'}"
        for one in fields
    )  # fmt: skip


def _reach(phone: str | None, email: str | None) -> str:
    given = [word for word, there in (("手机", phone), ("邮箱", email)) if there]
    return f"登记{'、'.join(given)}" if given else "没有联系方式"
