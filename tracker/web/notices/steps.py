"""The steps that somebody may take on a paper, each with its form as it is drawn."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from tracker.domain.calendar import WorkingCalendar
from tracker.domain.deadlines import within
from tracker.domain.definition import DayUnit, FieldType, TransitionDefinition, Within, WorkflowDefinition
from tracker.domain.errors import FieldProblem
from tracker.persistence.queries.notice_page import NoticePage
from tracker.web.drafting import Drafting, DraftView
from tracker.web.extending import DECISION, EXTENSION
from tracker.web.forms import FormView, KeptFile, field_id, flat_values, holds_personal_number, present_form

#: Steps that end a paper's life or take it back are asked twice and look dangerous.
GRAVE_STEPS = frozenset({"void", "discard"})
QUIET_STEPS = frozenset({"send_back", "return_reply"})
WARNINGS = {
    "issue": "印发后编号即占用，单位会收到送达消息，不能撤回，只能作废。印发前系统会再核对一次，已办结的事项自动划去。",
    "seal": "报审后内容不能再改；之后的新事项汇集到下一份草稿。",
    "void": "作废后编号不再使用，单位会收到通知。",
    "discard": "弃用后草稿不再使用，其中的事项一并免于处理。",
}
DEFAULT_DAYS = 15
#: A row repeats its line of the paper up to this length; the service matches rows to lines by it.
MOST_LETTERS = 200
#: Element ids begin with `s-` and the step, but for the forms that are not steps.
SCOPES = {"add_item": "item", "correction": "correction", "edit": "edit", EXTENSION: EXTENSION, DECISION: DECISION}


@dataclass(frozen=True)
class Trouble:
    """A step that was refused: which, what was typed, what is wrong."""

    step: str
    sentence: str
    given: Mapping[str, object] = field(default_factory=dict)
    problems: tuple[FieldProblem, ...] = ()
    reasons: tuple[str, ...] = ()
    status: int = 422

    def of(self, step: str) -> Trouble:
        """Return this trouble when it is with `step`, else none."""
        return self if self.step == step else NO_TROUBLE

    def beside(self, given: Mapping[str, object]) -> Trouble:
        """Return this trouble, or where there is none one that begins with a draft."""
        return self if self.given else replace(self, given=given)

    def error(self, name: str) -> str:
        """Return the sentence at a field."""
        return next((problem.sentence for problem in self.problems if problem.field == name), "")

    def listed(self) -> tuple[tuple[str, str], ...]:
        """Return element id and sentence of each problem, for the list on top of the page."""
        striking = self.step.startswith(("strike-", "restore-"))
        scope = self.step if striking else SCOPES.get(self.step, f"s-{self.step}")
        return tuple((field_id(problem.field, scope), problem.sentence) for problem in self.problems)

    def typed(self, name: str, default: str = "") -> str:
        """Return what was typed into a field."""
        value = self.given.get(name, default)
        return value if isinstance(value, str) else default

    def personal(self, name: str) -> bool:
        """Tell whether a field seems to hold a private person's number, which a tick may stand by."""
        return holds_personal_number(self.typed(name))


NO_TROUBLE = Trouble("", "")


@dataclass(frozen=True)
class Step:
    """One step ready to draw. `look` is the class of its button."""

    name: str
    title: str
    look: str
    warning: str
    reason: str
    form: FormView | None
    trouble: Trouble
    draft: DraftView

    @property
    def is_open(self) -> bool:
        """Tell whether the step's box is open when the page comes: its form was refused, or has been begun."""
        return self.trouble.step == self.name or bool(self.draft.given)


def present_steps(
    found: NoticePage, definition: WorkflowDefinition, allowed: Sequence[TransitionDefinition], trouble: Trouble, *,
    now: datetime, calendar: WorkingCalendar, drafting: Drafting, files: Iterable[KeptFile] = (),
) -> tuple[Step, ...]:  # fmt: skip
    """Return the steps that may be taken, with what was typed or is known already."""
    kept = tuple(files)
    steps = []
    for transition in allowed:
        draft = drafting.of(transition.name)
        mine = trouble.of(transition.name).beside(draft.given)
        form = None
        if transition.form is not None:
            given = mine.given or _known(found, definition, transition.form, now=now, calendar=calendar)
            form = present_form(
                definition.forms[transition.form], definition.forms, given=given, problems=mine.problems, files=kept,
                scope=f"s-{transition.name}",
            )  # fmt: skip
        look = "button-danger" if transition.name in GRAVE_STEPS else "button-primary"
        look = "button-quiet" if transition.name in QUIET_STEPS else look
        warning = WARNINGS.get(transition.name, "")
        steps.append(Step(transition.name, transition.title, look, warning, transition.reason, form, mine, draft))
    return tuple(steps)


def _known(
    found: NoticePage, definition: WorkflowDefinition, form_key: str, *, now: datetime, calendar: WorkingCalendar
) -> dict[str, object]:
    """Return what a form begins with: its last filling, else a row for each item with the usual limit."""
    earlier = next((filled for filled in reversed(found.filled) if filled.form_key == form_key), None)
    if earlier is not None:
        return flat_values(earlier.values)
    rows = [f for f in definition.forms[form_key].fields if f.type is FieldType.ROWS and f.of]
    begun = (f for f in rows if f.prefilled or any(one.prefilled for one in definition.forms[f.of or ""].fields))
    items_field = next(begun, None)
    if items_field is None:
        return {}
    days = int(found.head.settings.get("rectification_days", DEFAULT_DAYS))
    limit = within(now, Within(days, DayUnit.CALENDAR_DAY), calendar).due_on
    known: dict[str, object] = {}
    kept = [item for item in found.items if item.struck_at is None]
    for index, item in enumerate(kept):
        row = f"{items_field.name}.{index}"
        known |= {
            f"{row}.item": item.text if items_field.prefilled else item.text[:MOST_LETTERS], f"{row}.measure": item.measure, f"{row}.leader": item.leader,
            f"{row}.limit_on": (item.limit_on or limit).isoformat(),
        }  # fmt: skip
    return known
