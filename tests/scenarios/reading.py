"""What a world did, in the words of the table in expected.py; and how a difference is shown."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime

from tests.support.world import World
from tracker.domain.values import SHANGHAI

PAPERS = {"supervision_notice": "DD", "interview_notice": "YT", "rectification_notice": "ZG"}


def labels(world: World) -> dict[int, str]:
    """Return the short name of every task: p1, s1/r, DD3, DD3/r."""
    rows = world.rows(
        "SELECT t.id, t.parent_id, t.assignment_id, m.key AS measure, n.kind, n.severity FROM task t"
        " LEFT JOIN measure m ON m.id = t.measure_id LEFT JOIN notice n ON n.task_id = t.id ORDER BY t.id"
    )
    found: dict[int, str] = {}
    for row in rows:
        if row["assignment_id"] is not None:
            found[row["id"]] = row["measure"]
        elif row["kind"] is not None:
            found[row["id"]] = f"{PAPERS[row['kind']]}{row['severity']}"
        else:
            found[row["id"]] = f"{found[row['parent_id']]}/r"
    return found


def happened(world: World) -> list[str]:
    """Return everything told after the first day, raised and reported, as rows "moment | who | what"."""
    names = labels(world)
    return sorted([*_told(world, names), *_findings(world, names), *_incidents(world)])


def mailed(world: World) -> list[tuple[str, str]]:
    """Return (moment, person) of every mail that was sent."""
    return sorted((_local(at), message.address.split("@")[0]) for at, message in world.mail.sent)


def weekly(world: World) -> list[tuple[str, str]]:
    """Return (moment, person) of every word on how the week stands."""
    return [(at, who) for at, who, message in world.told() if message == "weekly_brief"]


def difference(expected: Mapping[str, str], found: Iterable[str]) -> str:
    """Return the lines by which what happened differs from the table; empty when it does not."""
    seen = Counter(found)
    lines = [f"- did not happen: {row}   ({why})" for row, why in expected.items() if not seen[row]]
    lines += [f"+ not in the table: {row}" for row in seen if row not in expected]
    lines += [f"+ happened {many} times: {row}" for row, many in seen.items() if many > 1]
    return "\n".join(sorted(lines, key=lambda line: line.split(": ", 1)[1]))


def _told(world: World, names: Mapping[int, str]) -> list[str]:
    rows = world.rows(
        "SELECT t.created_at, p.name, t.message, t.task_id, count(i.cancelled_reason) AS struck FROM told t"
        " JOIN person p ON p.id = t.person_id LEFT JOIN delivery_item i ON i.told_id = t.id"
        " WHERE t.message NOT IN ('assigned', 'weekly_brief') GROUP BY t.id, p.name ORDER BY t.id"
    )
    gathered: dict[tuple[str, str], dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        label = names[row["task_id"]] + ("†" if row["struck"] else "")
        gathered[_local(row["created_at"]), row["name"]][row["message"]].append(label)
    return [f"{moment} | {who} | {_kinds(kinds)}" for (moment, who), kinds in gathered.items()]


def _kinds(kinds: Mapping[str, list[str]]) -> str:
    return "; ".join(f"{kind} {' '.join(_counted(kinds[kind]))}" for kind in sorted(kinds))


def _counted(tasks: list[str]) -> list[str]:
    many = Counter(tasks)
    return [name if many[name] == 1 else f"{name}×{many[name]}" for name in sorted(many)]


def _findings(world: World, names: Mapping[int, str]) -> list[str]:
    rows = world.rows(
        "SELECT g.raised_at, u.key AS unit, g.task_id, n.task_id AS notice_task, i.position, f.cause"
        " FROM finding g JOIN unit u ON u.id = g.unit_id JOIN firing f ON f.id = g.firing_id"
        " JOIN notice_item i ON i.finding_id = g.id JOIN notice n ON n.id = i.notice_id ORDER BY g.id"
    )
    return [
        f"{_local(r['raised_at'])} | finding | {r['unit']} {names[r['notice_task']]}"
        f" {'new' if r['position'] == 1 else 'joins'} {names[r['task_id']]} {r['cause']}"
        for r in rows
    ]


def _incidents(world: World) -> list[str]:
    units = {str(row["id"]): row["key"] for row in world.rows("SELECT id, key FROM unit")}
    found = []
    for row in world.rows("SELECT kind, subject, first_at FROM incident ORDER BY id"):
        subject = " ".join(units.get(part, part) for part in row["subject"].removeprefix("unit:").split(":"))
        found.append(f"{_local(row['first_at'])} | incident | {row['kind']} {subject}")
    return found


def _local(moment: datetime) -> str:
    return f"{moment.astimezone(SHANGHAI):%m-%d %H:%M}"
