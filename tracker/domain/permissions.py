"""Who may do what where: one table role × action × place (DESIGN.md §1, DOMAIN.md §7).

A person sees the campaigns of the posts held (sideways cut) and the units below them (downward cut). What a person
may not see does not exist for that person: the caller answers NotFound, never NotAllowed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from tracker.domain.extending import ANSWERING_ROLES, EXTENSION, EXTENSION_FINAL, AnswerStep
from tracker.domain.rising import DECIDING_PARTIES, Risen
from tracker.domain.values import Actor, Post, Role


class Action(StrEnum):
    """What can be asked for."""

    SEE_TASK = "see_task"
    ACT_AS_UNIT = "act_as_unit"
    ACT_AS_SUPERVISOR = "act_as_supervisor"
    ACT_AS_OFFICE = "act_as_office"
    ACT_AS_LEADER = "act_as_leader"
    ACT_AS_LEAD = "act_as_lead"
    HAND_DOWN = "hand_down"
    OBJECT = "object"  # contest a paper that was served on one's unit
    CHANGE_CAMPAIGN = "change_campaign"
    URGE = "urge"
    ORDER_RUNG = "order_rung"
    DECIDE_EXTENSION = "decide_extension"  # answer it, or examine it where a leader approves
    APPROVE_EXTENSION = "approve_extension"  # the second of two steps
    DECIDE_IN_PLACE = "decide_in_place"  # decide in the office's place what rose to one's unit (domain.rising)
    SEE_WORKBENCH = "see_workbench"
    SEE_CAMPAIGN = "see_campaign"
    ISSUE_CAMPAIGN = "issue_campaign"
    RECORD_OCCURRENCE = "record_occurrence"  # what happened at a unit, which may open a look-back
    PLAN_VISIT = "plan_visit"  # a team goes to units; also to end a visit and to call it off
    SEE_INCIDENTS = "see_incidents"
    SEE_OUTBOX = "see_outbox"  # what goes out and what became of it; try again, let a channel go on
    SEE_PROOF = "see_proof"  # what one person was told in a time, and what became of it
    MANAGE_ACCOUNTS = "manage_accounts"
    SEE_ACCOUNTS = "see_accounts"
    SEE_UNITS = "see_units"
    MANAGE_UNITS = "manage_units"
    SEE_CONTACTS = "see_contacts"
    MANAGE_AREAS = "manage_areas"
    MANAGE_TEMPLATES = "manage_templates"  # the office's own Word templates of papers
    SEE_OWN_AREA = "see_own_area"
    VERIFY_LEDGER = "verify_ledger"
    SEE_CALENDAR = "see_calendar"
    MANAGE_CALENDAR = "manage_calendar"
    SEE_HEALTH = "see_health"
    SEE_ACCESS_LOG = "see_access_log"  # who opened a confidential task
    TAKE_EVIDENCE = "take_evidence"  # of an issued paper, as one file


class Tie(StrEnum):
    """How a task hangs on another beyond having been opened by it."""

    PART = "part"  # a supporter's part of a joint duty; the other unit leads
    SHARE = "share"  # a share of a duty that the other unit, which stands above, handed down


@dataclass(frozen=True)
class Tied:
    """The tie of a task and the unit at its other end."""

    tie: Tie
    upper_unit_id: int

    @classmethod
    def of(cls, tie: str | None, upper_unit_id: int | None) -> Tied | None:
        """Return the value of the two columns of a task, None where it stands on its own."""
        return None if tie is None or upper_unit_id is None else cls(Tie(tie), upper_unit_id)

    @property
    def is_share(self) -> bool:
        """Tell whether the upper unit stands in the supervisors' place."""
        return self.tie is Tie.SHARE


