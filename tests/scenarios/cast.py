"""What people of the scenario do, in one word each, with the forms that the steps need."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tests.scenarios.campaign import VILLAGES
from tests.scenarios.reading import labels
from tests.support.world import World

CLEAN_SURVEY: dict[str, object] = {
    "category": "rental", "should_check": "80", "should_check.as_of": "2026-03-01", "checked": "80",
}  # fmt: skip
PROBLEM: dict[str, object] = {
    "problems.0.place": "二组出租屋", "problems.0.kind": "not_registered", "problems.0.risk_grade": "medium",
    "problems.0.description": "三户没有登记", "problems.0.measure": "补登记", "problems.0.leader": "村主任",
    "problems.0.limit_on": "2026-04-05",
}  # fmt: skip


class Cast:
    """Acts on the tasks of a world by unit and short name."""

    def __init__(self, world: World) -> None:
        self.world = world

    def report(self, unit: str, label: str, by: str = "", **more: object) -> None:
        """Let a village report a task; a clean return of its kind, plus `more`."""
        self.world.act(by or f"clerk-{unit}", self.ref(unit, label), "report", {**self._form(label), **more})

    def accept(self, units: Sequence[str], keys: Sequence[str]) -> None:
        """Let liaisons sign for tasks."""
        for unit in units:
            for key in keys:
                self.world.act(f"clerk-{unit}", self.ref(unit, key), "accept")

    def approve(self, units: Sequence[str], keys: Sequence[str]) -> None:
        """Let the supervisor pass what was returned."""
        for unit in units:
            for key in keys:
                self.world.act("sup", self.ref(unit, key), "approve")

    def sign_off(self, unit: str, label: str) -> None:
        """Let the supervisor recheck and sign off."""
        ref = self.ref(unit, label)
        today = self.world.today.isoformat()
        self.world.act("sup", ref, "start_recheck")
        self.world.act("sup", ref, "sign_off", {"rechecked_on": today, "manner": "on_site", "opinion": "合格"})

    def fail_recheck(self, unit: str, label: str) -> None:
        """Let the supervisor find that nothing was mended."""
        self.world.act("sup", self.ref(unit, label), "start_recheck")
        self.world.act("sup", self.ref(unit, label), "fail_recheck", reason="现场没有整改")

    def look_back(self, unit: str, label: str) -> None:
        """Let the supervisor look back and find all well."""
        given = {"looked_on": self.world.today.isoformat(), "opinion": "未反弹"}
        self.world.act("sup", self.ref(unit, label), "look_back_pass", given)

    def issue_paper(self, unit: str, kind: str, day: str) -> str:
        """Take a draft to its issue, one step each half hour, the leader approving; return its ref."""
        ref = self.draft(unit, kind)
        for at, person, step in (("10:30", "sup", "seal"), ("11:00", "boss", "approve"), ("11:30", "sup", "issue")):
            self.world.move_to(day, at)
            self.world.act_on_notice(person, ref, step)
        return ref

    def reply(self, unit: str, ref: str, limit_on: str) -> None:
        """Let a village answer a paper of one item."""
        text = self.world.value(
            "SELECT i.text FROM notice_item i JOIN notice n ON n.id = i.notice_id WHERE n.ref = :ref", ref=ref
        )
        row = {"item": text, "measure": "本周补办", "leader": "村主任", "limit_on": limit_on}
        given: dict[str, object] = {"situation": "人手不足，已调整。"}
        given |= {f"items.0.{name}": value for name, value in row.items()}
        self.world.act_on_notice(f"clerk-{unit}", ref, "reply", given)

    def discard(self, unit: str, kind: str) -> None:
        """Give up a draft."""
        self.world.act_on_notice("sup", self.draft(unit, kind), "discard", reason="已办结，不再发文")

    def draft(self, unit: str, kind: str) -> str:
        """Return the ref of a village's open draft."""
        found: str = self.world.value(
            "SELECT n.ref FROM notice n JOIN unit u ON u.id = n.unit_id"
            " WHERE u.key = :unit AND n.kind = :kind AND n.gathering",
            unit=unit, kind=kind,
        )  # fmt: skip
        return found

    def extend(self, unit: str, key: str, wanted_on: str) -> None:
        """Let a liaison ask for a later date."""
        ref = self.ref(unit, key)
        self.world.container.extensions.ask(
            self.world.viewer(f"clerk-{unit}"), task_ref=ref, expected_version=self.version(ref), wanted_on=wanted_on,
            reason="数据要等上级口径", progress="已完成八成",
        )  # fmt: skip

    def decide_extension(self, unit: str, key: str, granted_on: str = "", reason: str = "") -> None:
        """Let the supervisor grant a date, or refuse."""
        ref = self.ref(unit, key)
        self.world.container.extensions.decide(
            self.world.viewer("sup"), task_ref=ref, expected_version=self.version(ref), grant=bool(granted_on),
            granted_on=granted_on, reason=reason,
        )  # fmt: skip

    def ref(self, unit: str, label: str) -> str:
        """Return the ref of a village's task by short name; the newest when several are called so."""
        names = labels(self.world)
        rows = self.world.rows(
            "SELECT t.id, t.ref FROM task t JOIN unit u ON u.id = t.unit_id WHERE u.key = :unit ORDER BY t.id DESC",
            unit=unit,
        )  # fmt: skip
        found: str = next(row["ref"] for row in rows if names[row["id"]] == label)
        return found

    def version(self, ref: str) -> int:
        """Return the present version of a task."""
        found: int = self.world.value("SELECT version FROM task WHERE ref = :ref", ref=ref)
        return found

    def _form(self, label: str) -> dict[str, Any]:
        today = self.world.today.isoformat()
        if label.endswith("/r") or label.startswith("r"):
            return {"result": "已整改到位", "done_on": today}
        if label.startswith("s"):
            return dict(CLEAN_SURVEY)
        if label.startswith("p"):
            return {
                "theme": "进村宣传", "held_on": today, "place": "村委会", "forms": ["door_to_door"], "sessions": "1",
                "people_reached": "120余", "leaflets": "300",
            }  # fmt: skip
        return {"title": "情况报告", "as_of": today, "summary": "无", "actions": "2", "problems_found": "0"}


def all_but(*left_out: str) -> list[str]:
    """Return the villages without some."""
    return [village for village in VILLAGES if village not in left_out]
