"""Papers: the lists, the page, and what people do to them."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from tracker.domain.decision_papers import may_be_decided
from tracker.domain.errors import AttachmentRefused, CannotIssue, FieldProblem, InvalidInput, NotFound, TrackerError
from tracker.domain.objections import OBJECTION_PENDING, OUTCOMES
from tracker.domain.papers import NOTICE_TITLES
from tracker.domain.permissions import OFFICE_SIDE, Action, Place, may_draft
from tracker.domain.ranking import CIRCULAR, WHY_NONE, basis_of
from tracker.domain.reasons import reasons_for
from tracker.domain.rising import Risen
from tracker.domain.values import local_date
from tracker.persistence.queries import notice_page as queries
from tracker.persistence.queries.proof import find_proof
from tracker.services.paper_files import NARROWS
from tracker.services.printing import PAPER
from tracker.web.auth import may_somewhere, requires
from tracker.web.drafting import Drafting
from tracker.web.errors import status_of
from tracker.web.extending import DECISION, EXTENSION, Extending, check_may_decide, present_extending, said_done
from tracker.web.forms import SUBMIT, KeptFile, read_given, with_rows_changed
from tracker.web.listing import asked, page_number, page_url
from tracker.web.notices.hands import present_hand
from tracker.web.notices.presenters import present_notice, present_rows
from tracker.web.notices.steps import NO_TROUBLE, Trouble, present_steps
from tracker.web.requests import container, expected_version, given_reason, viewer
from tracker.web.tasks.uploads import store_posted_files
from tracker.web.workflows import newest_workflows

blueprint = Blueprint("notices", __name__)

Answer = Response | tuple[str, int]
PAGE_SIZE = 30
#: Errors after which the page comes again in its present state, with the sentence on top.
SHOWN_ON_PAGE = frozenset(
    {"invalid_input", "stale_version", "transition_not_allowed", "cannot_issue", "not_allowed", "attachment_refused"}
)
DONE_SENTENCES = {
    "seal": "已提请审批。", "send_back": "已退回修改。", "approve": "已批准，可以印发。", "accept": "已签收。",
    "reply": "回复已提交。", "return_reply": "已退回，单位会收到消息。", "close": "已办结。", "discard": "草稿已弃用。",
    "void": "已作废，单位会收到消息。", "record": "约谈记录已保存。",
}  # fmt: skip


@blueprint.get("/notices")
@requires(Action.SEE_CAMPAIGN)
def index() -> str:
    """List papers: all of the office's, or a unit's own issued ones."""
    parts, who = container(), viewer()
    kind, state, unit, campaign = asked("kind", NOTICE_TITLES), asked("state"), asked("unit"), asked("campaign")
    states: dict[str, str] = {}
    papers = newest_workflows()
    for key in NOTICE_TITLES:
        # One state is called differently by different papers; the list of filters has the commonest word.
        for name, state_of in papers[key].states.items() if key in papers else ():
            states.setdefault(name, state_of.title)
    with parts.reading() as session:
        found = queries.find_notices(
            session, who, kind=kind, state=state if state in states else None, unit=unit, campaign=campaign,
            now=parts.clock.now(), calendar=parts.calendars.newest(), page=page_number(), size=PAGE_SIZE,
        )  # fmt: skip
        units = queries.notice_units(session, who, unit=unit)
    return render_template(
        "notices/index.html", found=found, lines=present_rows(found.rows, parts.catalog), kinds=NOTICE_TITLES,
        states=states, units=units, chosen={"kind": kind, "state": state, "unit": unit}, url=page_url("notices.index"),
        inside=bool(who.roles() & OFFICE_SIDE), may_print=any(row.issued_at for row in found.rows),
        narrowed={name: value for name in NARROWS if (value := asked(name))},
        begin_for=campaign if may_somewhere(who, Action.ACT_AS_SUPERVISOR, Action.ACT_AS_OFFICE) else None,
    )  # fmt: skip


@blueprint.get("/notices/<ref>")
@requires(Action.SEE_CAMPAIGN)
def show(ref: str) -> str:
    """Show one paper; with ?why=1 also why it stands as it does. The unit's first opening is recorded."""
    container().paper_openings.record_opening(viewer(), notice_ref=ref)
    return _page(ref)


