"""A served paper that nobody of its unit opens: whoever comes next is told.

Each step resolves people at the moment at which it fires: among the unit's liaisons those who did not get the paper,
elsewhere those whom no earlier step asked. Where nobody is left, the next in the chain is asked (DESIGN.md §3.8).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from functools import partial

from tracker.domain.addressing import AddressBook
from tracker.domain.values import local_date
from tracker.persistence.repositories.incidents import NewIncident
from tracker.persistence.repositories.sweeping import CampaignPlace
from tracker.persistence.repositories.told import NewTold, ServedPaper
from tracker.persistence.unit_of_work import UnitOfWork
from tracker.services.firings import Fired
from tracker.services.telling import Audience, vacancies

LIAISON = "liaison"


def pass_on(
    uow: UnitOfWork, fired: Sequence[Fired], places: Mapping[int, CampaignPlace], names: Mapping[int, str],
    book: AddressBook,
) -> tuple[list[NewTold], list[NewIncident]]:  # fmt: skip
    """Return what is told of papers that lie unopened, and the vacancies met; `fired` is in the order of the steps."""
    papers = uow.told.served_papers([f.judged.row["task_id"] for f in fired]) if fired else {}
    asked = {task_id: set(paper.asked) for task_id, paper in papers.items()}
    rows: list[NewTold] = []
    vacant: list[NewIncident] = []
    for f in fired:
        row = f.judged.row
        paper, mine, place = papers[row["task_id"]], asked[row["task_id"]], places[row["campaign_id"]]
        reached = book.reach(
            f.reached.rung.to, unit_id=row["unit_id"], office_unit_id=place.office_unit_id,
            campaign_id=row["campaign_id"],
            passing_by=partial(_not_again, mine, paper),
        )  # fmt: skip
        mine |= {holder.person_id for holder in reached.holders}
        facts = {
            "notice_ref": paper.ref, "printed_number": paper.printed_number, "title": paper.title,
            "unit": names[row["unit_id"]], "campaign": place.campaign_title, "hours": f.reached.rung.unopened,
            "issued_on": local_date(paper.issued_at).isoformat(),
        }  # fmt: skip
        rows += [
            NewTold(f"firing:{f.firing_id}", h.person_id, h.post_id, "unopened", facts, row["campaign_id"],
                    row["task_id"], paper.notice_id, grave=True)
            for h in reached.holders
        ]  # fmt: skip
        audience = Audience(row["campaign_id"], row["unit_id"], place.office_unit_id, names[row["unit_id"]])
        vacant += vacancies(audience, reached.vacant)
    return rows, vacant


def _not_again(asked: Set[int], paper: ServedPaper, role: str) -> Set[int]:
    return asked | paper.served if role == LIAISON else asked
