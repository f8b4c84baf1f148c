"""Write a list of changes down: units, sets, people, posts, and an event for each. Nothing here commits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from tracker.domain.ports import Cipher
from tracker.domain.roster.changes import ChangeList, PostAct, PostChange, UnitChange
from tracker.domain.values import local_date
from tracker.persistence.repositories.events import NewEvent
from tracker.persistence.repositories.units import OfficeRow
from tracker.persistence.unit_of_work import UnitOfWork
from tracker.services.recording import Doer, event


@dataclass
class RosterWriting:
    """One import. Steps are called in order by `write`; `unit_ids` = code → id of every unit."""

    uow: UnitOfWork
    changes: ChangeList
    cipher: Cipher
    now: datetime
    by: Doer
    office: OfficeRow | None
    unit_ids: dict[str, int]
    person_ids: dict[int, int] = field(default_factory=dict)
    events: list[NewEvent] = field(default_factory=list)

    @property
    def today(self) -> date:
        """Return the Shanghai date of the import."""
        return local_date(self.now)

    def write(self) -> None:
        """Write all of it and append the events."""
        self._units()
        self._sets()
        self._people()
        self._posts()
        self.uow.events.append(self.events)

    # -- units

    def _units(self) -> None:
        new = [change for change in self.changes.units if change.unit_id is None]
        ids = self.uow.roster.new_ids("unit", len(new))
        self.unit_ids |= {change.key: unit_id for change, unit_id in zip(new, ids, strict=True)}
        rows = [
            {"id": self.unit_ids[change.key], "key": change.key, "kind": change.after.kind, "level": change.after.level}
            for change in self.changes.units
        ]
        added = {change.key for change in new}
        self.uow.roster.add_units([row for row in rows if row["key"] in added], now=self.now)
        self.uow.roster.set_kinds([row for row in rows if row["key"] not in added])
        placed = [change for change in self.changes.units if change.is_placed_anew]
        self.uow.roster.name_units([self._name_row(change) for change in placed], today=self.today)
        self.uow.roster.set_aliases({
            self.unit_ids[change.key]: change.after.aliases
            for change in self.changes.units
            if any(one.field == "aliases" for one in change.fields)
        })  # fmt: skip
        for change in self.changes.units:
            self._unit_event(change, is_new=change.key in added)

    def _name_row(self, change: UnitChange) -> dict[str, Any]:
        parent = change.after.parent_key
        return {
            "unit_id": self.unit_ids[change.key], "name": change.after.name, "short_name": change.after.short_name,
            "parent_id": self.unit_ids[parent] if parent else None, "position": change.after.position,
        }  # fmt: skip

    def _unit_event(self, change: UnitChange, *, is_new: bool) -> None:
        row = self._name_row(change)
        if is_new:
            payload: dict[str, Any] = {
                "key": change.key, "name": row["name"], "short_name": row["short_name"], "kind": change.after.kind,
                "level": change.after.level, "parent": row["parent_id"], "position": row["position"],
                "aliases": list(change.after.aliases), "valid_from": self.today,
            }  # fmt: skip
        else:
            fields = {one.field: {"from": one.before, "to": one.after} for one in change.fields}
            payload = {"fields": fields, "parent": row["parent_id"], "valid_from": self.today}
        self._note(("unit", row["unit_id"]), "unit.created" if is_new else "unit.changed", payload)

    def _sets(self) -> None:
        if not self.changes.sets or self.office is None:
            return
        new = [change for change in self.changes.sets if change.set_id is None]
        ids = dict(zip([one.name for one in new], self.uow.roster.new_ids("unit_set", len(new)), strict=True))
        self.uow.roster.add_sets(self.office.id, [{"id": set_id, "name": name} for name, set_id in ids.items()])
        added, removed = [], []
        for change in self.changes.sets:
            set_id = change.set_id or ids[change.name]
            added += [(set_id, self.unit_ids[key]) for key in change.added]
            removed += [(set_id, self.unit_ids[key]) for key in change.removed]
            payload = {
                "office": self.office.id, "set": set_id, "name": change.name,
                "added": [self.unit_ids[key] for key in change.added],
                "removed": [self.unit_ids[key] for key in change.removed],
            }  # fmt: skip
            kind = "unit_set.created" if change.set_id is None else "unit_set.changed"
            self._note(("unit", self.office.unit_id), kind, payload)
        self.uow.roster.change_members(added, removed)

    # -- people

    def _people(self) -> None:
        new = [change for change in self.changes.people if change.person_id is None]
        ids = self.uow.roster.new_ids("person", len(new))
        self.person_ids = {change.index: person_id for change, person_id in zip(new, ids, strict=True)}
        rows: list[dict[str, Any]] = [
            {
                "id": change.person_id or self.person_ids[change.index], "name": change.name,
                "phone": self.cipher.encrypt(change.phone) if change.phone else None,
                "email": self.cipher.encrypt(change.email) if change.email else None,
            }
            for change in self.changes.people
        ]  # fmt: skip
        known = {change.person_id for change in self.changes.people}
        self.uow.roster.add_people([row for row in rows if row["id"] not in known], now=self.now)
        self.uow.roster.set_addresses([row for row in rows if row["id"] in known])
        for change, row in zip(self.changes.people, rows, strict=True):
            payload = {
                "has_phone": bool(change.phone) or change.had_phone, "has_email": bool(change.email) or change.had_email,
            }  # fmt: skip
            if change.person_id is None:
                self._note(("person", row["id"]), "person.added", payload, {"name": change.name})
            else:
                self._note(("person", row["id"]), "person.addresses_changed", payload)
                self.uow.incidents.resolve(kind="no_address", subject=f"person:{row['id']}", now=self.now)

    def _posts(self) -> None:
        begun = [change for change in self.changes.posts if change.act is PostAct.BEGUN]
        ids = self.uow.roster.new_ids("post", len(begun))
        rows: list[dict[str, Any]] = [
            {
                "id": post_id, "person_id": self._person_of(change), "unit_id": self.unit_ids[change.unit_key],
                "role": change.role.value, "title": change.title, "campaign_id": change.campaign_id,
                "starts_on": change.starts_on, "ends_on": change.ends_on,
            }
            for change, post_id in zip(begun, ids, strict=True)
        ]  # fmt: skip
        self.uow.roster.add_posts(rows)
        for row in rows:
            payload = {
                "post": row["id"], "unit": row["unit_id"], "role": row["role"], "campaign": row["campaign_id"],
                "starts_on": row["starts_on"], "ends_on": row["ends_on"],
            }  # fmt: skip
            personal = {"title": row["title"]} if row["title"] else None
            self._note(("person", row["person_id"]), "post.given", payload, personal)
        others = [change for change in self.changes.posts if change.act is not PostAct.BEGUN]
        self.uow.roster.change_posts([
            {"id": one.post_id, "title": one.title, "starts_on": one.starts_on, "ends_on": one.ends_on} for one in others
        ])  # fmt: skip
        for change in others:
            self._post_event(change)

    def _post_event(self, change: PostChange) -> None:
        stream = ("person", self._person_of(change))
        if change.act is PostAct.ENDED:
            self._note(stream, "post.ended", {"post": change.post_id, "ends_on": change.ends_on})
            return
        payload = {"post": change.post_id, "starts_on": change.starts_on, "ends_on": change.ends_on}
        titles = [one for one in change.fields if one.field == "title"]
        personal = {"title": change.title} if titles else None
        self._note(stream, "post.changed", payload, personal)

    def _person_of(self, change: PostChange) -> int:
        if change.person_id is not None:
            return change.person_id
        return self.person_ids[change.index if change.index is not None else -1]

    def _note(
        self, stream: tuple[str, int], kind: str, payload: Mapping[str, Any], personal: Mapping[str, Any] | None = None
    ) -> None:
        self.events.append(event(stream, kind, payload, at=self.now, by=self.by, personal=personal))
