"""What an import changes: values that a preview shows and that are then written, exactly these."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from tracker.domain.values import Role


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field before and after, as text for people; `before` None = it is new."""

    field: str
    before: str | None
    after: str


@dataclass(frozen=True, slots=True)
class UnitAfter:
    """A unit as it will be."""

    name: str
    short_name: str
    kind: str
    level: str
    parent_key: str | None
    position: int
    aliases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class UnitChange:
    """A unit that is new (`unit_id` None) or changes in `fields`."""

    key: str
    unit_id: int | None
    after: UnitAfter
    fields: tuple[FieldChange, ...] = ()

    @property
    def is_placed_anew(self) -> bool:
        """Tell whether name, parent or order change: what has a row of its own for each span of days."""
        return any(one.field in ("name", "short_name", "parent", "position") for one in self.fields)


@dataclass(frozen=True, slots=True)
class SetChange:
    """A set that is new (`set_id` None) or gains and loses members."""

    name: str
    set_id: int | None
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PersonChange:
    """A person who is new (`person_id` None) or reached elsewhere. None for an address leaves it alone."""

    index: int
    person_id: int | None
    name: str
    phone: str | None = None
    email: str | None = None
    had_phone: bool = False
    had_email: bool = False

    @property
    def is_new(self) -> bool:
        """Tell whether the person is added."""
        return self.person_id is None


class PostAct(StrEnum):
    """What becomes of a post."""

    BEGUN = "begun"
    CHANGED = "changed"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class PostChange:
    """A post that begins, changes or ends. `index` is the person's place in the file; None = by `person_id` alone."""

    act: PostAct
    index: int | None
    person_id: int | None
    person_name: str
    post_id: int | None
    unit_key: str
    role: Role
    title: str
    campaign_id: int | None
    starts_on: date
    ends_on: date | None
    fields: tuple[FieldChange, ...] = ()


@dataclass(frozen=True)
class ChangeList:
    """All of it. `unchanged_*` count what the file names and leaves as it is."""

    units: tuple[UnitChange, ...] = ()
    sets: tuple[SetChange, ...] = ()
    people: tuple[PersonChange, ...] = ()
    posts: tuple[PostChange, ...] = ()
    unchanged_units: int = 0
    unchanged_posts: int = 0

    def __bool__(self) -> bool:
        return bool(self.units or self.sets or self.people or self.posts)

    def digest(self) -> str:
        """Return a fingerprint of the changes, so that what is written is what was shown."""
        whole = repr((self.units, self.sets, self.people, self.posts))
        return hashlib.sha256(whole.encode()).hexdigest()