@dataclass(frozen=True)
class Place:
    """Where an action happens.

    internal  an unissued campaign or a draft, which no unit sees
    risen     the unit above the office that decides this matter, because nobody at the office may
    tied      the unit that leads this part of a joint duty, or that handed this share down
    partners  the units that have a part in this duty; they see it and do nothing to it
    """

    office_unit_id: int | None = None
    campaign_id: int | None = None
    unit_id: int | None = None
    internal: bool = False
    risen: Risen | None = None
    tied: Tied | None = None
    partners: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Viewer:
    """An actor with what the unit tree adds: for each unit of a post, the units below it (itself included)."""

    actor: Actor
    below: Mapping[int, frozenset[int]] = field(default_factory=dict)

    @property
    def person_id(self) -> int:
        """Return the acting person's id."""
        return self.actor.person_id

    def units(self, *roles: Role) -> frozenset[int]:
        """Return every unit at or below a post with one of `roles`."""
        found: set[int] = set()
        for post in self.actor.posts:
            if post.role in roles:
                found |= self.below.get(post.unit_id, frozenset({post.unit_id}))
        return frozenset(found)

    def roles(self) -> frozenset[Role]:
        """Return every role held."""
        return frozenset(post.role for post in self.actor.posts)


#: Roles that see and act over a whole campaign of the office at which they hold their post.
OFFICE_SIDE = frozenset({Role.OFFICE, Role.SUPERVISOR, Role.LEADER})
#: Roles that see their unit and the units below.
UNIT_SIDE = frozenset({Role.HEAD, Role.LIAISON, Role.AREA_LEADER})

