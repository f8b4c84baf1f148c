"""Plan drafts: an office hands in a plan, edits what was read from it, and makes a campaign of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from tracker.domain.campaign_file import CampaignFile
from tracker.domain.errors import (
    DefinitionInvalid,
    FieldProblem,
    InvalidInput,
    NotAllowed,
    NotFound,
    StaleVersion,
    TransitionNotAllowed,
)
from tracker.domain.outlook import Outlook, look_ahead
from tracker.domain.permissions import Action, Place, Viewer, may
from tracker.domain.plan_arranging import split
from tracker.domain.plan_changes import change_between, taken_back
from tracker.domain.plan_drafts import (
    Content,
    campaign_of,
    doubts,
    open_questions,
    place_of,
    unaccepted,
    with_units,
)
from tracker.domain.ports import Cipher
from tracker.domain.unit_matching import UnitNames
from tracker.domain.values import local_date
from tracker.persistence.models import PlanDraft
from tracker.persistence.queries.history import HistoryEvent, read_history
from tracker.persistence.queries.plan_drafts import PlanDraftLine, find_plan_drafts
from tracker.persistence.queries.reached import Reached, find_reached
from tracker.persistence.repositories.units import OfficeRow
from tracker.persistence.unit_of_work import UnitOfWork
from tracker.plans.burdens import find_burdens
from tracker.services.campaign_loading import CampaignLoading
from tracker.services.campaigns import PresentPlaces, read_places
from tracker.services.context import Floor
from tracker.services.plan_proposals import content_of, read_plan
from tracker.services.plan_records import STREAM, edited, given_up, handed_in, made_campaign
from tracker.services.recording import Doer, doer_at

NOT_MADE = "没有生成行动，什么都没有改动。请按下面逐条修改。"
KNOWINGLY = "还有{many}条措施没有认可，没有生成。请逐条看过；确实不必再看的，勾选“未认可的也一并生成”后再生成。"
_ROW = re.compile(r"measures\.第(\d+)项[^:：]*[:：]?\s*")
#: So many edits can be taken back.
MOST_UNDONE = 30


class CampaignReader(Protocol):
    """Checks what a campaign file would hold."""

    def __call__(
        self, content: Mapping[str, Any], *, units: Mapping[str, tuple[str, str]], sets: Mapping[str, tuple[str, ...]]
    ) -> CampaignFile:
        """Return the file; raises DefinitionInvalid with every problem as a sentence."""


@dataclass(frozen=True)
class LookedAhead:
    """What issuing the campaign now would ask of its units, and who answers there."""

    outlook: Outlook
    reached: Sequence[Reached]


@dataclass(frozen=True)
class ReadyDraft:
    """A draft whose questions are answered: what its campaign file would hold, and how many tasks that asks for."""

    file: CampaignFile
    revision: int
    tasks: int


@dataclass(frozen=True)
class DraftPage:
    """A draft as its page shows it.

    choices    what a printed name may mean, sets first
    questions  what has to be answered before a campaign can be made
    doubts     what the reader was unsure of; accepting a proposal answers its own
    waiting    how many kept proposals nobody has accepted yet
    """

    ref: str
    revision: int
    file_name: str
    text: str
    content: Content
    undoable: bool
    choices: Sequence[str]
    questions: Sequence[FieldProblem]
    doubts: Sequence[FieldProblem]
    waiting: int
    campaign_ref: str | None
    notes: Sequence[str]
    ahead: LookedAhead | None


@dataclass(frozen=True)
class DraftRecord:
    """Who changed what in a draft, oldest first, beside what it holds now and the plan's text."""

    ref: str
    content: Content
    text: str
    campaign_ref: str | None
    given_up: bool
    events: Sequence[HistoryEvent]


