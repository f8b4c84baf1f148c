"""What enters the record of a plan: handed in, edited by whom from what to what, made a campaign or given up.

A draft has a stream of its own. What becomes of it stands in the campaign's stream too: for each measure the places
of the plan that it came from, and where somebody changed its words both the plan's and the new ones. The text's hash
is in both streams, so that the words can be compared with the document itself.
"""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256

from tracker.domain.plan_changes import recorded, reworded
from tracker.domain.plan_drafts import Content, key_of, unaccepted
from tracker.persistence.models import Campaign, PlanDraft
from tracker.persistence.repositories.events import NewEvent
from tracker.services.recording import Doer, event

STREAM = "plan"
HANDED_IN, EDITED, UNDONE, USED, DROPPED = "plan.handed_in", "plan.edited", "plan.undone", "plan.used", "plan.dropped"
MADE_OF_PLAN = "campaign.made_of_plan"


def handed_in(draft: PlanDraft, *, at: datetime, by: Doer) -> NewEvent:
    """Return the event of a document that was read. Its file's name may name a person, so it stands apart."""
    payload = {
        "ref": draft.ref, "office": draft.office_id, "text": _hash(draft), "measures": len(draft.content["measures"]),
    }  # fmt: skip
    return event((STREAM, draft.id), HANDED_IN, payload, at=at, by=by, personal={"file_name": draft.file_name})


def edited(draft: PlanDraft, before: Content, *, undone: bool, at: datetime, by: Doer) -> NewEvent:
    """Return the event of an edit, or of one taken back, with every field from what to what."""
    payload = {"revision": draft.revision, "lines": recorded(before, draft.content)}
    return event((STREAM, draft.id), UNDONE if undone else EDITED, payload, at=at, by=by)


def given_up(draft: PlanDraft, *, at: datetime, by: Doer) -> NewEvent:
    """Return the event of a draft that nobody wants any more."""
    return event((STREAM, draft.id), DROPPED, {"revision": draft.revision}, at=at, by=by)


def made_campaign(draft: PlanDraft, campaign: Campaign, *, at: datetime, by: Doer) -> list[NewEvent]:
    """Return what the streams of the draft and of its campaign say of the making."""
    kept = [one for one in draft.content["measures"] if one["kept"]]
    measures = [
        {
            "key": key_of(one), "spans": one["spans"], "accepted": one["accepted"],
            **({"read": one["read"], "text": one["text"]} if reworded(one) else {}),
        }
        for one in kept
    ]  # fmt: skip
    used = {
        "campaign": campaign.ref,
        "revision": draft.revision,
        "unaccepted": [one["id"] for one in unaccepted(draft.content)],
    }
    return [
        event((STREAM, draft.id), USED, used, at=at, by=by),
        event(
            ("campaign", campaign.id), MADE_OF_PLAN, {"plan": draft.ref, "text": _hash(draft), "measures": measures},
            at=at, by=by,
        ),
    ]  # fmt: skip


def _hash(draft: PlanDraft) -> str:
    return sha256(draft.text.encode()).hexdigest()