@blueprint.get("/notices/<ref>/proof")
@requires(Action.SEE_CAMPAIGN)
def proof(ref: str) -> str:
    """Show who was told of a paper, when, by which way and how it ended; made to be printed."""
    parts, head = container(), _read(ref).head
    with parts.reading() as session:
        lines = find_proof(session, head.id)
    return render_template("notices/proof.html", head=head, lines=lines, now=parts.clock.now())


@blueprint.post("/notices/<ref>/extension")
@requires(Action.ACT_AS_UNIT)
def ask_extension(ref: str) -> Answer:
    """Ask for a later date of the reply."""
    typed = request.form.get
    try:
        container().extensions.ask(
            viewer(), task_ref=_read(ref).head.task_ref, expected_version=expected_version(),
            wanted_on=typed("wanted_on", ""), reason=typed("reason", ""), progress=typed("progress", ""),
            ticks=request.form,
        )  # fmt: skip
    except TrackerError as problem:
        return refused(ref, EXTENSION, problem)
    return done(ref, "延期申请已提交，批复前不催办。批复结果会通知您。")


@blueprint.post("/notices/<ref>/extension/decision")
@requires(Action.DECIDE_EXTENSION, Action.APPROVE_EXTENSION, Action.DECIDE_IN_PLACE)
def decide_extension(ref: str) -> Answer:
    """Grant a later date of the reply, or refuse; or examine the request, where a leader approves."""
    page = _read(ref)
    step = check_may_decide(viewer(), _place(page.head), page.extensions)
    typed = request.form.get
    try:
        if typed("grant") not in ("yes", "no"):
            raise InvalidInput([FieldProblem("grant", "请选择同意或不同意。")])
        container().extensions.decide(
            viewer(), task_ref=page.head.task_ref, expected_version=expected_version(),
            grant=typed("grant") == "yes", granted_on=typed("granted_on", ""), reason=typed("reason", ""),
            ticks=request.form,
        )  # fmt: skip
    except TrackerError as problem:
        return refused(ref, DECISION, problem)
    return done(ref, said_done(step, granted=typed("grant") == "yes"))


@blueprint.post("/notices/<ref>/edit")
@requires(Action.ACT_AS_SUPERVISOR, Action.ACT_AS_OFFICE)
def edit(ref: str) -> Answer:
    """Change title and body of an open draft."""
    title, body = request.form.get("title", ""), request.form.get("body", "")
    try:
        container().notices.edit_draft(
            viewer(), notice_ref=ref, expected_version=expected_version(), title=title, body=body
        )
    except TrackerError as problem:
        return refused(ref, "edit", problem)
    return done(ref, "标题和正文已保存。")


@blueprint.post("/notices/<ref>/items")
@requires(Action.ACT_AS_SUPERVISOR, Action.ACT_AS_OFFICE)
def add_item(ref: str) -> Answer:
    """Add a line by hand."""
    try:
        container().notices.add_item(
            viewer(), notice_ref=ref, expected_version=expected_version(), text=request.form.get("text", "")
        )
    except TrackerError as problem:
        return refused(ref, "add_item", problem)
    return done(ref, "事项已添加。")


@blueprint.post("/notices/<ref>/items/<int:item_id>/strike")
@requires(Action.ACT_AS_SUPERVISOR, Action.ACT_AS_OFFICE)
def strike(ref: str, item_id: int) -> Answer:
    """Strike a line with a reason."""
    try:
        container().notices.strike_item(
            viewer(), notice_ref=ref, item_id=item_id, expected_version=expected_version(),
            reason=request.form.get("reason", ""),
        )  # fmt: skip
    except TrackerError as problem:
        return refused(ref, f"strike-{item_id}", problem)
    return done(ref, "已划去，理由已记录。")


