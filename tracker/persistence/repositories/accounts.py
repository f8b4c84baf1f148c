"""People, posts, accounts and sessions."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.persistence.models import Account


class AccountRepository:
    """Loads and locks accounts; what counts as a try or a lock is the service's to decide."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def lock_by_username(self, username: str) -> Account | None:
        """Return the account of this name with its row locked, so that parallel guesses are counted one by one."""
        return self._session.scalars(
            select(Account).where(Account.username == username).with_for_update()
        ).one_or_none()
