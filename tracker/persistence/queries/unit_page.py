"""Units for the office that keeps them: the list with its search, one unit with names, people and what became of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from tracker.domain.bigrams import bigrams
from tracker.domain.errors import NotFound
from tracker.persistence.queries.paging import Page, fetch_page
from tracker.persistence.queries.patterns import like

_WITHIN = "(CAST(:units AS bigint[]) IS NULL OR u.id = ANY(CAST(:units AS bigint[])))"

UNITS = text(f"""
    WITH RECURSIVE tree AS (
        SELECT n.unit_id, ARRAY[n.position, n.unit_id] AS path, 0 AS depth FROM unit_name n
        WHERE n.valid_to IS NULL AND n.parent_id IS NULL
        UNION ALL
        SELECT n.unit_id, tree.path || ARRAY[n.position, n.unit_id], tree.depth + 1
        FROM tree JOIN unit_name n ON n.parent_id = tree.unit_id AND n.valid_to IS NULL
        WHERE tree.depth < 30)
    SELECT u.id, u.key, u.kind, n.name, n.short_name, pn.name AS parent_name, u.ended_on, tree.depth,
        ARRAY(SELECT alias FROM unit_alias a WHERE a.unit_id = u.id ORDER BY alias) AS aliases,
        (SELECT count(DISTINCT p.person_id) FROM post p JOIN person h ON h.id = p.person_id
         WHERE p.unit_id = u.id AND p.starts_on <= :today AND (p.ends_on IS NULL OR p.ends_on >= :today)
           AND (h.left_on IS NULL OR h.left_on > :today)) AS people,
        count(*) OVER () AS total, tree.path
    FROM tree JOIN unit u ON u.id = tree.unit_id JOIN unit_name n ON n.unit_id = u.id AND n.valid_to IS NULL
    LEFT JOIN unit_name pn ON pn.unit_id = n.parent_id AND pn.valid_to IS NULL
    WHERE {_WITHIN} AND (u.ended_on IS NOT NULL) = CAST(:ended AS boolean)
      AND (CAST(:kind AS text) IS NULL OR u.kind = :kind)
      AND (CAST(:sought AS text) IS NULL
           OR (n.bigrams @> CAST(:grams AS text[]) AND (n.name LIKE :sought OR n.short_name LIKE :sought))
           OR u.key LIKE :sought
           OR EXISTS (SELECT FROM unit_alias a WHERE a.unit_id = u.id AND a.alias LIKE :sought))
    ORDER BY tree.path LIMIT :limit OFFSET :offset""")

UNIT = text(f"""
    SELECT u.id, u.key, u.kind, u.level, u.ended_on, n.name, n.short_name, n.position, n.parent_id, pn.name AS parent_name,
        ARRAY(SELECT alias FROM unit_alias a WHERE a.unit_id = u.id ORDER BY alias) AS aliases
    FROM unit u JOIN unit_name n ON n.unit_id = u.id AND n.valid_to IS NULL
    LEFT JOIN unit_name pn ON pn.unit_id = n.parent_id AND pn.valid_to IS NULL
    WHERE u.id = :unit AND {_WITHIN}""")

NAMES = text("""
    SELECT n.name, n.short_name, p.name AS parent_name, n.valid_from, n.valid_to FROM unit_name n
    LEFT JOIN LATERAL (
        SELECT name FROM unit_name x WHERE x.unit_id = n.parent_id
        ORDER BY (x.valid_from <= n.valid_from) DESC, x.valid_from DESC LIMIT 1) p ON true
    WHERE n.unit_id = :unit ORDER BY n.valid_from DESC""")

SUCCESSIONS = text("""
    SELECT s.kind, s.happened_on, s.reason, s.unit_id, o.name AS unit_name, s.successor_id, n.name AS successor_name
    FROM unit_succession s JOIN unit_name o ON o.unit_id = s.unit_id AND o.valid_to IS NULL
    JOIN unit_name n ON n.unit_id = s.successor_id AND n.valid_to IS NULL
    WHERE s.unit_id = :unit OR s.successor_id = :unit ORDER BY s.happened_on DESC, s.id DESC""")

HOLDERS = text("""
    SELECT p.person_id, h.name, p.role, p.title, c.title AS campaign, p.starts_on, p.ends_on,
        h.phone_cipher IS NOT NULL AS has_phone
    FROM post p JOIN person h ON h.id = p.person_id LEFT JOIN campaign c ON c.id = p.campaign_id
    WHERE p.unit_id = :unit AND (p.ends_on IS NULL OR p.ends_on >= :today) AND (h.left_on IS NULL OR h.left_on > :today)
    ORDER BY array_position(ARRAY['head', 'liaison', 'area_leader'], p.role) NULLS LAST, p.id""")

CHOICES = text(f"""
    SELECT u.id, u.key, n.name FROM unit u JOIN unit_name n ON n.unit_id = u.id AND n.valid_to IS NULL
    WHERE u.ended_on IS NULL AND {_WITHIN} ORDER BY n.position, u.id""")


BESIDE = text(f"""
    SELECT u.id, u.key, n.name FROM unit u JOIN unit_name n ON n.unit_id = u.id AND n.valid_to IS NULL
    JOIN unit_name own ON own.unit_id = :unit AND own.valid_to IS NULL
    WHERE u.ended_on IS NULL AND u.id <> :unit AND n.parent_id IS NOT DISTINCT FROM own.parent_id AND {_WITHIN}
    ORDER BY n.position, u.id LIMIT :most""")


@dataclass(frozen=True, slots=True)
class UnitListed:
    """A unit of the list; `depth` is its place in the tree."""

    id: int
    key: str
    kind: str
    name: str
    short_name: str
    parent_name: str | None
    ended_on: date | None
    depth: int
    aliases: Sequence[str]
    people: int


@dataclass(frozen=True, slots=True)
class UnitFacts:
    """A unit as it is today."""

    id: int
    key: str
    kind: str
    level: str
    ended_on: date | None
    name: str
    short_name: str
    position: int
    parent_id: int | None
    parent_name: str | None
    aliases: Sequence[str]


@dataclass(frozen=True, slots=True)
class UnitStory:
    """What a unit was called and where it hung, what it came from and became, and who holds posts at it."""

    names: Sequence[Mapping[str, Any]]
    successions: Sequence[Mapping[str, Any]]
    holders: Sequence[Mapping[str, Any]]


def find_units(
    session: Session, *, within: frozenset[int] | None, sought: str | None, kind: str | None, ended: bool, today: date,
    page: int, size: int,
) -> Page[UnitListed]:  # fmt: skip
    """Return units in the order of the tree whose name, short name, code or other word contains `sought`."""
    given = {
        "units": _listed(within), "sought": like(sought), "grams": bigrams(sought or ""), "kind": kind, "ended": ended,
        "today": today,
    }  # fmt: skip
    return fetch_page(session, UNITS, UnitListed, number=page, size=size, given=given, drop=("path",))


def get_unit(session: Session, unit_id: int, *, within: frozenset[int] | None) -> UnitFacts:
    """Return one unit; raises NotFound for one outside."""
    row = session.execute(UNIT, {"unit": unit_id, "units": _listed(within)}).mappings().one_or_none()
    if row is None:
        raise NotFound("没有这个单位，或者您无权查看。")
    return UnitFacts(**row)


def unit_story(session: Session, unit_id: int, *, today: date) -> UnitStory:
    """Return a unit's names, successions and present holders. Who may see them is the caller's to check."""
    given = {"unit": unit_id, "today": today}
    names, successions, holders = (
        session.execute(query, given).mappings().all() for query in (NAMES, SUCCESSIONS, HOLDERS)
    )
    return UnitStory([dict(r) for r in names], [dict(r) for r in successions], [dict(r) for r in holders])


def unit_choices(session: Session, *, within: frozenset[int] | None) -> list[tuple[int, str]]:
    """Return units to choose from (id, name and code), in protocol order."""
    rows = session.execute(CHOICES, {"units": _listed(within)})
    return [(row.id, f"{row.name}（{row.key}）") for row in rows]


def units_beside(session: Session, unit_id: int, *, within: frozenset[int] | None, most: int) -> list[tuple[int, str]]:
    """Return the units under the same parent; none when there are more than `most`, for nobody ticks a hundred boxes."""
    rows = session.execute(BESIDE, {"unit": unit_id, "units": _listed(within), "most": most + 1}).all()
    return [(row.id, f"{row.name}（{row.key}）") for row in rows] if len(rows) <= most else []


def unit_ids(session: Session, keys: Sequence[str]) -> dict[str, int]:
    """Return ids by code, for the codes that exist."""
    rows = session.execute(
        text("SELECT key, id FROM unit WHERE key = ANY(CAST(:keys AS text[]))"), {"keys": list(keys)}
    )
    return {row.key: row.id for row in rows}


def _listed(within: frozenset[int] | None) -> list[int] | None:
    return None if within is None else sorted(within)