class PlanDraftService:
    """Everything here is of the viewer's own office; another office's draft does not exist."""

    def __init__(self, floor: Floor, *, cipher: Cipher, reader: CampaignReader) -> None:
        self._floor = floor
        self._cipher = cipher
        self._reader = reader

    def start(self, viewer: Viewer, *, name: str, content: bytes) -> str:
        """Read a document and return the ref of its draft.

        Raises PlanUnreadable with the reader's sentence, or InvalidInput where it holds no measure, saying why.
        """
        now = self._floor.clock.now()
        with self._floor.uows() as uow:
            offices = _offices(uow, viewer)
            office = offices[0]
        text, reading = read_plan(name, content)
        with self._floor.uows() as uow:
            places = read_places(uow, [office.id])
            names = UnitNames(places.units.values(), places.sets, uow.plan_drafts.aliases())
            (ref,) = uow.tasks.new_refs("FA", local_date(now).year, 1)
            key = "plan_" + ref.removeprefix("FA-").replace("-", "_")
            proposed = content_of(
                reading, names, find_burdens(text), key=key, word=uow.plan_drafts.latest_word(office.id)
            )
            draft = uow.plan_drafts.add(
                PlanDraft(
                    ref=ref, office_id=office.id, person_id=viewer.person_id, file_name=name[:200], text=text,
                    content=proposed, earlier=[], revision=1, created_at=now, changed_at=now,
                )
            )  # fmt: skip
            uow.events.append([handed_in(draft, at=now, by=_doer(viewer, office))])
            uow.commit()
        return str(ref)

    def listed(self, viewer: Viewer) -> list[PlanDraftLine]:
        """Return the drafts of the viewer's offices."""
        with self._floor.uows() as uow:
            return find_plan_drafts(uow.session, [office.id for office in _offices(uow, viewer)])

    def check_visible(self, viewer: Viewer, ref: str) -> None:
        """Raise NotFound for a draft that is not there for the viewer, before a word is said about a form."""
        with self._floor.uows() as uow:
            _find(uow, viewer, ref)

    def show(self, viewer: Viewer, ref: str) -> DraftPage:
        """Return one draft; raises NotFound."""
        with self._floor.uows() as uow:
            draft, office = _find(uow, viewer, ref)
            places = read_places(uow, [office.id])
            questions = open_questions(draft.content)
            return DraftPage(
                draft.ref, draft.revision, draft.file_name, draft.text, draft.content, bool(draft.earlier), _choices(places),
                questions, doubts(draft.content), len(unaccepted(draft.content)), uow.plan_drafts.campaign_ref(draft),
                draft.content["notes"],
                None if questions or draft.campaign_id is not None else self._look_ahead(uow, draft, office, places),
            )  # fmt: skip

    def ready(self, viewer: Viewer, ref: str) -> ReadyDraft:
        """Return what a draft comes to. Raises NotFound, or InvalidInput while anything stands against making it."""
        with self._floor.uows() as uow:
            draft, office = _find(uow, viewer, ref)
            if problems := open_questions(draft.content):
                raise InvalidInput(problems, "还有没答完的问题，请先在核对方案的页面上处理。")
            places = read_places(uow, [office.id])
            file = self._file(uow, draft, office, places)
            outlook = look_ahead(file, places.labels, self._floor.calendars.newest(), now=self._floor.clock.now())
            return ReadyDraft(file, draft.revision, outlook.tasks)

    def change(
        self, viewer: Viewer, ref: str, *, expected_revision: int, edit: Callable[[Content], Content]
    ) -> Content:
        """Let `edit` make the new content and return it; who changed what from what is recorded.

        Raises StaleVersion when somebody else changed the draft meanwhile.
        """
        with self._floor.uows() as uow:
            draft, office = _open(uow, viewer, ref, expected_revision)
            return self._change(uow, draft, _doer(viewer, office), edit)

    def split(self, viewer: Viewer, ref: str, *, expected_revision: int, number: int, at: int) -> None:
        """Make two of a proposal, at a place in its text. Raises StaleVersion, TransitionNotAllowed."""
        with self._floor.uows() as uow:
            draft, office = _open(uow, viewer, ref, expected_revision)
            self._change(uow, draft, _doer(viewer, office), lambda content: split(content, number, at, draft.text))

    def name_units(
        self, viewer: Viewer, ref: str, *, expected_revision: int, given: Mapping[str, Sequence[str]]
    ) -> None:
        """Keep whom printed names mean: names of units and sets; what is neither is ignored. Raises StaleVersion."""
        with self._floor.uows() as uow:
            draft, office = _open(uow, viewer, ref, expected_revision)
            known = set(_choices(read_places(uow, [office.id])))
            answers = {name: [one for one in chosen if one in known] for name, chosen in given.items()}
            self._change(uow, draft, _doer(viewer, office), lambda content: with_units(content, answers))

    def undo(self, viewer: Viewer, ref: str, *, expected_revision: int) -> None:
        """Take the latest edit back. Raises TransitionNotAllowed when there is none."""
        with self._floor.uows() as uow:
            draft, office = _open(uow, viewer, ref, expected_revision)
            if not draft.earlier:
                raise TransitionNotAllowed("没有可以撤销的修改。")
            before = draft.earlier[-1]
            draft.earlier = draft.earlier[:-1]
            self._write(uow, draft, taken_back(draft.content, before), _doer(viewer, office), undone=True)
            uow.commit()

    def drop(self, viewer: Viewer, ref: str, *, expected_revision: int) -> None:
        """Give a draft up; but for its record it is not shown any more."""
        now = self._floor.clock.now()
        with self._floor.uows() as uow:
            draft, office = _open(uow, viewer, ref, expected_revision)
            draft.dropped_at = now
            uow.events.append([given_up(draft, at=now, by=_doer(viewer, office))])
            uow.commit()

    def record(self, viewer: Viewer, ref: str) -> DraftRecord:
        """Return who changed what in a draft, also in one that was given up; raises NotFound."""
        with self._floor.uows() as uow:
            draft, _ = _find(uow, viewer, ref, given_up=True)
            events = read_history(uow.session, kind=STREAM, subject=draft.id)
            made = uow.plan_drafts.campaign_ref(draft)
            return DraftRecord(draft.ref, draft.content, draft.text, made, draft.dropped_at is not None, events)

    def create(self, viewer: Viewer, ref: str, *, expected_revision: int, knowingly: bool = False) -> str:
        """Make a draft campaign and return its ref; the second click returns the same.

        All or nothing. Proposals that nobody has accepted go along only `knowingly`, and the record says which. Raises InvalidInput with everything that stands against it: what a person has not answered
        (`field` = the place on the page), and the sentences of the checks of a campaign file.
        """
        now = self._floor.clock.now()
        with self._floor.uows() as uow:
            # One loading at a time, as for a file.
            uow.installations.lock()
            uow.roster.lock()
            draft, office = _find(uow, viewer, ref, lock=True)
            if made := uow.plan_drafts.campaign_ref(draft):
                return made
            _check_revision(draft, expected_revision)
            if problems := open_questions(draft.content):
                raise InvalidInput(problems, "还有没答完的问题，没有生成。请按下面逐条处理。")
            if (waiting := unaccepted(draft.content)) and not knowingly:
                found = [FieldProblem(place_of(one), f"“{one['title']}”还没有认可。") for one in waiting]
                raise InvalidInput(found, KNOWINGLY.format(many=len(waiting)))
            file = self._file(uow, draft, office, read_places(uow, [office.id]))
            loading = CampaignLoading(uow, file, self._cipher, now, Doer(viewer.person_id))
            _refuse(loading, draft)
            campaign = loading.write()
            draft.campaign_id, draft.changed_at = campaign.id, now
            # Whoever writes to the draft's stream holds its row, so that this second taking of streams meets nobody.
            uow.events.append(made_campaign(draft, campaign, at=now, by=_doer(viewer, office)))
            uow.commit()
            return campaign.ref

    def _look_ahead(
        self, uow: UnitOfWork, draft: PlanDraft, office: OfficeRow, places: PresentPlaces
    ) -> LookedAhead | None:
        """Return what the campaign would ask, None while the checks of a campaign file still refuse it."""
        try:
            file = self._file(uow, draft, office, places)
        except InvalidInput:
            return None
        now = self._floor.clock.now()
        outlook = look_ahead(file, places.labels, self._floor.calendars.newest(), now=now)
        return LookedAhead(outlook, find_reached(uow.session, outlook.by_unit.keys(), today=local_date(now)))

    def _file(self, uow: UnitOfWork, draft: PlanDraft, office: OfficeRow, places: PresentPlaces) -> CampaignFile:
        own = uow.units.by_id([office.unit_id])[office.unit_id].key
        try:
            return self._reader(campaign_of(draft.content, office_key=own), units=places.units, sets=places.sets)
        except DefinitionInvalid as wrong:
            raise InvalidInput([_placed(sentence, draft) for sentence in wrong.problems], NOT_MADE) from None

    def _change(self, uow: UnitOfWork, draft: PlanDraft, by: Doer, edit: Callable[[Content], Content]) -> Content:
        after = edit(draft.content)
        if after != draft.content:
            draft.earlier = [*draft.earlier, change_between(draft.content, after)][-MOST_UNDONE:]
            self._write(uow, draft, after, by)
            uow.commit()
        return after

    def _write(self, uow: UnitOfWork, draft: PlanDraft, content: Content, by: Doer, *, undone: bool = False) -> None:
        now = self._floor.clock.now()
        before, draft.content = draft.content, content
        draft.revision += 1
        draft.changed_at = now
        uow.events.append([edited(draft, before, undone=undone, at=now, by=by)])


