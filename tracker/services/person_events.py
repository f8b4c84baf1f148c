"""Events on a person's stream, and who may cause those that concern somebody else."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tracker.domain.chain import EventFacts
from tracker.domain.errors import NotFound
from tracker.domain.permissions import Action, Viewer, may
from tracker.persistence.repositories.events import NewEvent


def person_event(
    person_id: int,
    kind: str,
    *,
    at: datetime,
    by: int | None,
    personal: Mapping[str, Any] | None = None,
    **payload: object,
) -> NewEvent:
    """Return an event of a person's stream; names, phones and addresses belong into `personal`."""
    return NewEvent(("person", person_id), at, EventFacts(kind, payload, person_id=by), personal=personal)


def check_may_manage(by: Viewer | None) -> int | None:
    """Return the acting person's id; None is the operator at the command line.

    Raises NotFound for anybody else than a security administrator: for them these pages do not exist.
    """
    if by is None:
        return None
    if not may(by, Action.MANAGE_ACCOUNTS):
        raise NotFound("没有这个页面，或者您无权查看。")
    return by.person_id
