"""Write a campaign file down: units, sets, people, posts, the campaign, its measures and assignments.

Called inside the transaction of `CampaignService.load`; nothing here commits. What the database knows already
is used, never changed: a file that calls a known unit by another name is refused, because renaming is an act
of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from tracker.domain.campaign_file import CampaignFile, Labels, PersonEntry, UnitEntry, duties_of
from tracker.domain.deadlines import show_day
from tracker.domain.errors import FieldProblem, InvalidInput
from tracker.domain.measure_dues import due_to_plain, printed_day
from tracker.domain.ports import Cipher
from tracker.domain.posts import why_post_clashes
from tracker.domain.progress import schedule_to_plain
from tracker.domain.standing import cadence_to_plain
from tracker.domain.values import Role, local_date
from tracker.persistence.models import Campaign
from tracker.persistence.repositories.events import NewEvent
from tracker.persistence.repositories.units import OfficeRow, UnitRow
from tracker.persistence.unit_of_work import UnitOfWork
from tracker.services.recording import Doer, event
from tracker.services.required_returns import write_required_returns


@dataclass
class CampaignLoading:
    """One loading. Steps are called in order; `events` gathers what is appended at the end."""

    uow: UnitOfWork
    file: CampaignFile
    cipher: Cipher
    now: datetime
    by: Doer
    events: list[NewEvent] = field(default_factory=list)
    person_ids: dict[str, int] = field(default_factory=dict)

    @property
    def today(self) -> date:
        """Return the Shanghai date of the loading."""
        return local_date(self.now)

    def refuse_what_does_not_fit(self) -> None:
        """Raise InvalidInput with all that stands against loading this file into this database, today."""
        problems = [
            *self._already_loaded(),
            *self._past_dates(),
            *self._changed_units(),
            *self._clashing_posts(),
        ]
        if problems:
            sentence = "专项行动没有载入，什么都没有改动。请按下列各条修改文件：\n" + "\n".join(
                f"{problem.field}：{problem.sentence}" for problem in problems
            )
            raise InvalidInput(problems, sentence)

    def write(self) -> Campaign:
        """Write all of it and append the events."""
        unit_ids = self._write_units()
        office = self._write_office(unit_ids)
        sets = self._write_sets(office, unit_ids)
        campaign = self._write_campaign(office)
        duties = self._write_measures(campaign, sets)
        write_required_returns(self.uow, self.file, campaign.id, *sets)
        self._write_people(campaign, unit_ids)
        payload = {
            "ref": campaign.ref, "key": self.file.key, "file_version": self.file.version,
            "title": self.file.title, "office": office.id, "starts_on": self.file.starts_on,
            "ends_on": self.file.ends_on, "measures": len(self.file.measures), "assignments": duties,
            "settings": self.file.settings.to_plain(),
            "required_returns": [one.key for one in self.file.required_returns],
        }  # fmt: skip
        self._note(("campaign", campaign.id), "campaign.loaded", payload)
        self.uow.events.append(self.events)
        return campaign

    # -- what stands against it

    def _already_loaded(self) -> list[FieldProblem]:
        found = self.uow.campaigns.find_by_key(self.file.key)
        if found is None:
            return []
        sentence = f"“{found.title}”（{found.ref}）已用这个 key 载入过，不能重复载入；另一次行动请换一个 key。"
        return [FieldProblem("key", sentence)]

    def _past_dates(self) -> list[FieldProblem]:
        phases = {phase.key: phase for phase in self.file.phases}
        problems = []
        for measure in self.file.measures:
            printed = printed_day(measure.due, phases) if measure.due is not None else None
            if printed is not None and printed[1].on(printed[0]) <= self.now:
                sentence = (
                    f"“{measure.title}”的完成时限{show_day(printed[0])}已经过去（今天是{show_day(self.today)}），"
                    "请改成以后的日期。"
                )
                problems.append(FieldProblem(f"measures.第{measure.row}项{measure.ordinal}", sentence))
        return problems

    def _changed_units(self) -> list[FieldProblem]:
        present = self.uow.units.units_by_key()
        problems = []
        ended = self.uow.units.ended([unit.key for unit in self.file.units])
        for unit in self.file.units:
            known = present.get(unit.key)
            if unit.key in ended:
                sentence = f"编码 {unit.key} 的单位已在{show_day(ended[unit.key])}撤并，不能再用，请换一个编码。"
                problems.append(FieldProblem(f"units.{unit.name}", sentence))
            if known is not None and known.name != unit.name:
                sentence = f"编码 {unit.key} 在系统里是“{known.name}”，文件里写成“{unit.name}”，请核对编码。"
                problems.append(FieldProblem(f"units.{unit.name}", sentence))
        return problems

    def _clashing_posts(self) -> list[FieldProblem]:
        """Look at people whom the database knows: an administrator of it may not be given business here."""
        known = self.uow.units.people_by_username([p.username for p in self.file.people if p.username])
        problems = []
        for person in self.file.people:
            person_id = known.get(person.username or "")
            if person_id is None:
                continue
            held = [Role(role) for _, role, _ in self.uow.units.posts_of(person_id, self.today)]
            clashes = (why_post_clashes(post.role, held) for post in person.posts)
            problems += [FieldProblem(f"people.{person.name}", clash) for clash in clashes if clash]
        return problems

    # -- what is written

    def _write_units(self) -> dict[str, int]:
        ids = {key: unit.id for key, unit in self.uow.units.units_by_key().items()}
        new = [unit for unit in self.file.units if unit.key not in ids]
        for unit in new:
            ids[unit.key] = self.uow.units.add_unit(key=unit.key, kind=unit.kind, level=unit.level, now=self.now)
        for unit in new:
            self._name_unit(unit, ids)
        self.uow.flush()
        return ids

    def _name_unit(self, unit: UnitEntry, ids: Mapping[str, int]) -> None:
        parent_id = ids[unit.parent] if unit.parent else None
        self.uow.units.add_name(
            ids[unit.key], name=unit.name, short_name=unit.short_name, parent_id=parent_id,
            position=unit.position, valid_from=self.today,
        )  # fmt: skip
        payload = {
            "key": unit.key, "name": unit.name, "short_name": unit.short_name, "kind": unit.kind,
            "level": unit.level, "parent": parent_id, "position": unit.position, "valid_from": self.today,
        }  # fmt: skip
        self._note(("unit", ids[unit.key]), "unit.created", payload)

    def _write_office(self, unit_ids: Mapping[str, int]) -> OfficeRow:
        unit_id = unit_ids[self.file.office]
        office = self.uow.units.office_of_unit(unit_id)
        if office is None:
            name = self.uow.units.by_id([unit_id])[unit_id].name
            office = self.uow.units.add_office(unit_id=unit_id, name=name, now=self.now)
            self._note(("unit", unit_id), "office.created", {"office": office.id, "name": name})
        return office

    def _write_sets(self, office: OfficeRow, unit_ids: Mapping[str, int]) -> tuple[Labels, Mapping[str, UnitRow]]:
        known = self.uow.units.set_members(office.id)
        for name, keys in self.file.unit_sets.items():
            members = [unit_ids[key] for key in keys]
            if name not in known:
                self.uow.units.add_set(office.id, name, members)
                payload = {"office": office.id, "name": name, "members": members}
                self._note(("unit", office.unit_id), "unit_set.created", payload)
            elif sorted(known[name]) != sorted(members):
                sentence = f"单位集合“{name}”在系统里已有，成员与文件不同。请删去文件里的这一条，或换一个名称。"
                raise InvalidInput([FieldProblem(f"unit_sets.{name}", sentence)], sentence)
        self.uow.flush()
        present = self.uow.units.units_by_key()
        keys_of = {unit.id: key for key, unit in present.items()}
        sets = {
            name: [keys_of[unit_id] for unit_id in members]
            for name, members in self.uow.units.set_members(office.id).items()
        }
        labels = Labels(((unit.key, unit.name, unit.short_name) for unit in present.values()), sets)
        return labels, present

    def _write_campaign(self, office: OfficeRow) -> Campaign:
        campaign = self.uow.campaigns.add(
            key=self.file.key, office_id=office.id, title=self.file.title, summary=self.file.summary,
            starts_on=self.file.starts_on, ends_on=self.file.ends_on, settings=self.file.settings.to_plain(),
            now=self.now,
        )  # fmt: skip
        for position, phase in enumerate(self.file.phases, start=1):
            self.uow.campaigns.add_phase(
                campaign.id, key=phase.key, title=phase.title, starts_on=phase.starts_on,
                ends_on=phase.ends_on, position=position,
            )  # fmt: skip
        return campaign

    def _write_measures(self, campaign: Campaign, addressing: tuple[Labels, Mapping[str, UnitRow]]) -> int:
        labels, present = addressing
        duties: list[tuple[int, int, str]] = []
        for measure in self.file.measures:
            try:
                owed = duties_of(measure, labels)
            except KeyError as strange:
                sentence = f"“{measure.title}”写的单位“{strange.args[0]}”在系统里没有，请核对。"
                place = f"measures.第{measure.row}项{measure.ordinal}"
                raise InvalidInput([FieldProblem(place, sentence)], f"{place}：{sentence}") from None
            measure_id = self.uow.campaigns.add_measure(
                campaign.id, key=measure.key, ordinal=measure.ordinal, title=measure.title, text=measure.text,
                workflow_key=measure.workflow, units=measure.units, lead=measure.lead, support=measure.support,
                position=measure.row, due=due_to_plain(measure.due) if measure.due is not None else {},
                cadence=cadence_to_plain(measure.cadence) if measure.cadence is not None else None,
                schedule=schedule_to_plain(measure.schedule) if measure.schedule is not None else None,
                severity_floor=measure.severity_floor,
            )  # fmt: skip
            duties += [(measure_id, present[key].id, role) for key, role in owed]
        self.uow.campaigns.add_assignments(duties)
        return len(duties)

    def _write_people(self, campaign: Campaign, unit_ids: Mapping[str, int]) -> None:
        names = [person.username for person in self.file.people if person.username]
        known = self.uow.units.people_by_username(names)
        for person in self.file.people:
            person_id = known.get(person.username or "")
            if person_id is None:
                person_id = self._add_person(person)
            self.person_ids[person.key] = person_id
            held = self.uow.units.posts_of(person_id, self.today)
            for post in person.posts:
                only = campaign.id if post.campaign_only else None
                if (unit_ids[post.unit], post.role.value, only) not in held:
                    self._give_post(person_id, unit_ids[post.unit], post.role.value, post.title, only)

    def _add_person(self, person: PersonEntry) -> int:
        person_id = self.uow.units.add_person(
            name=person.name,
            email_cipher=self.cipher.encrypt(person.email) if person.email else None,
            phone_cipher=self.cipher.encrypt(person.phone) if person.phone else None,
            now=self.now,
        )
        self._note(("person", person_id), "person.added", {}, {"name": person.name})
        return person_id

    def _give_post(self, person_id: int, unit_id: int, role: str, title: str, campaign_id: int | None) -> None:
        post_id = self.uow.units.give_post(
            person_id=person_id, unit_id=unit_id, role=role, title=title, campaign_id=campaign_id,
            starts_on=self.today,
        )  # fmt: skip
        payload = {
            "post": post_id,
            "unit": unit_id,
            "role": role,
            "campaign": campaign_id,
            "starts_on": self.today,
        }
        self._note(("person", person_id), "post.given", payload, {"title": title} if title else None)

    def _note(
        self,
        stream: tuple[str, int],
        kind: str,
        payload: Mapping[str, Any],
        personal: Mapping[str, Any] | None = None,
    ) -> None:
        self.events.append(event(stream, kind, payload, at=self.now, by=self.by, personal=personal))
