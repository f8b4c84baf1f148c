"""How those of an office work together: matters in hand, decisions about many, drafts merged, views, visits, how papers look."""

from __future__ import annotations

from tracker.services.claims import ClaimService
from tracker.services.context import Floor
from tracker.services.filing import FilingService
from tracker.services.hand_papers import HandPaperService
from tracker.services.ledger import LedgerService
from tracker.services.merging import MergeService
from tracker.services.notices import NoticeService
from tracker.services.paper_settings import PaperSettingsService
from tracker.services.saved_views import SavedViewService
from tracker.services.triage import TriageService
from tracker.services.visit_changes import VisitChangeService
from tracker.services.visit_draws import VisitDrawService
from tracker.services.visits import VisitService


class Team:
    """The services of the workbench beside those of the papers themselves."""

    def __init__(self, floor: Floor, notices: NoticeService, ledger: LedgerService) -> None:
        self.claims = ClaimService(floor)
        self.merging = MergeService(floor)
        self.triage = TriageService(notices, self.claims, self.merging)
        self.saved_views = SavedViewService(floor)
        self.filing = FilingService(floor)
        self.hand_papers = HandPaperService(floor)
        self.paper_settings = PaperSettingsService(floor)
        self.visits = VisitService(floor)
        self.visit_changes = VisitChangeService(floor)
        self.visit_draws = VisitDrawService(floor, ledger)
