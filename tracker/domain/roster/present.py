"""Units and people as the database has them today, and what whoever imports may touch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from tracker.domain.values import Role


@dataclass(frozen=True, slots=True)
class PresentUnit:
    """A unit. `ended_on` = it was merged or split up and is kept for its history only."""

    id: int
    key: str
    kind: str
    level: str
    name: str
    short_name: str
    parent_key: str | None
    position: int
    aliases: tuple[str, ...] = ()
    ended_on: date | None = None


@dataclass(frozen=True, slots=True)
class PresentSet:
    """A named set of units of one office."""

    id: int
    name: str
    members: frozenset[str]


@dataclass(frozen=True, slots=True)
class PresentPerson:
    """A person who has not left."""

    id: int
    name: str
    phone: str | None = None
    email: str | None = None
    logins: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PresentPost:
    """A post, also one that has ended or is to begin."""

    id: int
    person_id: int
    unit_key: str
    role: Role
    title: str
    campaign_id: int | None
    starts_on: date
    ends_on: date | None = None


@dataclass(frozen=True)
class Importer:
    """Who imports. `scope` = the codes of the units of the own administration; None (the operator) = all.

    The operator at the command line may also set administrators' posts, and has no posts of his own to keep off.
    """

    scope: frozenset[str] | None = None
    person_id: int | None = None

    def reaches(self, key: str | None) -> bool:
        """Tell whether a unit lies in the own administration."""
        return self.scope is None or (key is not None and key in self.scope)


@dataclass(frozen=True)
class County:
    """All that a file is held against.

    campaigns   number and title → id
    left        (name, unit's code) of people who have left → the day
    """

    today: date
    units: Mapping[str, PresentUnit] = field(default_factory=dict)
    sets: Mapping[str, PresentSet] = field(default_factory=dict)
    people: Mapping[int, PresentPerson] = field(default_factory=dict)
    posts: tuple[PresentPost, ...] = ()
    campaigns: Mapping[str, int] = field(default_factory=dict)
    importer: Importer = Importer()
    left: Mapping[tuple[str, str], date] = field(default_factory=dict)
