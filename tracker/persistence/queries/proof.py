"""The proof that people were told: who, in which post, when, by which way, how it ended, and when it was opened here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from sqlalchemy import text
from sqlalchemy.orm import Session

from tracker.domain.channels import channel_title
from tracker.domain.delivery_states import STATUS_TITLES
from tracker.domain.messages import KINDS
from tracker.domain.permissions import OFFICE_SIDE

PROOF = text("""
    SELECT t.id, p.name, un.name AS unit_name, o.role, t.message, t.created_at, t.read_at, d.ref, d.channel, d.status,
        d.submitted_at, d.accepted_at, d.delivered_at, d.provider_id, i.cancelled_reason, d.reason
    FROM notice n JOIN told t ON t.task_id = n.task_id AND t.created_at >= n.issued_at
    JOIN person p ON p.id = t.person_id
    JOIN post o ON o.id = t.post_id AND o.role <> ALL(CAST(:office AS text[]))
    LEFT JOIN unit_name un ON un.unit_id = o.unit_id AND un.valid_to IS NULL
    LEFT JOIN (delivery_item i JOIN delivery d ON d.id = i.delivery_id AND d.person_id IS NOT NULL) ON i.told_id = t.id
    WHERE n.id = :notice ORDER BY t.id, d.id""")
#: What the office tells itself on the way to a decision proves nothing of the serving, and is no unit's to read.
OFFICE = sorted(role.value for role in OFFICE_SIDE)


@dataclass(frozen=True, slots=True)
class ProofWay:
    """One way out of the house."""

    ref: str
    channel: str
    status: str
    submitted_at: datetime | None
    accepted_at: datetime | None
    delivered_at: datetime | None
    provider_id: str
    why: str

    @property
    def channel_title(self) -> str:
        """Return the channel as the screen shows it."""
        return channel_title(self.channel)

    @property
    def status_title(self) -> str:
        """Return the status as the screen shows it."""
        return STATUS_TITLES[self.status]

    @property
    def title(self) -> str:
        """Return channel and status as the screen shows them."""
        return f"{self.channel_title}{self.status_title}"


@dataclass(frozen=True, slots=True)
class ProofLine:
    """One person told one thing."""

    name: str
    unit_name: str | None
    role: str
    message: str
    told_at: datetime
    read_at: datetime | None
    ways: Sequence[ProofWay]

    @property
    def kind_title(self) -> str:
        """Return what kind of message it was."""
        return KINDS[self.message].title


def find_proof(session: Session, notice_id: int) -> list[ProofLine]:
    """Return whom on the unit's side a paper was told of since it was issued, and of what; oldest first.

    Who may see it is the caller's to check.
    """
    rows = session.execute(PROOF, {"notice": notice_id, "office": OFFICE}).all()
    lines = []
    for _, several in groupby(rows, key=lambda row: row.id):
        mine = list(several)
        first = mine[0]
        ways = [
            ProofWay(r.ref, r.channel, r.status, r.submitted_at, r.accepted_at, r.delivered_at, r.provider_id,
                     r.cancelled_reason or (r.reason if r.status in ("failed", "unknown", "cancelled") else ""))
            for r in mine if r.ref is not None
        ]  # fmt: skip
        lines.append(
            ProofLine(first.name, first.unit_name, first.role, first.message, first.created_at, first.read_at, ways)
        )
    return lines
