"""Units and people in bulk: read whole for comparing, written set-based over arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from tracker.domain.bigrams import bigrams
from tracker.domain.roster.present import PresentPost, PresentSet, PresentUnit
from tracker.domain.values import Role
from tracker.persistence.arrays import as_arrays

#: One roster import, merger or split at a time: they all read the whole tree before they write.
LOCK = text("SELECT pg_advisory_xact_lock(7309146620)")

UNITS = text("""
    SELECT u.id, u.key, u.kind, u.level, n.name, n.short_name, p.key AS parent_key, n.position,
        coalesce(a.aliases, '{}') AS aliases, u.ended_on
    FROM unit u JOIN unit_name n ON n.unit_id = u.id AND n.valid_to IS NULL
    LEFT JOIN unit p ON p.id = n.parent_id
    LEFT JOIN (SELECT unit_id, array_agg(alias ORDER BY alias) AS aliases FROM unit_alias GROUP BY 1) a
        ON a.unit_id = u.id
    ORDER BY n.position, u.id""")

SETS = text("""
    SELECT s.id, s.name, array_remove(array_agg(u.key), NULL) AS members
    FROM unit_set s LEFT JOIN unit_set_member m ON m.unit_set_id = s.id LEFT JOIN unit u ON u.id = m.unit_id
    WHERE s.office_id = :office GROUP BY s.id ORDER BY s.id""")

PEOPLE = text("""
    SELECT h.id, h.name, h.phone_cipher, h.email_cipher,
        ARRAY(SELECT a.username FROM account a WHERE a.person_id = h.id ORDER BY a.id) AS logins
    FROM person h WHERE h.left_on IS NULL OR h.left_on > :today ORDER BY h.id""")

LEFT = text("""
    SELECT h.name, u.key, max(h.left_on) AS left_on FROM person h JOIN post p ON p.person_id = h.id
    JOIN unit u ON u.id = p.unit_id WHERE h.left_on <= :today GROUP BY h.name, u.key""")

POSTS = text("""
    SELECT p.id, p.person_id, u.key, p.role, p.title, p.campaign_id, p.starts_on, p.ends_on
    FROM post p JOIN unit u ON u.id = p.unit_id JOIN person h ON h.id = p.person_id
    WHERE h.left_on IS NULL OR h.left_on > :today ORDER BY p.starts_on, p.id""")

CAMPAIGNS = text("SELECT id, ref, title FROM campaign ORDER BY id")

NEW_IDS = {
    table: text(f"SELECT nextval(pg_get_serial_sequence('{table}', 'id')) FROM generate_series(1, :many)")
    for table in ("unit", "person", "post", "unit_set")
}

ADD_UNITS = text("""
    INSERT INTO unit (id, key, kind, level, created_at)
    SELECT r.*, CAST(:now AS timestamptz)
    FROM unnest(CAST(:id AS bigint[]), CAST(:key AS text[]), CAST(:kind AS text[]), CAST(:level AS text[])) AS r""")

SET_KINDS = text("""
    UPDATE unit u SET kind = r.kind, level = r.level
    FROM unnest(CAST(:id AS bigint[]), CAST(:kind AS text[]), CAST(:level AS text[])) AS r(id, kind, level)
    WHERE u.id = r.id""")

# A row that began today is written over: it was never true for a whole day, and its events keep the story.
CLOSE_NAMES = text("""
    WITH gone AS (
        DELETE FROM unit_name WHERE unit_id = ANY(CAST(:unit_id AS bigint[])) AND valid_to IS NULL AND valid_from >= :today)
    UPDATE unit_name SET valid_to = :today
    WHERE unit_id = ANY(CAST(:unit_id AS bigint[])) AND valid_to IS NULL AND valid_from < :today""")

ADD_NAMES = text("""
    INSERT INTO unit_name (unit_id, name, short_name, parent_id, position, valid_from, bigrams)
    SELECT r.unit_id, r.name, r.short_name, r.parent_id, r.position, :today, CAST(r.bigrams AS text[])
    FROM unnest(CAST(:unit_id AS bigint[]), CAST(:name AS text[]), CAST(:short_name AS text[]),
        CAST(:parent_id AS bigint[]), CAST(:position AS bigint[]), CAST(:bigrams AS text[]))
        AS r(unit_id, name, short_name, parent_id, position, bigrams)""")

DROP_ALIASES = text("DELETE FROM unit_alias WHERE unit_id = ANY(CAST(:unit_id AS bigint[]))")
ADD_ALIASES = text("""
    INSERT INTO unit_alias (unit_id, alias)
    SELECT * FROM unnest(CAST(:unit_id AS bigint[]), CAST(:alias AS text[])) ON CONFLICT DO NOTHING""")

ADD_SETS = text("""
    INSERT INTO unit_set (id, office_id, name)
    SELECT id, CAST(:office AS bigint), name FROM unnest(CAST(:id AS bigint[]), CAST(:name AS text[])) AS r(id, name)""")
ADD_MEMBERS = text("""
    INSERT INTO unit_set_member (unit_set_id, unit_id)
    SELECT * FROM unnest(CAST(:unit_set_id AS bigint[]), CAST(:unit_id AS bigint[])) ON CONFLICT DO NOTHING""")
DROP_MEMBERS = text("""
    DELETE FROM unit_set_member m
    USING unnest(CAST(:unit_set_id AS bigint[]), CAST(:unit_id AS bigint[])) AS r(unit_set_id, unit_id)
    WHERE m.unit_set_id = r.unit_set_id AND m.unit_id = r.unit_id""")

ADD_PEOPLE = text("""
    INSERT INTO person (id, name, phone_cipher, email_cipher, created_at)
    SELECT r.*, CAST(:now AS timestamptz)
    FROM unnest(CAST(:id AS bigint[]), CAST(:name AS text[]), CAST(:phone AS bytea[]), CAST(:email AS bytea[])) AS r""")

SET_ADDRESSES = text("""
    UPDATE person h SET phone_cipher = coalesce(r.phone, h.phone_cipher), email_cipher = coalesce(r.email, h.email_cipher)
    FROM unnest(CAST(:id AS bigint[]), CAST(:phone AS bytea[]), CAST(:email AS bytea[])) AS r(id, phone, email)
    WHERE h.id = r.id""")

ADD_POSTS = text("""
    INSERT INTO post (id, person_id, unit_id, role, title, campaign_id, starts_on, ends_on)
    SELECT r.* FROM unnest(CAST(:id AS bigint[]), CAST(:person_id AS bigint[]), CAST(:unit_id AS bigint[]),
        CAST(:role AS text[]), CAST(:title AS text[]), CAST(:campaign_id AS bigint[]), CAST(:starts_on AS date[]),
        CAST(:ends_on AS date[])) AS r""")

CHANGE_POSTS = text("""
    UPDATE post p SET title = r.title, starts_on = r.starts_on, ends_on = r.ends_on
    FROM unnest(CAST(:id AS bigint[]), CAST(:title AS text[]), CAST(:starts_on AS date[]), CAST(:ends_on AS date[]))
        AS r(id, title, starts_on, ends_on)
    WHERE p.id = r.id""")

WITHOUT_PHONE = text("""
    SELECT count(*) FROM person h WHERE h.phone_cipher IS NULL AND (h.left_on IS NULL OR h.left_on > :today)
      AND EXISTS (SELECT FROM post p WHERE p.person_id = h.id AND (p.ends_on IS NULL OR p.ends_on >= :today))""")


@dataclass(frozen=True, slots=True)
class SealedPerson:
    """A person with addresses still encrypted."""

    id: int
    name: str
    phone_cipher: bytes | None
    email_cipher: bytes | None
    logins: list[str]


class RosterRepository:
    """Reads and writes units and people by the thousand."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def lock(self) -> None:
        """Wait until no other transaction changes the roster; held until the end of this one."""
        self._session.execute(LOCK)

    # -- reading

    def units(self) -> dict[str, PresentUnit]:
        """Return every unit by code, those that ended included."""
        rows = self._session.execute(UNITS)
        return {row.key: _unit(row) for row in rows}

    def sets(self, office_id: int) -> dict[str, PresentSet]:
        """Return an office's sets by name."""
        rows = self._session.execute(SETS, {"office": office_id})
        return {row.name: PresentSet(row.id, row.name, frozenset(row.members)) for row in rows}

    def people(self, today: date) -> list[SealedPerson]:
        """Return everybody who has not left."""
        return [SealedPerson(*row) for row in self._session.execute(PEOPLE, {"today": today})]

    def posts(self, today: date) -> tuple[PresentPost, ...]:
        """Return every post of everybody who has not left, past and future ones included."""
        rows = self._session.execute(POSTS, {"today": today})
        return tuple(_post(row) for row in rows)

    def left(self, today: date) -> dict[tuple[str, str], date]:
        """Return, by name and unit's code, when people left."""
        rows = self._session.execute(LEFT, {"today": today})
        return {(row.name, row.key): row.left_on for row in rows}

    def campaigns(self) -> dict[str, int]:
        """Return campaigns by number and by title; a title that two campaigns share is left out."""
        rows = self._session.execute(CAMPAIGNS).all()
        titles = [row.title for row in rows]
        found = {row.title: row.id for row in rows if titles.count(row.title) == 1}
        return found | {row.ref: row.id for row in rows}

    def count_without_phone(self, today: date) -> int:
        """Return how many people in a post have no phone."""
        return int(self._session.execute(WITHOUT_PHONE, {"today": today}).scalar_one())

    # -- writing

    def new_ids(self, table: str, many: int) -> list[int]:
        """Return ids for rows about to be added, so that events can name them without asking back."""
        return list(self._session.execute(NEW_IDS[table], {"many": many}).scalars())

    def add_units(self, rows: Sequence[Mapping[str, Any]], *, now: datetime) -> None:
        """Add units (id, key, kind, level); their names follow in the same transaction."""
        self._write(ADD_UNITS, ("id", "key", "kind", "level"), rows, now=now)

    def set_kinds(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Give units (id) another kind and level."""
        self._write(SET_KINDS, ("id", "kind", "level"), rows)

    def name_units(self, rows: Sequence[Mapping[str, Any]], *, today: date) -> None:
        """Give units (unit_id, name, short_name, parent_id, position) a new row from a day on, and close the old one."""
        if not rows:
            return
        self._write(CLOSE_NAMES, ("unit_id",), rows, today=today)
        named = [{**row, "bigrams": _grams(row["name"], row["short_name"])} for row in rows]
        self._write(
            ADD_NAMES, ("unit_id", "name", "short_name", "parent_id", "position", "bigrams"), named, today=today
        )

    def set_aliases(self, aliases: Mapping[int, Sequence[str]]) -> None:
        """Give units exactly these other words."""
        if not aliases:
            return
        self._session.execute(DROP_ALIASES, as_arrays({"unit_id": list(aliases)}))
        rows = [{"unit_id": unit_id, "alias": word} for unit_id, words in aliases.items() for word in words]
        self._write(ADD_ALIASES, ("unit_id", "alias"), rows)

    def add_sets(self, office_id: int, rows: Sequence[Mapping[str, Any]]) -> None:
        """Add sets (id, name) of an office."""
        self._write(ADD_SETS, ("id", "name"), rows, office=office_id)

    def change_members(self, added: Sequence[tuple[int, int]], removed: Sequence[tuple[int, int]]) -> None:
        """Add and remove members, as (set, unit)."""
        for statement, pairs in ((ADD_MEMBERS, added), (DROP_MEMBERS, removed)):
            rows = [{"unit_set_id": set_id, "unit_id": unit_id} for set_id, unit_id in pairs]
            self._write(statement, ("unit_set_id", "unit_id"), rows)

    def add_people(self, rows: Sequence[Mapping[str, Any]], *, now: datetime) -> None:
        """Add people (id, name, phone, email), addresses encrypted."""
        self._write(ADD_PEOPLE, ("id", "name", "phone", "email"), rows, now=now)

    def set_addresses(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Give people (id, phone, email) new addresses; None leaves one alone."""
        self._write(SET_ADDRESSES, ("id", "phone", "email"), rows)

    def add_posts(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Add posts."""
        names = ("id", "person_id", "unit_id", "role", "title", "campaign_id", "starts_on", "ends_on")
        self._write(ADD_POSTS, names, rows)

    def change_posts(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Give posts (id) another title and span of days."""
        self._write(CHANGE_POSTS, ("id", "title", "starts_on", "ends_on"), rows)

    def _write(self, statement: Any, names: Sequence[str], rows: Sequence[Mapping[str, Any]], **given: Any) -> None:
        if rows:
            columns = {name: [row[name] for row in rows] for name in names}
            self._session.execute(statement, {**as_arrays(columns), **given})


def _unit(row: Any) -> PresentUnit:
    return PresentUnit(
        row.id, row.key, row.kind, row.level, row.name, row.short_name, row.parent_key, row.position,
        tuple(row.aliases), row.ended_on,
    )  # fmt: skip


def _post(row: Any) -> PresentPost:
    return PresentPost(row[0], row[1], row[2], Role(row.role), *row[4:])


def _grams(name: str, short_name: str) -> str:
    """Return the grams as one array literal, for arrays cannot nest unless all are of one length."""
    return as_arrays({"grams": bigrams(name, short_name)})["grams"]
