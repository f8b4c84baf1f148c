"""People with their accounts and posts, for the security administrator; and what a post can be given for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from tracker.domain.errors import NotFound
from tracker.persistence.queries.paging import Page, fetch_page
from tracker.persistence.queries.patterns import like

_PERSON = """
    SELECT h.id, h.name, h.left_on, h.phone_cipher IS NOT NULL AS has_phone, h.email_cipher IS NOT NULL AS has_email,
        coalesce(a.accounts, '[]'::jsonb) AS accounts, coalesce(p.posts, '[]'::jsonb) AS posts,
        count(*) OVER () AS total
    FROM person h
    LEFT JOIN LATERAL (
        SELECT jsonb_agg(jsonb_build_object('id', a.id, 'username', a.username, 'disabled', a.disabled,
            'locked', coalesce(a.locked_until > CAST(:real_now AS timestamptz), false), 'must_change', a.must_change,
            'last_login', a.last_login_at) ORDER BY a.id) AS accounts
        FROM account a WHERE a.person_id = h.id) a ON true
    LEFT JOIN LATERAL (
        SELECT jsonb_agg(jsonb_build_object('id', p.id, 'role', p.role, 'title', p.title, 'unit', un.name,
            'campaign', c.title, 'starts_on', p.starts_on, 'ends_on', p.ends_on) ORDER BY p.id) AS posts
        FROM post p JOIN unit_name un ON un.unit_id = p.unit_id AND un.valid_to IS NULL
        LEFT JOIN campaign c ON c.id = p.campaign_id
        WHERE p.person_id = h.id AND (p.ends_on IS NULL OR p.ends_on >= :today)) p ON true"""

PEOPLE = text(f"""{_PERSON}
    WHERE (CAST(:sought AS text) IS NULL OR h.name LIKE :sought
           OR EXISTS (SELECT FROM account s WHERE s.person_id = h.id AND s.username LIKE :sought)
           OR EXISTS (SELECT FROM post q JOIN unit_name n ON n.unit_id = q.unit_id AND n.valid_to IS NULL
                      WHERE q.person_id = h.id AND n.name LIKE :sought))
    ORDER BY h.left_on NULLS FIRST, h.id LIMIT :limit OFFSET :offset""")
PERSON = text(f"{_PERSON} WHERE h.id = :person")

UNITS = text("""
    SELECT u.id, un.name FROM unit u JOIN unit_name un ON un.unit_id = u.id AND un.valid_to IS NULL
    WHERE u.ended_on IS NULL
    ORDER BY un.position, u.id""")
CAMPAIGNS = text("SELECT id, title FROM campaign ORDER BY starts_on DESC, id DESC")
LAST_SEAL = text("SELECT at, encode(root, 'hex') AS root, leaves FROM seal ORDER BY id DESC LIMIT 1")


@dataclass(frozen=True, slots=True)
class PersonAccounts:
    """A person, with accounts (id, username, disabled, locked, must_change, last_login) and present posts."""

    id: int
    name: str
    left_on: date | None
    has_phone: bool
    has_email: bool
    accounts: Sequence[Mapping[str, Any]]
    posts: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class PostChoices:
    """Units and campaigns (id, title) for which a post can be given."""

    units: tuple[tuple[int, str], ...]
    campaigns: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class LastSeal:
    """The newest seal over the record."""

    at: datetime
    root: str
    leaves: int


def find_people(
    session: Session, *, sought: str | None, today: date, real_now: datetime, page: int, size: int
) -> Page[PersonAccounts]:
    """Return people whose name, login name or unit contains `sought`. Who may see them is the caller's to check."""
    given = {"sought": like(sought), "today": today, "real_now": real_now}
    return fetch_page(session, PEOPLE, PersonAccounts, number=page, size=size, given=given)


def get_person(session: Session, person_id: int, *, today: date, real_now: datetime) -> PersonAccounts:
    """Return one person; raises NotFound."""
    given = {"person": person_id, "today": today, "real_now": real_now}
    row = session.execute(PERSON, given).mappings().one_or_none()
    if row is None:
        raise NotFound("没有这个人员。")
    return PersonAccounts(**{name: value for name, value in row.items() if name != "total"})


def post_choices(session: Session) -> PostChoices:
    """Return what a post can be given for."""
    return PostChoices(
        units=tuple((row.id, row.name) for row in session.execute(UNITS)),
        campaigns=tuple((row.id, row.title) for row in session.execute(CAMPAIGNS)),
    )


def last_seal(session: Session) -> LastSeal | None:
    """Return the newest seal, or None before the first."""
    row = session.execute(LAST_SEAL).mappings().one_or_none()
    return LastSeal(**row) if row else None
