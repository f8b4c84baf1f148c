"""Units with their names of today, sets, offices, people, and who holds which post where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from tracker.domain.bigrams import bigrams
from tracker.persistence.models import (
    Account,
    Office,
    Person,
    PostHeld,
    Unit,
    UnitName,
    UnitSet,
    UnitSetMember,
)

PRESENT = """
    SELECT u.id, u.key, u.kind, u.level, n.name, n.short_name, n.parent_id, n.position
    FROM unit u JOIN unit_name n ON n.unit_id = u.id AND n.valid_to IS NULL"""

HOLDERS = text("""
    SELECT p.unit_id, p.person_id, p.id AS post_id FROM post p JOIN person h ON h.id = p.person_id
    WHERE p.unit_id = ANY(CAST(:units AS bigint[])) AND p.role = :role
      AND (p.campaign_id IS NULL OR p.campaign_id = :campaign)
      AND p.starts_on <= :day AND (p.ends_on IS NULL OR p.ends_on >= :day)
      AND (h.left_on IS NULL OR h.left_on > :day)
    ORDER BY p.unit_id, p.id""")

PEOPLE = text("""
    SELECT h.id, h.name,
        ARRAY(SELECT a.username FROM account a WHERE a.person_id = h.id ORDER BY a.username),
        ARRAY(SELECT n.short_name || coalesce(nullif(p.title, ''), p.role) FROM post p
              JOIN unit_name n ON n.unit_id = p.unit_id AND n.valid_to IS NULL
              WHERE p.person_id = h.id AND p.starts_on <= :day AND (p.ends_on IS NULL OR p.ends_on >= :day)
              ORDER BY p.id)
    FROM person h WHERE h.left_on IS NULL OR h.left_on > :day ORDER BY h.id""")

DESCENDANTS = text("""
    WITH RECURSIVE below (root, unit_id) AS (
        SELECT r, r FROM unnest(CAST(:units AS bigint[])) AS given (r)
        UNION
        SELECT below.root, n.unit_id FROM below
        JOIN unit_name n ON n.parent_id = below.unit_id AND n.valid_to IS NULL)
    SELECT root, unit_id FROM below""")


@dataclass(frozen=True, slots=True)
class UnitRow:
    """A unit as it is called and placed today."""

    id: int
    key: str
    kind: str
    level: str
    name: str
    short_name: str
    parent_id: int | None
    position: int


@dataclass(frozen=True, slots=True)
class HolderRow:
    """A person who holds the role asked for at a unit, and the post by which."""

    unit_id: int
    person_id: int
    post_id: int


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A person as a list shows one: login names, and posts as "unit title"."""

    id: int
    name: str
    usernames: list[str]
    posts: list[str]


@dataclass(frozen=True, slots=True)
class OfficeRow:
    """An issuing body and the unit that it is."""

    id: int
    unit_id: int
    name: str