@blueprint.post("/notices/<ref>/items/<int:item_id>/restore")
@requires(Action.ACT_AS_SUPERVISOR, Action.ACT_AS_OFFICE)
def restore(ref: str, item_id: int) -> Answer:
    """Take a strike back."""
    try:
        container().notices.restore_item(viewer(), notice_ref=ref, item_id=item_id, expected_version=expected_version())
    except TrackerError as problem:
        return refused(ref, f"restore-{item_id}", problem)
    return done(ref, "已恢复。")


@blueprint.post("/notices/<ref>/correction")
@requires(Action.ACT_AS_SUPERVISOR, Action.ACT_AS_OFFICE)
def correct(ref: str) -> Answer:
    """Begin a paper that corrects this one."""
    try:
        begun = container().corrections.begin(viewer(), notice_ref=ref, reason=request.form.get("reason", ""))
    except TrackerError as problem:
        return refused(ref, "correction", problem)
    return done(
        begun.ref,
        "已有一份更正在起草，请接着办理。" if begun.existing else "更正已起草。请逐条添加“原……更正为……”，再提请审批。",
    )


@blueprint.post("/notices/<ref>/signed-copy")
@requires(Action.ACT_AS_SUPERVISOR, Action.ACT_AS_OFFICE)
def add_signed_copy(ref: str) -> Answer:
    """Take in the paper as it was signed and sealed."""
    file = request.files.get("file")
    try:
        if file is None or not file.filename:
            raise AttachmentRefused("没有收到文件。请选择盖章后的 PDF、OFD 或扫描照片。")
        container().signed_copies.add(
            viewer(), notice_ref=ref, file_name=file.filename, content=file.read(),
            document=request.form.get("document", PAPER),
        )  # fmt: skip
    except TrackerError as problem:
        return refused(ref, "signed_copy", problem)
    return done(ref, "盖章件已收下，并记入办理过程。")


@blueprint.post("/notices/<ref>/<transition>")
@requires(Action.SEE_CAMPAIGN)
def take(ref: str, transition: str) -> Answer:
    """Take one step of the paper's life."""
    parts, who = container(), viewer()
    given = read_given(request.form)
    try:
        version = expected_version()
        given = _with_files(ref, transition, given)
        if (wanted := request.form.get("_do", SUBMIT)) != SUBMIT:
            return _page(ref, Trouble(transition, "", with_rows_changed(given, wanted))), 200
        result = parts.notices.apply_transition(
            who, notice_ref=ref, transition=transition, expected_version=version, given=given,
            reason=given_reason(),
        )  # fmt: skip
    except TrackerError as problem:
        return refused(ref, transition, problem, given)
    if who.roles() & OFFICE_SIDE:
        parts.team.claims.release(who, [ref])
    sentence = DONE_SENTENCES.get(transition, "已办理。")
    if transition == "issue":
        sentence = f"已印发，编号{result.printed_number}。"
        sentence += f"印发前复核，划去已办结的{result.struck}项。" if result.struck else ""
        sentence += f"划去正在申诉的{result.contested}项。" if result.contested else ""
    if result.opened:
        sentence += f"生成整改事项{result.opened}项。"
    return done(ref, sentence)


def _with_files(ref: str, transition: str, given: dict[str, object]) -> dict[str, object]:
    """Store what was uploaded and name it in `given`, so that a wrong field elsewhere loses no file."""
    found = _read(ref)
    step = next((one for one in container().notices.allowed(viewer(), ref) if one.name == transition), None)
    if step is None or step.form is None:
        return given
    named, problems = store_posted_files(given, task_id=found.head.task_id)
    given.update(named)
    if problems:
        raise InvalidInput(problems)
    return named


def _kept_files(task_id: int) -> list[KeptFile]:
    return [
        KeptFile(view.ref, view.file_name, view.media_type.startswith("image/"))
        for view in container().attachments.find_for_task(task_id=task_id)
    ]


