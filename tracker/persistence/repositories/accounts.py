"""People's accounts, sessions and posts, loaded and locked. What counts as a try the service decides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import delete, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from tracker.persistence.models import Account, LoginSession, Person, PostHeld

POSTS_TODAY = text("""
    SELECT p.id, p.unit_id, p.role, p.campaign_id, p.title, coalesce(n.name, u.key) AS unit_name
    FROM post p JOIN unit u ON u.id = p.unit_id
    LEFT JOIN unit_name n ON n.unit_id = p.unit_id AND n.valid_to IS NULL
    WHERE p.person_id = :person AND p.starts_on <= :today AND (p.ends_on IS NULL OR p.ends_on >= :today)
    ORDER BY p.id""")

SESSION = text("""
    SELECT s.account_id, s.created_at, s.seen_at, a.person_id, a.username, a.must_change, p.name
    FROM login_session s JOIN account a ON a.id = s.account_id JOIN person p ON p.id = a.person_id
    WHERE s.token_hash = :token AND s.ended_at IS NULL AND NOT a.disabled
        AND (p.left_on IS NULL OR p.left_on > :today)""")

LISTED = text("""
    SELECT a.id, a.person_id, a.username, p.name, a.must_change, a.disabled, a.locked_until, a.last_login_at
    FROM account a JOIN person p ON p.id = a.person_id
    WHERE CAST(:only AS bigint) IS NULL OR a.id = :only
    ORDER BY a.username""")


FORGET_WITHOUT_POST = text("""
    UPDATE person h SET phone_cipher = NULL, email_cipher = NULL
    WHERE (h.phone_cipher IS NOT NULL OR h.email_cipher IS NOT NULL)
        AND EXISTS (SELECT 1 FROM post p WHERE p.person_id = h.id)
        AND NOT EXISTS (SELECT 1 FROM post p WHERE p.person_id = h.id AND (p.ends_on IS NULL OR p.ends_on >= :since))
    RETURNING h.id""")


@dataclass(frozen=True, slots=True)
class PostRow:
    """A post that a person holds on a day, with the unit's name of today."""

    id: int
    unit_id: int
    role: str
    campaign_id: int | None
    title: str
    unit_name: str


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A session that nobody has ended, of an account that is not disabled; whether it ran out is not said."""

    account_id: int
    created_at: datetime
    seen_at: datetime
    person_id: int
    username: str
    must_change: bool
    name: str


@dataclass(frozen=True, slots=True)
class AccountRow:
    """An account as lists show it; never its hash."""

    id: int
    person_id: int
    username: str
    name: str
    must_change: bool
    disabled: bool
    locked_until: datetime | None
    last_login_at: datetime | None


class AccountRepository:
    """Accounts, sessions, and the posts of one person."""

    def __init__(self, session: Session) -> None:
        self._session = session

    # -- accounts

    def lock_by_username(self, username: str) -> Account | None:
        """Return the account of this name with its row locked, so that parallel guesses count one by one."""
        return self._session.scalars(
            select(Account).where(Account.username == username).with_for_update()
        ).one_or_none()

    def lock(self, account_id: int) -> Account | None:
        """Return an account with its row locked, or None."""
        return self._session.scalars(select(Account).where(Account.id == account_id).with_for_update()).one_or_none()

    def rows(self, *, account_id: int | None = None) -> list[AccountRow]:
        """Return accounts by user name, or the one asked for."""
        return [AccountRow(*row) for row in self._session.execute(LISTED, {"only": account_id})]

    def add(self, *, person_id: int, username: str, password_hash: str, must_change: bool, now: datetime) -> int | None:
        """Add an account and return its id; None when the name is taken, also by somebody who was quicker."""
        return self._session.scalar(
            insert(Account)
            .values(
                person_id=person_id, username=username, password_hash=password_hash, must_change=must_change,
                disabled=False, failed_tries=0, created_at=now,
            )
            .on_conflict_do_nothing(index_elements=["username"])
            .returning(Account.id)
        )  # fmt: skip

    # -- sessions

    def add_session(self, token_hash: bytes, *, account_id: int, at: datetime) -> None:
        """Add a session; `at` is real time."""
        self._session.add(LoginSession(token_hash=token_hash, account_id=account_id, created_at=at, seen_at=at))

    def find_session(self, token_hash: bytes, *, today: date) -> SessionRow | None:
        """Return a session that still counts for its account and person, or None."""
        row = self._session.execute(SESSION, {"token": token_hash, "today": today}).one_or_none()
        return SessionRow(*row) if row else None

    def touch_session(self, token_hash: bytes, *, at: datetime) -> None:
        """Record that a session was used."""
        self._session.execute(update(LoginSession).where(LoginSession.token_hash == token_hash).values(seen_at=at))

    def end_session(self, token_hash: bytes, *, at: datetime) -> int | None:
        """End one session and return its account; None when it had ended or never was."""
        return self._session.scalar(
            update(LoginSession)
            .where(LoginSession.token_hash == token_hash, LoginSession.ended_at.is_(None))
            .values(ended_at=at)
            .returning(LoginSession.account_id)
        )

    def end_sessions(self, account_id: int, *, at: datetime, besides: bytes = b"") -> None:
        """End every session of an account but the one named."""
        self._session.execute(
            update(LoginSession)
            .where(
                LoginSession.account_id == account_id,
                LoginSession.ended_at.is_(None),
                LoginSession.token_hash != besides,
            )
            .values(ended_at=at)
        )

    def forget_sessions(self, *, before: datetime) -> None:
        """Delete sessions that began before a moment; they ran out long ago."""
        self._session.execute(delete(LoginSession).where(LoginSession.created_at < before))

    # -- people and posts

    def lock_person(self, person_id: int) -> Person | None:
        """Return a person with the row locked, so that two posts given at once see one another."""
        return self._session.scalars(
            select(Person).where(Person.id == person_id).with_for_update(key_share=True)
        ).one_or_none()

    def forget_addresses_without_post(self, *, since: date) -> list[int]:
        """Wipe the addresses of people who held a post once and none since that day; return their ids."""
        return sorted(self._session.execute(FORGET_WITHOUT_POST, {"since": since}).scalars())

    def person_name(self, person_id: int) -> str:
        """Return a person's name."""
        return self._session.execute(select(Person.name).where(Person.id == person_id)).scalar_one()

    def posts_on(self, person_id: int, day: date) -> list[PostRow]:
        """Return the posts that a person holds on a Shanghai date."""
        return [PostRow(*row) for row in self._session.execute(POSTS_TODAY, {"person": person_id, "today": day})]

    def posts_from(self, person_id: int, day: date) -> Sequence[PostHeld]:
        """Return a person's posts that have not ended before a date, those that begin later included."""
        return self._session.scalars(
            select(PostHeld)
            .where(PostHeld.person_id == person_id, PostHeld.ends_on.is_(None) | (PostHeld.ends_on >= day))
            .order_by(PostHeld.id)
        ).all()

    def get_post(self, post_id: int) -> PostHeld | None:
        """Return a post, or None."""
        return self._session.get(PostHeld, post_id)

    def set_post_end(self, post_id: int, *, starts_on: date, ends_on: date) -> None:
        """Give a post its span of days, the last included."""
        self._session.execute(
            update(PostHeld).where(PostHeld.id == post_id).values(starts_on=starts_on, ends_on=ends_on)
        )

    def accounts_of(self, person_id: int) -> Sequence[Account]:
        """Return a person's accounts with their rows locked."""
        return self._session.scalars(
            select(Account).where(Account.person_id == person_id).order_by(Account.id).with_for_update()
        ).all()