#: action → roles, over the campaign's office
OVER_CAMPAIGN: Mapping[Action, frozenset[Role]] = {
    Action.SEE_TASK: OFFICE_SIDE,
    Action.SEE_CAMPAIGN: OFFICE_SIDE,
    Action.ACT_AS_SUPERVISOR: frozenset({Role.SUPERVISOR}),
    Action.ACT_AS_OFFICE: frozenset({Role.OFFICE}),
    Action.ACT_AS_LEADER: frozenset({Role.LEADER}),
    Action.URGE: OFFICE_SIDE,
    Action.ORDER_RUNG: frozenset({Role.LEADER}),
    Action.DECIDE_EXTENSION: frozenset({Role.OFFICE, Role.SUPERVISOR}),
    Action.APPROVE_EXTENSION: frozenset({Role.LEADER}),
    Action.SEE_WORKBENCH: OFFICE_SIDE,
    Action.ISSUE_CAMPAIGN: frozenset({Role.OFFICE}),
    Action.CHANGE_CAMPAIGN: frozenset({Role.OFFICE}),
    Action.RECORD_OCCURRENCE: frozenset({Role.OFFICE, Role.SUPERVISOR}),
    Action.PLAN_VISIT: frozenset({Role.OFFICE, Role.SUPERVISOR}),
    Action.SEE_INCIDENTS: frozenset({Role.OFFICE}),
    Action.SEE_OUTBOX: frozenset({Role.OFFICE}),
    Action.SEE_PROOF: frozenset({Role.OFFICE, Role.SUPERVISOR}),
    Action.SEE_ACCESS_LOG: frozenset({Role.SUPERVISOR, Role.LEADER}),
    Action.TAKE_EVIDENCE: OFFICE_SIDE,
    Action.SEE_UNITS: frozenset({Role.OFFICE}),
    Action.MANAGE_UNITS: frozenset({Role.OFFICE}),
    Action.SEE_CONTACTS: frozenset({Role.OFFICE}),
    Action.MANAGE_AREAS: frozenset({Role.OFFICE}),
    Action.MANAGE_TEMPLATES: frozenset({Role.OFFICE}),
    # The yearly notice reaches the office on paper, and the office answers for the dates that it gave out.
    Action.SEE_CALENDAR: frozenset({Role.OFFICE}),
    Action.MANAGE_CALENDAR: frozenset({Role.OFFICE}),
}
#: action → roles, at the very unit of the task
AT_UNIT: Mapping[Action, frozenset[Role]] = {
    Action.ACT_AS_UNIT: frozenset({Role.HEAD, Role.LIAISON}),
    Action.DECIDE_IN_PLACE: frozenset({Role.HEAD}),
    Action.HAND_DOWN: frozenset({Role.HEAD, Role.LIAISON}),
    Action.OBJECT: frozenset({Role.HEAD, Role.LIAISON}),
    Action.SEE_ACCESS_LOG: frozenset({Role.HEAD, Role.LIAISON}),
    Action.TAKE_EVIDENCE: frozenset({Role.HEAD, Role.LIAISON}),
}
_ANSWERING = frozenset({Role.HEAD, Role.LIAISON})
#: tie → action → roles, at the unit at the other end of the tie
AT_UPPER: Mapping[Tie, Mapping[Action, frozenset[Role]]] = {
    Tie.PART: {Action.SEE_TASK: UNIT_SIDE, Action.ACT_AS_LEAD: _ANSWERING, Action.URGE: _ANSWERING},
    Tie.SHARE: {
        Action.SEE_TASK: UNIT_SIDE,
        Action.ACT_AS_SUPERVISOR: _ANSWERING,
        Action.ACT_AS_OFFICE: _ANSWERING,
        Action.DECIDE_EXTENSION: _ANSWERING,
        Action.URGE: _ANSWERING,
    },
}
#: What the upper unit does to a share instead of the office's own people.
TAKEN_OVER = frozenset({Action.ACT_AS_SUPERVISOR, Action.DECIDE_EXTENSION, Action.APPROVE_EXTENSION})
#: action → roles, at the unit of the task or above it
ABOVE_UNIT: Mapping[Action, frozenset[Role]] = {
    Action.SEE_TASK: UNIT_SIDE,
    Action.SEE_CAMPAIGN: UNIT_SIDE,
    Action.URGE: frozenset({Role.AREA_LEADER}),
    Action.SEE_OWN_AREA: frozenset({Role.AREA_LEADER}),
}
#: action → roles, wherever (the administrators; no business data)
ANYWHERE: Mapping[Action, frozenset[Role]] = {
    Action.MANAGE_ACCOUNTS: frozenset({Role.SECURITY_ADMIN}),
    Action.SEE_ACCOUNTS: frozenset({Role.SECURITY_ADMIN, Role.AUDIT_ADMIN}),
    Action.VERIFY_LEDGER: frozenset({Role.AUDIT_ADMIN}),
    Action.SEE_INCIDENTS: frozenset({Role.SYSTEM_ADMIN}),
    # What waits and why, without a word of what it says.
    Action.SEE_OUTBOX: frozenset({Role.SYSTEM_ADMIN}),
    Action.SEE_PROOF: frozenset({Role.SYSTEM_ADMIN}),
    # The structure, and no business; phones and mail addresses stay with the office.
    Action.SEE_UNITS: frozenset({Role.SYSTEM_ADMIN}),
    Action.SEE_HEALTH: frozenset({Role.SYSTEM_ADMIN}),
    # One calendar serves every office, and a year not imported makes all of them count wrongly: whoever keeps the
    # system may import it without waiting for an office. Which campaigns' dates move stays unnamed there.
    Action.SEE_CALENDAR: frozenset({Role.SYSTEM_ADMIN}),
    Action.MANAGE_CALENDAR: frozenset({Role.SYSTEM_ADMIN}),
}
#: Units, people and the calendar belong to no campaign: a post for one campaign alone does not reach them.
BESIDE_CAMPAIGNS = frozenset({
    Action.SEE_UNITS, Action.MANAGE_UNITS, Action.SEE_CONTACTS, Action.SEE_CALENDAR, Action.MANAGE_CALENDAR,
    Action.MANAGE_TEMPLATES,
})  # fmt: skip
PARTY_ACTIONS = {
    "unit": Action.ACT_AS_UNIT, "lead": Action.ACT_AS_LEAD, "supervisor": Action.ACT_AS_SUPERVISOR,
    "office": Action.ACT_AS_OFFICE, "leader": Action.ACT_AS_LEADER,
}  # fmt: skip
#: What it takes, somewhere, to edit a rectification ledger that is read back.
EDITING = (Action.ACT_AS_UNIT, Action.ACT_AS_SUPERVISOR, Action.ACT_AS_OFFICE)
#: step of the answer to an extension → what it takes to give it
ANSWERING = {
    AnswerStep.ONLY: Action.DECIDE_EXTENSION, AnswerStep.FIRST: Action.DECIDE_EXTENSION,
    AnswerStep.FINAL: Action.APPROVE_EXTENSION,
}  # fmt: skip
#: The parties, with what answers an extension, for decisions that rose.
_PARTY_ACTIONS = {**PARTY_ACTIONS, EXTENSION: Action.DECIDE_EXTENSION, EXTENSION_FINAL: Action.APPROVE_EXTENSION}


