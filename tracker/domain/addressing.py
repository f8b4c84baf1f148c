"""Whom a rung or a message reaches: roles become people, and a vacancy goes up the chain (DESIGN.md §3.8). Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

#: What the holder of a post is called.
HOLDER_NAMES = {
    "liaison": "联络员", "head": "负责人", "area_leader": "包片领导", "supervisor": "督导员",
    "office": "办公室工作人员", "leader": "领导小组领导", "first_responsible": "第一责任人",
}  # fmt: skip
#: Who answers for a role that nobody holds. Office-side roles end at the office itself.
NEXT_IN_CHAIN = {
    "liaison": "head",
    "head": "area_leader",
    "area_leader": "office",
    "supervisor": "office",
    "leader": "office",
}
#: A word of plans: which post it is, each campaign says for itself; see `first_responsible` of its settings.
FIRST_RESPONSIBLE = "first_responsible"
FIRST_RESPONSIBLE_ROLES = ("head", "area_leader")
OFFICE_SIDE_ROLES = frozenset({"office", "supervisor", "leader"})


@dataclass(frozen=True, slots=True)
class Holder:
    """A person in a post."""

    person_id: int
    post_id: int


@dataclass(frozen=True, slots=True)
class Reached:
    """Who is reached for one list of roles, and which of the roles nobody holds."""

    holders: tuple[Holder, ...]
    vacant: tuple[str, ...]


class AddressBook:
    """Posts held today, by (unit, role). A post for one campaign serves only that campaign.

    `first_responsible`: campaign → the role that it calls so; the head where a campaign says nothing.
    """

    def __init__(
        self, posts: Iterable[tuple[int, str, int | None, int, int]], first_responsible: Mapping[int, str] | None = None
    ) -> None:
        self._first_responsible = first_responsible or {}
        self._posts: dict[tuple[int, str], list[tuple[int | None, Holder]]] = {}
        for unit_id, role, campaign_id, person_id, post_id in posts:
            self._posts.setdefault((unit_id, role), []).append((campaign_id, Holder(person_id, post_id)))

    def holders(self, unit_id: int, role: str, campaign_id: int) -> list[Holder]:
        """Return the holders of one role at one unit for one campaign."""
        return [h for only, h in self._posts.get((unit_id, role), ()) if only in (None, campaign_id)]

    def reach(
        self, roles: Sequence[str], *, unit_id: int, office_unit_id: int, campaign_id: int,
        judging_unit_id: int | None = None, passing_by: Callable[[str], Collection[int]] = lambda role: (),
    ) -> Reached:  # fmt: skip
        """Return each person once, in the order of `roles`; a vacant role is answered by the next in its chain.

        `judging_unit_id` is the unit that handed the duty down: what is the supervisors' is said to its liaison.
        `passing_by` tells which holders of a role are not wanted; where none is left, the next in the chain answers.
        """
        found: dict[int, Holder] = {}
        vacant: list[str] = []
        for role in roles:
            judged_below = judging_unit_id is not None and role in OFFICE_SIDE_ROLES
            asked: str | None = "liaison" if judged_below else role
            if role == FIRST_RESPONSIBLE:
                asked = self._first_responsible.get(campaign_id, "head")
            at_unit = judging_unit_id if judged_below and judging_unit_id is not None else unit_id
            while asked is not None:
                at = office_unit_id if asked in OFFICE_SIDE_ROLES else at_unit
                holders = self.holders(at, asked, campaign_id)
                wanted = [holder for holder in holders if holder.person_id not in passing_by(asked)]
                if wanted:
                    for holder in wanted:
                        found.setdefault(holder.person_id, holder)
                    break
                if not holders:
                    vacant.append(asked)
                asked = NEXT_IN_CHAIN.get(asked)
        return Reached(tuple(found.values()), tuple(dict.fromkeys(vacant)))
