"""Events as services write them: who acts in which post, and what enters the record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tracker.domain.chain import EventFacts, Written
from tracker.domain.permissions import Action, Place, Viewer, may
from tracker.domain.values import Actor
from tracker.persistence.repositories.events import NewEvent

ENGINE_ACTOR = Actor(person_id=0, account_id=None, posts=())


@dataclass(frozen=True)
class Doer:
    """Who did it: a person in one of his posts, or the engine (both None)."""

    person_id: int | None = None
    post_id: int | None = None


ENGINE = Doer()


def doer_at(viewer: Viewer, place: Place, action: Action) -> Doer:
    """Return the person in the post that allows `action` at `place`, so that the record names the post."""
    for post in viewer.actor.posts:
        alone = Viewer(Actor(viewer.person_id, viewer.actor.account_id, (post,)), viewer.below)
        if may(alone, action, place):
            return Doer(viewer.person_id, post.id)
    return Doer(viewer.person_id, None)


def event(
    stream: tuple[str, int],
    kind: str,
    payload: Mapping[str, Any] | Written,
    *,
    at: datetime,
    by: Doer = ENGINE,
    personal: Mapping[str, Any] | None = None,
) -> NewEvent:
    """Return an event ready to append."""
    return NewEvent(stream, at, EventFacts(kind, payload, by.person_id, by.post_id), personal)