def may(viewer: Viewer, action: Action, place: Place = Place()) -> bool:
    """Tell whether the viewer may do `action` at `place`."""
    return any(_post_allows(viewer, post_index, action, place) for post_index in range(len(viewer.actor.posts)))


def may_draft(viewer: Viewer, place: Place) -> bool:
    """Tell whether the viewer drafts papers at `place`, and does what goes with them: the supervisors and the office."""
    return may(viewer, Action.ACT_AS_SUPERVISOR, place) or may(viewer, Action.ACT_AS_OFFICE, place)


def parties(viewer: Viewer, place: Place) -> frozenset[str]:
    """Return the parties (unit, lead, supervisor, office, leader) as which the viewer may act at `place`."""
    return frozenset(party for party, action in PARTY_ACTIONS.items() if may(viewer, action, place))


def _post_allows(viewer: Viewer, index: int, action: Action, place: Place) -> bool:
    post = viewer.actor.posts[index]
    if post.role in ANYWHERE.get(action, frozenset()):
        return True
    if post.campaign_id not in (None, place.campaign_id):
        return False
    if (
        place.risen is not None
        and post.unit_id == place.risen.unit_id
        and _risen_allows(post.role, action, place.risen)
    ):
        return True
    if place.tied is not None and _tie_allows(viewer, post, action, place.tied):
        return True
    if place.tied is not None and place.tied.is_share and action in TAKEN_OVER:
        return False
    if action in BESIDE_CAMPAIGNS and post.campaign_id is not None:
        return False
    if post.role in OVER_CAMPAIGN.get(action, frozenset()):
        return place.office_unit_id is None or post.unit_id == place.office_unit_id
    if place.internal:
        return False
    if post.role in AT_UNIT.get(action, frozenset()):
        return post.unit_id == place.unit_id
    if action is Action.SEE_TASK and post.role in UNIT_SIDE and place.partners & _at_or_below(viewer, post):
        return True
    if post.role in ABOVE_UNIT.get(action, frozenset()):
        return place.unit_id is None or place.unit_id in _at_or_below(viewer, post)
    return False


def _at_or_below(viewer: Viewer, post: Post) -> frozenset[int]:
    return viewer.below.get(post.unit_id, frozenset({post.unit_id}))


def _tie_allows(viewer: Viewer, post: Post, action: Action, tied: Tied) -> bool:
    """Tell whether a post at the other end of the tie does this here; seeing goes for the units above it as well."""
    if post.role not in AT_UPPER[tied.tie].get(action, frozenset()):
        return False
    if action is Action.SEE_TASK:
        return tied.upper_unit_id in _at_or_below(viewer, post)
    return post.unit_id == tied.upper_unit_id


def _risen_allows(role: Role, action: Action, risen: Risen) -> bool:
    """Tell whether a post at the unit above decides here: its head, or whoever holds there what the office lacks."""
    answering = {
        party: ANSWERING_ROLES.get(party, frozenset({party}))
        for party in risen.parties & (DECIDING_PARTIES | ANSWERING_ROLES.keys())
    }
    mine = {party for party, roles in answering.items() if role is Role.HEAD or role.value in roles}
    if action is Action.SEE_TASK:
        return bool(mine)
    return any(_PARTY_ACTIONS[party] is action for party in mine)
