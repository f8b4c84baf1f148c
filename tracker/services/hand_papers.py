"""Papers that somebody begins by hand: a leader asked for one, or what is wrong stands in no clock.

The draft has one line, as it was typed, and the usual words of its kind. Its further life is that of every paper: whoever
begins it has drafted it, and another approves. Cards and listings raise a unit's standing and come from the rules alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from tracker.domain.errors import FieldProblem, InvalidInput, NotAllowed, TransitionNotAllowed
from tracker.domain.inputs import cleaned, text_of
from tracker.domain.papers import BY_HAND, NOTICE_TITLES, default_body, default_title
from tracker.domain.permissions import Action, Viewer, may_draft
from tracker.domain.personal_numbers import objection
from tracker.domain.values import local_date
from tracker.persistence.models import Campaign
from tracker.persistence.queries.visit_choices import UnitChoice, find_visit_choices
from tracker.persistence.unit_of_work import UnitOfWork
from tracker.services.context import Floor
from tracker.services.correcting import number_word
from tracker.services.drafting import BegunDraft, NewDraft, open_draft
from tracker.services.recording import Doer, doer_at
from tracker.services.visits import check_sees

MISSING = "没有这个专项行动，或者您无权查看。"
LONGEST_LINE, LONGEST_REASON = 500, 200
#: Made with the form: sent twice, it begins one draft.
_TOKEN = re.compile(r"[A-Za-z0-9_-]{16,64}")


@dataclass(frozen=True)
class _Wanted:
    kind: str
    unit_id: int
    line: str
    reason: str
    token: str


class HandPaperService:
    """Begins them. The campaign's row lock makes the same form sent twice wait for itself."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor

    def units(self, viewer: Viewer, *, campaign_ref: str) -> tuple[UnitChoice, ...]:
        """Return to whom a paper may be begun: the units with a duty in the campaign. Raises as `begin`."""
        with self._floor.uows() as uow:
            campaign = uow.campaigns.get_by_ref(campaign_ref)
            self._check(uow, viewer, campaign)
            return self._units(uow, campaign)

    def begin(self, viewer: Viewer, *, campaign_ref: str, given: Mapping[str, object]) -> BegunDraft:
        """Open a draft with one line. Raises NotFound, NotAllowed, TransitionNotAllowed for a campaign that does not run,

        InvalidInput with a sentence a field, or CannotIssue where the kind has no 机关代字.
        """
        now = self._floor.clock.now()
        with self._floor.uows() as uow:
            self._check(uow, viewer, uow.campaigns.get_by_ref(campaign_ref))
            campaign = uow.campaigns.lock_running(campaign_ref)
            by = self._check(uow, viewer, campaign)
            wanted = _read(given, self._units(uow, campaign))
            if (ref := uow.notices.begun_by(campaign.id, wanted.token)) is not None:
                return BegunDraft(ref, existing=True)
            number_word(campaign.settings, wanted.kind, None)
            new = NewDraft(
                wanted.kind, campaign.id, campaign.office_id, wanted.unit_id, BY_HAND[wanted.kind],
                default_title(wanted.kind, campaign.title), default_body(wanted.kind, campaign.title),
                {"begun": wanted.token}, (wanted.line,), said={"reason": wanted.reason},
            )  # fmt: skip
            ref = open_draft(uow, self._floor, new, by, now=now)
            uow.commit()
        return BegunDraft(ref)

    def _check(self, uow: UnitOfWork, viewer: Viewer, campaign: Campaign) -> Doer:
        place = check_sees(uow, viewer, campaign, missing=MISSING)
        if not may_draft(viewer, place):
            raise NotAllowed("文书由督导组和办公室起草。")
        if campaign.status != "issued":
            raise TransitionNotAllowed("这次行动没有下达或已经结束，不能起草文书。")
        return doer_at(viewer, place, Action.SEE_WORKBENCH)

    def _units(self, uow: UnitOfWork, campaign: Campaign) -> tuple[UnitChoice, ...]:
        office, today = uow.tasks.office_of(campaign.id), local_date(self._floor.clock.now())
        found = find_visit_choices(uow.session, campaign_id=campaign.id, office_unit_id=office.unit_id, today=today)
        return found.units


def _read(given: Mapping[str, object], units: tuple[UnitChoice, ...]) -> _Wanted:
    kind, code, token = (text_of(given.get(name)) for name in ("kind", "unit", "begun"))
    line, reason = cleaned(text_of(given.get("line"))), cleaned(text_of(given.get("reason")))
    unit_id = next((one.id for one in units if one.code == code), 0)
    problems = []
    if kind not in BY_HAND:
        problems.append(FieldProblem("kind", f"请选择文书种类：{'、'.join(NOTICE_TITLES[one] for one in BY_HAND)}。"))
    if not unit_id:
        problems.append(FieldProblem("unit", "请从这次行动的责任单位里选一个。"))
    for name, text, most, what in (
        ("line", line, LONGEST_LINE, "请写明事项：哪件事、应当怎样、现在怎样"),
        ("reason", reason, LONGEST_REASON, "请写明为什么发，如会议、文件、领导批示"),
    ):
        if not 0 < len(text) <= most:
            problems.append(FieldProblem(name, f"{what}，不超过{most}字。"))
        elif sentence := objection(text, confirmed=False, confidential=True):
            problems.append(FieldProblem(name, f"这里{sentence}。"))
    if problems:
        raise InvalidInput(problems)
    if not _TOKEN.fullmatch(token):
        raise InvalidInput([], "页面不完整，请刷新后再办。")
    return _Wanted(kind, unit_id, line, reason, token)