def refused(ref: str, step: str, error: TrackerError, given: dict[str, object] | None = None) -> Answer:
    """Show the paper in its present state with the sentence, and with what was typed; others go to the error page."""
    if error.code not in SHOWN_ON_PAGE:
        raise error
    problems: tuple[FieldProblem, ...] = error.problems if isinstance(error, InvalidInput) else ()
    reasons = tuple(error.reasons) if isinstance(error, CannotIssue) else ()
    typed = given if given is not None else read_given(request.form)
    trouble = Trouble(step, error.sentence, typed, problems, reasons, status_of(error))
    return _page(ref, trouble), trouble.status


def done(ref: str, sentence: str) -> Response:
    """Say what was done on the paper's page, or on the desk of whoever does not see the paper any more."""
    flash(sentence, "success")
    try:
        _read(ref)
    except NotFound:
        # Who decided in the office's place sees the paper only while the decision is his unit's.
        return redirect(url_for("desk.desk"))
    return redirect(url_for("notices.show", ref=ref))


def _read(ref: str) -> queries.NoticePage:
    parts = container()
    with parts.reading() as session:
        return queries.get_notice(session, viewer(), ref, now=parts.clock.now(), calendar=parts.calendars.newest())


def _page(ref: str, trouble: Trouble = NO_TROUBLE) -> str:
    parts, who = container(), viewer()
    now, calendar = parts.clock.now(), parts.calendars.newest()
    found = _read(ref)
    head = found.head
    definition = parts.catalog.workflow(head.workflow_version_id)
    allowed = parts.notices.allowed(who, ref)
    drafting = Drafting(head.task_ref, head.task_version, who.person_id,
                        parts.form_drafts.read(who, task_id=head.task_id), now, definition.confidential)  # fmt: skip
    steps = present_steps(found, definition, allowed, trouble, now=now, calendar=calendar, drafting=drafting,
                          files=_kept_files(head.task_id))  # fmt: skip
    drafts = may_draft(who, replace(_place(head), internal=True))
    editable = head.inside and head.state == definition.initial and drafts
    decided = may_be_decided(
        workflow_key=definition.key, extensions=len(found.extensions), ended=head.issued_at is not None and head.final
    )
    return render_template(
        "notices/show.html", ranks=head.kind == CIRCULAR, basis=basis_of(head.settings), why_no_ranking=WHY_NONE, view=present_notice(found, parts.catalog, now=now, calendar=calendar), steps=steps,
        filed_as=found.filed_as, drafting=drafting, trouble=trouble, editable=editable, signs=head.issued_at is not None and head.inside and drafts,
        signed=found.signed, corrections=found.corrections, extending=_extending(found), offer=parts.objections.offer(who, ref),
        decided=parts.decision_papers.offered(who, task_ref=head.task_ref) if decided else (),
        outcomes=OUTCOMES, today=local_date(now), offers_slip=parts.slips.offers(who, found),
        takes_evidence=head.issued_at is not None and parts.evidence.may_take(who, _place(head)),
        common_reasons={one.name: reasons_for(one.name, head.settings) for one in steps},
        hand=present_hand(who, head, may_act=bool(steps)),
        why=parts.explanations.explain(who, ref) if request.args.get("why") else None,
    )  # fmt: skip


def _extending(found: queries.NoticePage) -> Extending:
    head = found.head
    return present_extending(
        viewer(), _place(head),
        waits_for="" if head.final else head.waits_for, version=head.task_version, requests=found.extensions,
        running=(clock.name for clock in found.clocks if clock.status == "running" or clock.pause_reason == OBJECTION_PENDING),
        ask_url=url_for("notices.ask_extension", ref=head.ref),
        decide_url=url_for("notices.decide_extension", ref=head.ref),
    )  # fmt: skip


def _place(head: queries.NoticeHead) -> Place:
    risen = Risen.of(head.risen_unit_id, head.risen_parties)
    return Place(head.office_unit_id, head.campaign_id, head.unit_id, risen=risen)