class UnitRepository:
    """The unit tree and the posts on it."""

    def __init__(self, session: Session) -> None:
        self._session = session

    # -- units

    def find_present(self) -> list[UnitRow]:
        """Return every unit that has not ended, with its name and parent of today, in protocol order."""
        rows = self._session.execute(text(f"{PRESENT} WHERE u.ended_on IS NULL ORDER BY n.position, u.id"))
        return [UnitRow(*row) for row in rows]

    def by_id(self, unit_ids: Sequence[int]) -> Mapping[int, UnitRow]:
        """Return the units asked for, as they are called today."""
        rows = self._session.execute(
            text(f"{PRESENT} WHERE u.id = ANY(CAST(:ids AS bigint[])) ORDER BY n.position, u.id"),
            {"ids": list(unit_ids)},
        )
        return {row.id: UnitRow(*row) for row in rows}

    def units_by_key(self, keys: Sequence[str] | None = None) -> Mapping[str, UnitRow]:
        """Return units by the office's own code; all of them without `keys`."""
        if keys is None:
            return {unit.key: unit for unit in self.find_present()}
        rows = self._session.execute(
            text(f"{PRESENT} WHERE u.key = ANY(CAST(:keys AS text[])) ORDER BY n.position, u.id"),
            {"keys": list(keys)},
        )
        return {row.key: UnitRow(*row) for row in rows}

    def descendants(self, unit_ids: Sequence[int]) -> Mapping[int, frozenset[int]]:
        """Return, for each unit asked for, the units below it today, itself included."""
        found: dict[int, set[int]] = {unit_id: {unit_id} for unit_id in unit_ids}
        for row in self._session.execute(DESCENDANTS, {"units": sorted(found)}):
            found[row.root].add(row.unit_id)
        return {root: frozenset(below) for root, below in found.items()}

    def add_unit(self, *, key: str, kind: str, level: str, now: datetime) -> int:
        """Add a unit without a name yet and return its id; `add_name` must follow in the same transaction."""
        unit = Unit(key=key, kind=kind, level=level, created_at=now)
        self._session.add(unit)
        self._session.flush()
        return unit.id

    def add_name(
        self,
        unit_id: int,
        *,
        name: str,
        short_name: str,
        parent_id: int | None,
        position: int,
        valid_from: date,
    ) -> None:
        """Give a unit its first name, parent and place in protocol order."""
        self._session.add(UnitName(
            unit_id=unit_id, name=name, short_name=short_name, parent_id=parent_id, position=position,
            valid_from=valid_from, bigrams=bigrams(name, short_name),
        ))  # fmt: skip

    def ended(self, keys: Sequence[str]) -> Mapping[str, date]:
        """Return which of these codes belong to units that were merged or split up, and when."""
        rows = self._session.execute(
            select(Unit.key, Unit.ended_on).where(Unit.key.in_(keys), Unit.ended_on.is_not(None))
        )
        return {row.key: row.ended_on for row in rows}

    def name_since(self, unit_id: int) -> date:
        """Return since when a unit has borne its present name, parent and place."""
        query = select(UnitName.valid_from).where(UnitName.unit_id == unit_id, UnitName.valid_to.is_(None))
        return self._session.scalars(query).one()

    # -- sets

    def set_members(self, office_id: int) -> Mapping[str, list[int]]:
        """Return the office's unit sets by name, members in protocol order."""
        found: dict[str, list[int]] = {
            name: [] for name in self._session.scalars(select(UnitSet.name).where(UnitSet.office_id == office_id))
        }
        rows = self._session.execute(
            select(UnitSet.name, UnitSetMember.unit_id)
            .join(UnitSetMember, UnitSetMember.unit_set_id == UnitSet.id)
            .join(UnitName, (UnitName.unit_id == UnitSetMember.unit_id) & UnitName.valid_to.is_(None))
            .where(UnitSet.office_id == office_id)
            .order_by(UnitName.position, UnitName.unit_id)
        )
        for name, unit_id in rows:
            found[name].append(unit_id)
        return found

    def add_set(self, office_id: int, name: str, unit_ids: Sequence[int]) -> int:
        """Add a named set with its members."""
        unit_set = UnitSet(office_id=office_id, name=name)
        self._session.add(unit_set)
        self._session.flush()
        self._session.add_all(UnitSetMember(unit_set_id=unit_set.id, unit_id=unit_id) for unit_id in unit_ids)
        return unit_set.id

    # -- offices

    def office_of_unit(self, unit_id: int) -> OfficeRow | None:
        """Return the office that a unit is, or None."""
        office = self._session.scalars(select(Office).where(Office.unit_id == unit_id)).one_or_none()
        return OfficeRow(office.id, office.unit_id, office.name) if office else None

    def get_office(self, office_id: int) -> OfficeRow:
        """Return an office by id."""
        office = self._session.get_one(Office, office_id)
        return OfficeRow(office.id, office.unit_id, office.name)

    def find_offices(self) -> list[OfficeRow]:
        """Return every office."""
        return [
            OfficeRow(office.id, office.unit_id, office.name)
            for office in self._session.scalars(select(Office).order_by(Office.id))
        ]

    def add_office(self, *, unit_id: int, name: str, now: datetime) -> OfficeRow:
        """Make a unit an issuing body."""
        office = Office(unit_id=unit_id, name=name, created_at=now)
        self._session.add(office)
        self._session.flush()
        return OfficeRow(office.id, unit_id, name)

    # -- people and posts

    def holders(self, unit_ids: Sequence[int], role: str, campaign_id: int | None, on: date) -> list[HolderRow]:
        """Return who holds `role` at the very units on a Shanghai date, for this campaign or for all.

        `role` is the role's code (Role or plain text). Nobody who has left is returned.
        """
        rows = self._session.execute(
            HOLDERS, {"units": list(unit_ids), "role": str(role), "campaign": campaign_id, "day": on}
        )
        return [HolderRow(*row) for row in rows]

    def office_holders(self, office_unit_id: int, role: str, campaign_id: int | None, on: date) -> list[HolderRow]:
        """Return who holds `role` (office, supervisor, leader) at the office's own unit."""
        return self.holders([office_unit_id], role, campaign_id, on)

    def find_people(self, on: date) -> list[PersonRow]:
        """Return everybody who has not left, by name, with accounts and the posts held on a Shanghai date."""
        return [PersonRow(*row) for row in self._session.execute(PEOPLE, {"day": on})]

    def people_by_username(self, usernames: Sequence[str]) -> Mapping[str, int]:
        """Return person ids by login name, for those names that exist."""
        rows = self._session.execute(
            select(Account.username, Account.person_id).where(Account.username.in_(list(usernames)))
        )
        return {row.username: row.person_id for row in rows}

    def posts_of(self, person_id: int, on: date) -> set[tuple[int, str, int | None]]:
        """Return (unit, role, campaign or None) of every post that a person holds on a Shanghai date."""
        rows = self._session.execute(
            select(PostHeld.unit_id, PostHeld.role, PostHeld.campaign_id).where(
                PostHeld.person_id == person_id,
                PostHeld.starts_on <= on,
                PostHeld.ends_on.is_(None) | (PostHeld.ends_on >= on),
            )
        )
        return {(unit_id, role, campaign_id) for unit_id, role, campaign_id in rows}

    def add_person(self, *, name: str, email_cipher: bytes | None, phone_cipher: bytes | None, now: datetime) -> int:
        """Add a person; addresses come encrypted."""
        person = Person(name=name, email_cipher=email_cipher, phone_cipher=phone_cipher, created_at=now)
        self._session.add(person)
        self._session.flush()
        return person.id

    def give_post(
        self, *, person_id: int, unit_id: int, role: str, title: str, campaign_id: int | None, starts_on: date
    ) -> int:
        """Let a person hold a role at a unit from a date on."""
        post = PostHeld(
            person_id=person_id, unit_id=unit_id, role=str(role), title=title, campaign_id=campaign_id,
            starts_on=starts_on,
        )  # fmt: skip
        self._session.add(post)
        self._session.flush()
        return post.id
