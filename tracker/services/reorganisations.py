"""Acts on units: rename (and move under another parent), merge, split. Each with its date, reason and change set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from tracker.domain.errors import FieldProblem, InvalidInput, NotFound, StaleVersion
from tracker.domain.permissions import Action, Viewer
from tracker.domain.reorganising import (
    LONGEST_REASON,
    ChangeSet,
    NewUnit,
    lies_below,
    reasons_against_merging,
    reasons_against_splitting,
    why_day_unfit,
    why_name_taken,
    why_names_unfit,
)
from tracker.domain.roster.cells import Unfit, read_code
from tracker.domain.roster.present import PresentUnit
from tracker.domain.roster.short_names import propose_short_name
from tracker.domain.values import local_date
from tracker.persistence.repositories.events import NewEvent
from tracker.persistence.unit_of_work import UnitOfWork
from tracker.services.administration import Administration, administration_of
from tracker.services.context import Floor
from tracker.services.handing_over import HandOver, end_posts, hand_over
from tracker.services.recording import event

STALE = "预览之后任务或单位有了变化，没有办理。请核对下面重新列出的清单后再办。"
NO_UNIT = "没有这个单位，或者您无权办理。"


@dataclass(frozen=True)
class Act:
    """What every act needs: the day from which it counts, and why."""

    on: date
    reason: str


class ReorganisationService:
    """Renames, merges and splits units. `viewer` None is the operator at the command line."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor

    # -- rename

    def rename(
        self, viewer: Viewer | None, unit_id: int, *, name: str, short_name: str, parent_id: int | None, act: Act,
        known_name: str,
    ) -> None:  # fmt: skip
        """Give a unit another name, short name or parent from a day on; the row before it is closed.

        `known_name` is the name that the page showed: raises StaleVersion when it is no longer so, InvalidInput with
        a sentence a field, NotFound for a unit of another administration.
        """
        with self._floor.uows() as uow:
            administration, units, unit = self._unit(uow, viewer, unit_id, acts=True)
            self._check_act(act)
            if unit.name != known_name:
                raise StaleVersion(f"单位已有人改名为“{unit.name}”，没有办理。请核对后再办。")
            by_id = {one.id: one for one in units.values()}
            parent = by_id.get(parent_id) if parent_id is not None else None
            name, short_name = name.strip(), short_name.strip() or propose_short_name(name.strip())
            problems = why_names_unfit(name, short_name)
            parent_key = parent.key if parent else None
            if parent_id is not None and (parent is None or parent.ended_on or not administration.reaches(parent_id)):
                problems.append(FieldProblem("parent", "没有这个上级单位。请重新选择。"))
            elif parent is not None and lies_below(units, parent.key, unit.key):
                problems.append(FieldProblem("parent", "上级不能是它自己或它下面的单位。请重新选择。"))
            elif parent_key is None and unit.parent_key is not None and administration.unit_ids is not None:
                problems.append(FieldProblem("parent", "请选择上级单位。"))
            if taken := why_name_taken(units, name, parent_key, but=unit.key):
                problems.append(FieldProblem("name", taken))
            if (name, short_name, parent_key) == (unit.name, unit.short_name, unit.parent_key):
                problems.append(FieldProblem("name", "名称、简称和上级都没有变。"))
            began = uow.units.name_since(unit.id)
            if act.on < began:
                problems.append(FieldProblem("on", f"现在的名称从{began}起，日期不能更早。"))
            if problems:
                raise InvalidInput(problems)
            row = {
                "unit_id": unit.id, "name": name, "short_name": short_name, "parent_id": parent.id if parent else None,
                "position": unit.position,
            }  # fmt: skip
            uow.roster.name_units([row], today=act.on)
            payload = {
                "from": {"name": unit.name, "short_name": unit.short_name, "parent": unit.parent_key},
                "to": {"name": name, "short_name": short_name, "parent": parent_key}, "on": act.on, "reason": act.reason,
            }  # fmt: skip
            now = self._floor.clock.now()
            uow.events.append([event(("unit", unit.id), "unit.renamed", payload, at=now, by=administration.by)])
            uow.commit()

    # -- merge

    def plan_merge(self, viewer: Viewer | None, source_ids: Sequence[int], target_id: int) -> ChangeSet:
        """Return what merging units into another would do, and what stands against it; changes nothing."""
        with self._floor.uows() as uow:
            _, units, target = self._unit(uow, viewer, target_id, acts=False)
            return self._merge_plan(uow, viewer, units, source_ids, target, lock=False)

    def merge(
        self, viewer: Viewer | None, source_ids: Sequence[int], target_id: int, *, act: Act, digest: str
    ) -> ChangeSet:
        """Merge units into another, as the change set of this `digest` showed.

        Open tasks with their papers and problems go to the successor and both sides are told; posts of the old
        units end; sets replace the member; units below hang under the successor; names and finished work stay.
        """
        now = self._floor.clock.now()
        with self._floor.uows() as uow:
            administration, units, target = self._unit(uow, viewer, target_id, acts=True)
            self._check_act(act)
            plan = self._merge_plan(uow, viewer, units, source_ids, target, lock=True)
            _check_plan(plan, digest)
            ids = [unit.id for unit in plan.sources]
            over = HandOver(act.on, act.reason, "merge", administration.by, now)
            events = hand_over(uow, plan.tasks, {task.id: target.id for task in plan.tasks}, over)
            events += end_posts(uow, ids, over)
            uow.reorganising.move_duties(ids, [target.id])
            uow.reorganising.replace_in_sets(ids, [target.id], leave=True)
            events += self._hang_children_under(uow, ids, target, over)
            uow.reorganising.end_units(ids, on=act.on, successor_id=target.id)
            uow.reorganising.add_successions(
                [(unit_id, target.id) for unit_id in ids], kind="merge", on=act.on, reason=act.reason, now=now
            )
            payload = {"into": target.id, "on": act.on, "reason": act.reason, "tasks": len(plan.tasks)}
            events += [event(("unit", one), "unit.merged", payload, at=now, by=administration.by) for one in ids]
            taken = {"units": ids, "on": act.on, "reason": act.reason, "tasks": len(plan.tasks)}
            events.append(event(("unit", target.id), "unit.took_over", taken, at=now, by=administration.by))
            uow.events.append(events)
            self._floor.ring_deliveries(uow)
            uow.commit()
            return plan

    def _merge_plan(
        self, uow: UnitOfWork, viewer: Viewer | None, units: Mapping[str, PresentUnit], source_ids: Sequence[int],
        target: PresentUnit, *, lock: bool,
    ) -> ChangeSet:  # fmt: skip
        administration = administration_of(uow, viewer, Action.MANAGE_UNITS)
        by_id = {unit.id: unit for unit in units.values()}
        sources = tuple(by_id[one] for one in dict.fromkeys(source_ids) if one in by_id)
        if len(sources) != len(set(source_ids)) or not all(administration.reaches(unit.id) for unit in sources):
            raise NotFound(NO_UNIT)
        ids = [unit.id for unit in sources]
        blocking = reasons_against_merging(sources, target, units=units, office_keys=self._office_keys(uow, units))
        return ChangeSet(
            sources, uow.reorganising.open_tasks(ids, lock=lock),
            len(uow.reorganising.posts_from(ids, local_date(self._floor.clock.now()))),
            tuple(child.name for child in uow.reorganising.children_of(ids)), uow.reorganising.sets_of(ids), target,
            tuple(blocking), tuple(uow.reorganising.double_drafts([*ids, target.id])),
        )  # fmt: skip

    def _hang_children_under(
        self, uow: UnitOfWork, ids: Sequence[int], target: PresentUnit, over: HandOver
    ) -> list[NewEvent]:
        children = [child for child in uow.reorganising.children_of(ids) if child.unit_id not in ids]
        today = local_date(over.now)
        uow.roster.name_units([
            {
                "unit_id": child.unit_id, "name": child.name, "short_name": child.short_name, "parent_id": target.id,
                "position": child.position,
            }
            for child in children
        ], today=today)  # fmt: skip
        return [
            event(
                ("unit", child.unit_id), "unit.moved", {"parent": target.id, "valid_from": today, "reason": over.reason},
                at=over.now, by=over.by,
            )
            for child in children
        ]  # fmt: skip

    # -- split

    def plan_split(self, viewer: Viewer | None, unit_id: int, *, ends: bool) -> ChangeSet:
        """Return what splitting a unit would do, and what stands against it; changes nothing."""
        with self._floor.uows() as uow:
            _, units, unit = self._unit(uow, viewer, unit_id, acts=False)
            return self._split_plan(uow, units, unit, ends=ends, lock=False)

    def split(
        self, viewer: Viewer | None, unit_id: int, *, new: Sequence[NewUnit], ends: bool,
        tasks: Mapping[int, str], act: Act, digest: str,
    ) -> tuple[int, ...]:  # fmt: skip
        """Make new units out of one, and return their ids; `ends` = the old one does not go on.

        `tasks` gives each open task (by id) to one of the new units by its code; where the old unit goes on, what
        is not named stays with it. Raises InvalidInput with a sentence a field, StaleVersion, NotFound.
        """
        now = self._floor.clock.now()
        with self._floor.uows() as uow:
            administration, units, unit = self._unit(uow, viewer, unit_id, acts=True)
            self._check_act(act)
            plan = self._split_plan(uow, units, unit, ends=ends, lock=True)
            _check_plan(plan, digest)
            _check_new_units(units, unit, new)
            _check_given(plan, new, tasks, ends=ends)
            ids = self._add_units(uow, units, unit, new, act)
            over = HandOver(act.on, act.reason, "split", administration.by, now)
            moves = {task.id: ids[tasks[task.id]] for task in plan.tasks if tasks.get(task.id)}
            events = [
                event(
                    ("unit", ids[one.key]), "unit.created",
                    {"key": one.key, "name": one.name, "split_from": unit.id, "on": act.on, "reason": act.reason},
                    at=now, by=administration.by,
                )
                for one in new
            ]  # fmt: skip
            events += hand_over(uow, plan.tasks, moves, over)
            successors = list(ids.values())
            uow.reorganising.replace_in_sets([unit.id], successors, leave=ends)
            if ends:
                events += end_posts(uow, [unit.id], over)
                uow.reorganising.move_duties([unit.id], successors)
                uow.reorganising.end_units([unit.id], on=act.on, successor_id=successors[0] if len(new) == 1 else None)
            uow.reorganising.add_successions(
                [(unit.id, successor) for successor in successors], kind="split", on=act.on, reason=act.reason, now=now
            )
            payload = {"into": successors, "ends": ends, "on": act.on, "reason": act.reason, "tasks": len(moves)}
            events.append(event(("unit", unit.id), "unit.split", payload, at=now, by=administration.by))
            uow.events.append(events)
            self._floor.ring_deliveries(uow)
            uow.commit()
            return tuple(successors)

    def _split_plan(
        self, uow: UnitOfWork, units: Mapping[str, PresentUnit], unit: PresentUnit, *, ends: bool, lock: bool
    ) -> ChangeSet:
        children = tuple(child.name for child in uow.reorganising.children_of([unit.id]))
        blocking = reasons_against_splitting(
            unit, ends=ends, children=children, office_keys=self._office_keys(uow, units)
        )
        posts = uow.reorganising.posts_from([unit.id], local_date(self._floor.clock.now())) if ends else []
        return ChangeSet(
            (unit,), uow.reorganising.open_tasks([unit.id], lock=lock), len(posts), children,
            uow.reorganising.sets_of([unit.id]), None, tuple(blocking),
        )  # fmt: skip

    def _add_units(
        self, uow: UnitOfWork, units: Mapping[str, PresentUnit], unit: PresentUnit, new: Sequence[NewUnit], act: Act
    ) -> dict[str, int]:
        ids = dict(zip([one.key for one in new], uow.roster.new_ids("unit", len(new)), strict=True))
        parent_id = units[unit.parent_key].id if unit.parent_key else None
        now = self._floor.clock.now()
        uow.roster.add_units(
            [{"id": ids[one.key], "key": one.key, "kind": unit.kind, "level": unit.level} for one in new], now=now
        )
        uow.roster.name_units([
            {
                "unit_id": ids[one.key], "name": one.name, "short_name": one.short_name or propose_short_name(one.name),
                "parent_id": parent_id, "position": unit.position,
            }
            for one in new
        ], today=act.on)  # fmt: skip
        return ids

    # -- parts

    def _unit(
        self, uow: UnitOfWork, viewer: Viewer | None, unit_id: int, *, acts: bool
    ) -> tuple[Administration, dict[str, PresentUnit], PresentUnit]:
        administration = administration_of(uow, viewer, Action.MANAGE_UNITS)
        if acts:
            uow.roster.lock()
        units = uow.roster.units()
        unit = next((one for one in units.values() if one.id == unit_id), None)
        if unit is None or not administration.reaches(unit_id):
            raise NotFound(NO_UNIT)
        return administration, units, unit

    def _check_act(self, act: Act) -> None:
        problems = []
        if why := why_day_unfit(act.on, local_date(self._floor.clock.now())):
            problems.append(FieldProblem("on", why))
        if not act.reason.strip():
            problems.append(FieldProblem("reason", "请填写依据和理由，例如批复的文号。"))
        elif len(act.reason) > LONGEST_REASON:
            problems.append(FieldProblem("reason", f"理由最多{LONGEST_REASON}个字，请精简。"))
        if problems:
            raise InvalidInput(problems)

    def _office_keys(self, uow: UnitOfWork, units: Mapping[str, PresentUnit]) -> frozenset[str]:
        offices = {office.unit_id for office in uow.units.find_offices()}
        return frozenset(unit.key for unit in units.values() if unit.id in offices)