def _offices(uow: UnitOfWork, viewer: Viewer) -> list[OfficeRow]:
    found = [
        office for office in uow.units.find_offices()
        if may(viewer, Action.CHANGE_CAMPAIGN, Place(office.unit_id, None, None, internal=True))
    ]  # fmt: skip
    if not found:
        raise NotAllowed("方案由办公室导入。")
    return found


def _doer(viewer: Viewer, office: OfficeRow) -> Doer:
    return doer_at(viewer, Place(office.unit_id, None, None, internal=True), Action.CHANGE_CAMPAIGN)


def _find(
    uow: UnitOfWork, viewer: Viewer, ref: str, *, lock: bool = False, given_up: bool = False
) -> tuple[PlanDraft, OfficeRow]:
    offices = {office.id: office for office in _offices(uow, viewer)}
    draft = uow.plan_drafts.find(ref, offices, lock=lock, given_up=given_up)
    if draft is None:
        raise NotFound("没有这份方案草稿，或者您无权查看。")
    return draft, offices[draft.office_id]


def _choices(places: PresentPlaces) -> list[str]:
    """Return what a printed name may mean, sets first."""
    return [*places.sets, *(name for name, _ in places.units.values())]


def _refuse(loading: CampaignLoading, draft: PlanDraft) -> None:
    try:
        loading.refuse_what_does_not_fit()
    except InvalidInput as wrong:
        found = [_placed(f"{one.field}：{one.sentence}", draft) for one in wrong.problems]
        raise InvalidInput(found, NOT_MADE) from None


def _placed(sentence: str, draft: PlanDraft) -> FieldProblem:
    """Return a sentence about a campaign file as one about the draft's page: measures.第3项 is the third kept one."""
    said = sentence.removeprefix("方案: ")
    found = _ROW.search(said)
    if found is None:
        return FieldProblem("head", said)
    measure = [one for one in draft.content["measures"] if one["kept"]][int(found[1]) - 1]
    return FieldProblem(f"m-{measure['id']}", f"“{measure['title']}”{said[found.end() :]}")


def _open(uow: UnitOfWork, viewer: Viewer, ref: str, expected_revision: int) -> tuple[PlanDraft, OfficeRow]:
    draft, office = _find(uow, viewer, ref, lock=True)
    if draft.campaign_id is not None:
        raise TransitionNotAllowed("这份方案已经生成行动，不能再改；请到行动页面调整。")
    _check_revision(draft, expected_revision)
    return draft, office


def _check_revision(draft: PlanDraft, expected: int) -> None:
    if draft.revision != expected:
        raise StaleVersion(
            "这份草稿在您打开之后又有修改（可能在另一个窗口，或是同事）。没有保存，请看过现在的内容再改。"
        )
