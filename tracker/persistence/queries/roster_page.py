"""People for the office that keeps them, with contacts masked; and what is missing: the data-quality list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from tracker.domain.errors import NotFound
from tracker.persistence.queries.paging import Page, fetch_page
from tracker.persistence.queries.patterns import like

_HELD = "(p.ends_on IS NULL OR p.ends_on >= :today)"
#: A person belongs to the office that keeps a unit at which the person holds or held a post; administrators stay out.
_OURS = """
    EXISTS (SELECT FROM post o WHERE o.person_id = h.id
            AND (CAST(:units AS bigint[]) IS NULL OR o.unit_id = ANY(CAST(:units AS bigint[]))))
    AND NOT EXISTS (SELECT FROM post o WHERE o.person_id = h.id
                    AND o.role IN ('system_admin', 'security_admin', 'audit_admin')
                    AND (o.ends_on IS NULL OR o.ends_on >= :today))"""
_POSTS = """
    SELECT jsonb_agg(jsonb_build_object('id', p.id, 'unit_id', p.unit_id, 'unit', n.name, 'role', p.role, 'title', p.title,
        'campaign', c.title, 'starts_on', p.starts_on, 'ends_on', p.ends_on) ORDER BY p.ends_on DESC NULLS FIRST, p.id)
    FROM post p JOIN unit_name n ON n.unit_id = p.unit_id AND n.valid_to IS NULL
    LEFT JOIN campaign c ON c.id = p.campaign_id WHERE p.person_id = h.id"""

PEOPLE = text(f"""
    SELECT h.id, h.name, h.left_on, h.phone_cipher IS NOT NULL AS has_phone, h.email_cipher IS NOT NULL AS has_email,
        coalesce(({_POSTS} AND {_HELD}), '[]'::jsonb) AS posts, count(*) OVER () AS total
    FROM person h
    WHERE {_OURS} AND (h.left_on IS NOT NULL) = CAST(:left AS boolean)
      AND (CAST(:sought AS text) IS NULL OR h.name LIKE :sought
           OR EXISTS (SELECT FROM post p JOIN unit_name n ON n.unit_id = p.unit_id AND n.valid_to IS NULL
                      WHERE p.person_id = h.id AND {_HELD} AND (n.name LIKE :sought OR p.title LIKE :sought)))
    ORDER BY h.name, h.id LIMIT :limit OFFSET :offset""")

PERSON = text(f"""
    SELECT h.id, h.name, h.left_on, h.phone_cipher IS NOT NULL AS has_phone, h.email_cipher IS NOT NULL AS has_email,
        coalesce(({_POSTS}), '[]'::jsonb) AS posts
    FROM person h WHERE h.id = :person AND {_OURS}""")

_UNITS = "(CAST(:units AS bigint[]) IS NULL OR u.id = ANY(CAST(:units AS bigint[])))"
UNANSWERED = text(f"""
    SELECT u.id, u.key, n.name, u.kind FROM unit u JOIN unit_name n ON n.unit_id = u.id AND n.valid_to IS NULL
    WHERE {_UNITS} AND u.ended_on IS NULL AND u.kind NOT IN ('township', 'office')
      AND NOT EXISTS (SELECT FROM post p JOIN person h ON h.id = p.person_id WHERE p.unit_id = u.id
        AND p.role = 'liaison' AND p.starts_on <= :today AND {_HELD} AND (h.left_on IS NULL OR h.left_on > :today))
    ORDER BY n.position, u.id""")
UNREACHABLE = text(f"""
    SELECT h.id, h.name, h.phone_cipher IS NOT NULL AS has_phone, h.email_cipher IS NOT NULL AS has_email,
        (SELECT string_agg(DISTINCT n.name, '、') FROM post p
         JOIN unit_name n ON n.unit_id = p.unit_id AND n.valid_to IS NULL WHERE p.person_id = h.id AND {_HELD}) AS units
    FROM person h
    WHERE h.left_on IS NULL AND h.phone_cipher IS NULL AND {_OURS}
      AND EXISTS (SELECT FROM post p WHERE p.person_id = h.id AND {_HELD})
    ORDER BY h.email_cipher IS NOT NULL, h.name, h.id""")
TROUBLED = text(f"""
    SELECT h.id, h.name, c.channel, c.reason, c.since,
        (SELECT string_agg(DISTINCT n.name, '、') FROM post p
         JOIN unit_name n ON n.unit_id = p.unit_id AND n.valid_to IS NULL WHERE p.person_id = h.id AND {_HELD}) AS units
    FROM contact_trouble c JOIN person h ON h.id = c.person_id
    WHERE c.cleared_at IS NULL AND h.left_on IS NULL AND {_OURS}
      AND c.address_hash = sha256(CASE c.channel WHEN 'email' THEN h.email_cipher ELSE h.phone_cipher END)
    ORDER BY c.since DESC, h.id""")
SAME_NAMES = text(f"""
    SELECT n.name, jsonb_agg(jsonb_build_object('id', u.id, 'key', u.key, 'parent', pn.name) ORDER BY u.id) AS units
    FROM unit u JOIN unit_name n ON n.unit_id = u.id AND n.valid_to IS NULL
    LEFT JOIN unit_name pn ON pn.unit_id = n.parent_id AND pn.valid_to IS NULL
    WHERE {_UNITS} AND u.ended_on IS NULL GROUP BY n.name HAVING count(*) > 1 ORDER BY n.name""")


@dataclass(frozen=True, slots=True)
class PersonListed:
    """A person with posts (id, unit_id, unit, role, title, campaign, starts_on, ends_on); contacts only as yes or no."""

    id: int
    name: str
    left_on: date | None
    has_phone: bool
    has_email: bool
    posts: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class DataQuality:
    """What is missing or doubtful, as rows for a page."""

    unanswered: Sequence[Mapping[str, Any]]
    unreachable: Sequence[Mapping[str, Any]]
    same_names: Sequence[Mapping[str, Any]]
    troubled: Sequence[Mapping[str, Any]] = ()


def find_people(
    session: Session,
    *,
    within: frozenset[int] | None,
    sought: str | None,
    left: bool,
    today: date,
    page: int,
    size: int,
) -> Page[PersonListed]:
    """Return people of an administration whose name, post or unit contains `sought`."""
    given = {"units": _listed(within), "sought": like(sought), "left": left, "today": today}
    return fetch_page(session, PEOPLE, PersonListed, number=page, size=size, given=given)


def get_person(session: Session, person_id: int, *, within: frozenset[int] | None, today: date) -> PersonListed:
    """Return a person of an administration with every post, past ones too; raises NotFound."""
    given = {"person": person_id, "units": _listed(within), "today": today}
    row = session.execute(PERSON, given).mappings().one_or_none()
    if row is None:
        raise NotFound("没有这个人员，或者您无权查看。")
    return PersonListed(**row)


def data_quality(session: Session, *, within: frozenset[int] | None, today: date) -> DataQuality:
    """Return units without a liaison, people without a phone or with one that is dead, names that several units bear."""
    given = {"units": _listed(within), "today": today}
    rows = [
        [dict(row) for row in session.execute(query, given).mappings()]
        for query in (UNANSWERED, UNREACHABLE, SAME_NAMES, TROUBLED)
    ]
    return DataQuality(*rows)


def _listed(within: frozenset[int] | None) -> list[int] | None:
    return None if within is None else sorted(within)