def _check_plan(plan: ChangeSet, digest: str) -> None:
    if plan.blocking:
        raise InvalidInput([FieldProblem("units", sentence) for sentence in plan.blocking], "现在不能办理。")
    if plan.digest() != digest:
        raise StaleVersion(STALE)


def _check_new_units(units: Mapping[str, PresentUnit], unit: PresentUnit, new: Sequence[NewUnit]) -> None:
    problems = []
    if not new:
        problems.append(FieldProblem("new", "请至少写一个新单位。"))
    seen: set[str] = set()
    names: set[str] = set()
    for number, one in enumerate(new):
        try:
            read_code(one.key)
        except Unfit as unfit:
            problems.append(FieldProblem(f"key{number}", str(unfit)))
        if one.key in units or one.key in seen:
            problems.append(FieldProblem(f"key{number}", f"编码 {one.key} 已有单位使用。请换一个。"))
        seen.add(one.key)
        for problem in why_names_unfit(one.name, one.short_name):
            problems.append(FieldProblem(f"{problem.field}{number}", problem.sentence))
        taken = why_name_taken(units, one.name, unit.parent_key)
        if taken or one.name in names:
            problems.append(FieldProblem(f"name{number}", taken or f"“{one.name}”写了两次。请改名。"))
        names.add(one.name)
    if problems:
        raise InvalidInput(problems)


def _check_given(plan: ChangeSet, new: Sequence[NewUnit], tasks: Mapping[int, str], *, ends: bool) -> None:
    keys = {one.key for one in new}
    problems = []
    for task in plan.tasks:
        key = tasks.get(task.id, "")
        if (not key and ends) or (key and key not in keys):
            problems.append(FieldProblem(f"task{task.id}", f"请指定“{task.title}”（{task.ref}）由哪个新单位接办。"))
    if problems:
        raise InvalidInput(problems)
