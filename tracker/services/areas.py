"""Areas of a campaign: which person covers which units under which label, and who is its first responsible person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from tracker.domain.addressing import FIRST_RESPONSIBLE_ROLES
from tracker.domain.errors import FieldProblem, InvalidInput, NotAllowed, NotFound, StaleVersion
from tracker.domain.permissions import Action, Place, Viewer, may
from tracker.domain.posts import why_post_clashes
from tracker.domain.values import Role, local_date
from tracker.persistence.models import Campaign
from tracker.persistence.queries.areas import area_units, find_candidates
from tracker.persistence.unit_of_work import UnitOfWork
from tracker.services.context import Floor
from tracker.services.person_events import person_event
from tracker.services.recording import Doer, doer_at, event

LONGEST_LABEL = 20
OWN = "不能变动自己的岗位。请由另一位办公室人员办理。"


class AreaService:
    """Keeps the areas of a campaign; for its office only."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor

    def assign(self, viewer: Viewer, campaign_ref: str, *, person: str, unit_ids: Sequence[int], label: str) -> int:
        """Let a person (by name) cover units for this campaign under a label; return how many are new.

        Units that the person covers already get the new label. Raises InvalidInput at `person`, `units` or `label`.
        """
        now = self._floor.clock.now()
        today = local_date(now)
        with self._floor.uows() as uow:
            campaign, by, within = self._campaign(uow, viewer, campaign_ref)
            problems = []
            known = {unit.id: unit for unit in area_units(uow.session, campaign.id, today=today)}
            if not unit_ids or not set(unit_ids) <= known.keys():
                problems.append(FieldProblem("units", "请选择本专项行动的单位。"))
            if len(label) > LONGEST_LABEL:
                problems.append(FieldProblem("label", f"称谓最多{LONGEST_LABEL}个字。"))
            found = find_candidates(uow.session, within=within, today=today, name=person) if person else []
            if len(found) != 1:
                hint = f"有{len(found)}位“{person}”，请先在人员页给其中一位改用带区别的姓名。" if found else (
                    f"没有叫“{person}”的在岗人员。请核对姓名，或先登记岗位。" if person else "请填写姓名。"
                )  # fmt: skip
                problems.append(FieldProblem("person", hint))
            if problems:
                raise InvalidInput(problems)
            person_id = found[0].id
            if person_id == viewer.person_id:
                raise NotAllowed(OWN)
            uow.accounts.lock_person(person_id)
            held = uow.accounts.posts_from(person_id, today)
            if (clash := why_post_clashes(Role.AREA_LEADER, [Role(post.role) for post in held])) is not None:
                raise InvalidInput([FieldProblem("person", clash)])
            added = self._write(uow, campaign, by, person_id, list(dict.fromkeys(unit_ids)), label)
            uow.commit()
            return added

    def end(self, viewer: Viewer, campaign_ref: str, post_id: int) -> None:
        """End one person's cover of one unit; yesterday was its last day. Posts for every campaign stay."""
        now = self._floor.clock.now()
        with self._floor.uows() as uow:
            campaign, by, _ = self._campaign(uow, viewer, campaign_ref)
            post = uow.accounts.get_post(post_id)
            if post is None or post.role != Role.AREA_LEADER.value or post.campaign_id != campaign.id:
                raise NotFound("没有这个包片岗位，或者它不只属于本专项行动。")
            if post.person_id == viewer.person_id:
                raise NotAllowed(OWN)
            last = local_date(now) - timedelta(days=1)
            uow.accounts.set_post_end(post_id, starts_on=min(post.starts_on, last), ends_on=last)
            uow.events.append(
                [person_event(post.person_id, "post.ended", at=now, by=by.person_id, post=post_id, ends_on=last)]
            )
            uow.commit()

    def set_first_responsible(self, viewer: Viewer, campaign_ref: str, role: str, *, expected_version: int) -> None:
        """Say which post this campaign calls 第一责任人; ladders that address it follow from the next rung on."""
        now = self._floor.clock.now()
        if role not in FIRST_RESPONSIBLE_ROLES:
            raise InvalidInput([FieldProblem("role", "请选择由哪个岗位任第一责任人。")])
        with self._floor.uows() as uow:
            campaign, by, _ = self._campaign(uow, viewer, campaign_ref, lock=True)
            if campaign.version != expected_version:
                raise StaleVersion("已有人先改了本专项行动的设置。请核对后再改。")
            before = campaign.settings.get("first_responsible", "head")
            if before != role:
                campaign.settings = {**campaign.settings, "first_responsible": role}
                campaign.version += 1
                payload = {"first_responsible": {"from": before, "to": role}}
                uow.events.append(
                    [event(("campaign", campaign.id), "campaign.settings_changed", payload, at=now, by=by)]
                )
            uow.commit()

    def _write(
        self, uow: UnitOfWork, campaign: Campaign, by: Doer, person_id: int, unit_ids: list[int], label: str
    ) -> int:
        now = self._floor.clock.now()
        today = local_date(now)
        role = Role.AREA_LEADER.value
        covered = {
            post.unit_id: post
            for post in uow.accounts.posts_from(person_id, today)
            if (post.role, post.campaign_id) == (role, campaign.id)
        }
        events = []
        new = [unit_id for unit_id in unit_ids if unit_id not in covered]
        ids = uow.roster.new_ids("post", len(new))
        rows = [
            {
                "id": post_id, "person_id": person_id, "unit_id": unit_id, "role": role, "title": label,
                "campaign_id": campaign.id, "starts_on": today, "ends_on": None,
            }
            for unit_id, post_id in zip(new, ids, strict=True)
        ]  # fmt: skip
        uow.roster.add_posts(rows)
        personal = {"title": label} if label else None
        events += [
            person_event(
                person_id, "post.given", at=now, by=by.person_id, post=row["id"], unit=row["unit_id"], role=role,
                campaign=campaign.id, starts_on=today, personal=personal,
            )
            for row in rows
        ]  # fmt: skip
        renamed = [covered[unit_id] for unit_id in unit_ids if unit_id in covered and covered[unit_id].title != label]
        uow.roster.change_posts([
            {"id": post.id, "title": label, "starts_on": post.starts_on, "ends_on": post.ends_on} for post in renamed
        ])  # fmt: skip
        events += [
            person_event(person_id, "post.changed", at=now, by=by.person_id, post=post.id, personal=personal)
            for post in renamed
        ]
        uow.events.append(events)
        return len(new)

    def _campaign(
        self, uow: UnitOfWork, viewer: Viewer, ref: str, *, lock: bool = False
    ) -> tuple[Campaign, Doer, frozenset[int]]:
        """Return the campaign, who acts, and the units of the office's administration; raises NotFound."""
        campaign = uow.campaigns.lock_by_ref(ref) if lock else uow.campaigns.get_by_ref(ref)
        office = uow.tasks.office_of(campaign.id)
        place = Place(office.unit_id, campaign.id, None, internal=True)
        if not may(viewer, Action.MANAGE_AREAS, place):
            raise NotFound("没有这个专项行动，或者您无权办理。")
        own = uow.units.by_id([office.unit_id])[office.unit_id]
        top = own.parent_id or own.id
        return campaign, doer_at(viewer, place, Action.MANAGE_AREAS), uow.units.descendants([top])[top]
