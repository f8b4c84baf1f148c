"""Claiming a matter before deciding it, so that two of a team do not read the same one. A courtesy, not a lock.

What decides is, as everywhere, the version under the services' locks (DESIGN.md §3.10). A claim keeps the others of
the team off for a few minutes, says by whom, and lapses by itself: whoever goes home blocks nobody.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from tracker.domain.permissions import Viewer
from tracker.persistence.queries.triage import Claim, find_claims
from tracker.services.context import Floor

LASTS = timedelta(minutes=10)
MINUTES = LASTS // timedelta(minutes=1)


class ClaimService:
    """Takes matters in hand and lets them go. Whether the person may see a matter is for the lists to say."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor

    def take(self, viewer: Viewer, ref: str) -> bool:
        """Have a matter in hand for LASTS from now, and no other any more; False where somebody else has it."""
        now = self._floor.clock.real_now()
        with self._floor.uows() as uow:
            taken = uow.triage.claim(ref, viewer.person_id, now=now, until=now + LASTS)
            uow.commit()
        return taken

    def release(self, viewer: Viewer, refs: Sequence[str]) -> None:
        """Let go of matters; what somebody else has in hand stays there."""
        with self._floor.uows() as uow:
            uow.triage.release(refs, viewer.person_id)
            uow.commit()

    def held_by_others(self, viewer: Viewer, refs: Sequence[str]) -> dict[str, Claim]:
        """Return the matters that others have in hand now."""
        with self._floor.uows() as uow:
            return find_claims(uow.session, refs, person_id=viewer.person_id, now=self._floor.clock.real_now())

    def forget_lapsed(self) -> None:
        """Remove what lapsed long ago."""
        with self._floor.uows() as uow:
            uow.triage.forget_lapsed(before=self._floor.clock.real_now() - LASTS)
            uow.commit()


def why_held(claim: Claim) -> str:
    """Return the sentence for a matter that somebody else has in hand."""
    return f"{claim.name}正在处理。办完或者放下后就会放开，最多{MINUTES}分钟。"
