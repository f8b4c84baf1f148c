"""The outline → measures: which items are duties, whose, by when, in which words of the text."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from tracker.plans.deadlines import Due, labelled_due
from tracker.plans.duties import Duty, merge, take_tags
from tracker.plans.headings import (
    deeds_below,
    is_section,
    joins,
    length_of_opening,
    length_of_title,
    one_item,
    stop_after,
)
from tracker.plans.kinds import kind_of
from tracker.plans.outline import Node
from tracker.plans.passages import EMPTY, Passage, joined
from tracker.plans.phases import Stage, is_bare_stage, stage_of
from tracker.plans.quantities import find_quantity
from tracker.plans.sections import Role, role_of_heading
from tracker.plans.segments import Segment, segments_of
from tracker.plans.shapes import Measure, Phase
from tracker.plans.subjects import subject_of
from tracker.plans.tables import row_measures
from tracker.plans.tag_lines import shared_tag, tags_from_below, with_tag_lines, without_numbered_tags
from tracker.plans.units import unit_heading
from tracker.plans.wording import (
    acts,
    beyond_establishing,
    introduces,
    is_establishing,
    is_member_line,
    is_preamble,
    is_return,
    name_of_stage,
    names_stage,
    objects_follow,
    orders_something,
    without_zeal,
)
from tracker.plans.years import YearContext

_AROUND = " ，；。、"
_SHORTEST = 4
_GAP = 8
_CONTACT = re.compile(r"(?:联系人|联系电话|联系方式|电话|邮箱|电子邮箱|传真|监督电话|举报电话)：")
_EACH_SETS_UP = re.compile(
    r"各[^，。；]{1,24}?(?:要|应|须)[^。；]*(?:成立|组建|设立)[^，。；]{0,24}(?:小组|专班|机构|队伍)"
)
_PAIR = re.compile(r"要|应|须|必须|负责|牵头|不得|严禁")


@dataclass(frozen=True)
class Above:
    """What the headings above an item say about it."""

    path: tuple[str, ...] = ()
    ordinals: str = ""
    role: Role | None = None
    duty: Duty = field(default_factory=Duty)
    due: Due = field(default_factory=lambda: Due(None))
    stage: Stage | None = None
    top: bool = True
    tagged: bool = False
    numbered: bool = False
    lined: bool = False


class Collector:
    """Walks the outline of one plan and gathers its measures and phases, in the order of the text."""

    def __init__(self, years: YearContext) -> None:
        self.years = years
        self.measures: list[Measure] = []
        self.phases: list[Phase] = []

    def collect(self, top: Node, *, flat: bool) -> None:
        """Read the whole outline. `flat`: the plan has no numbering, so its paragraphs are its items."""
        rows = bool(top.children) and all(child.row for child in top.children)
        # Beside a table and nothing else a line may order something (「品质部每周跟踪检查」), or say why there is one.
        role = Role.TASKS if flat else Role.DEMANDS if rows else Role.SILENT
        for paragraph in top.body:
            self._emit(paragraph, 0, Above(role=role))
        for child in top.children:
            self._visit(child, Above())

    def _visit(self, node: Node, above: Above) -> None:
        role = _role(node, above)
        if role is Role.TARGETS and deeds_below(node):
            role = Role.TASKS
        if node.row:
            self.measures.extend(row_measures(node, above.path, self.years))
            return
        stage = stage_of(node, role, self.years, nested=above.stage is not None) or above.stage
        if stage and stage is not above.stage:
            self.phases.append(stage.phase)
            if is_bare_stage(node, role):
                return
            role = Role.PHASES
        own, tag = take_tags(node.own)
        tag, body = with_tag_lines(tag, node.body)
        if (tag.lead or tag.support) and role in (Role.SILENT, Role.TARGETS):
            role = Role.TASKS  # Whoever is named behind 「整治内容及标准」 has to do what stands below.
        heads = unit_heading(node.title)
        here = replace(
            above, role=role, stage=stage, top=False, tagged=bool(tag.lead or tag.support) or (above.tagged and not heads),
            numbered=node.ordinal is not None, lined=len(body) < len(node.body) and bool(tag.lead),
            duty=tag if tag.lead or tag.support else Duty(tuple(heads)) if heads else above.duty,
            due=labelled_due(tag.time, self.years) if tag.time else above.due,
        )  # fmt: skip
        if node.children and not _objects(node, own):
            self._parent(node, own, body, here, above)
        else:
            self._leaf(node, body, here, above)

    def _parent(self, node: Node, own: Passage, body: list[Passage], here: Above, above: Above) -> None:
        """A heading with items below it: its own sentences are duties only if they speak to somebody."""
        title = take_tags(node.title)[0].text or own.text[:20]
        below = replace(
            here,
            lined=False,
            path=(*above.path, title.strip("。：； ")),
            ordinals=above.ordinals + _written(node, above),
        )
        lead_text = [part for part in (take_tags(node.lead)[0], *body) if part and not introduces(part.text)]
        for part in lead_text:
            self._emit(
                part,
                0,
                replace(
                    below, role=Role.GROUP if here.role in (None, Role.TASKS, Role.DEMANDS, Role.PHASES) else here.role
                ),
            )
        beside, children = without_numbered_tags(node.children)
        if beside:
            below = replace(
                below, duty=beside if beside.lead else below.duty,
                due=labelled_due(beside.time, self.years) if beside.time else below.due,
            )  # fmt: skip
        hoisted = shared_tag(children)
        if hoisted:
            below = replace(
                below, duty=hoisted, due=labelled_due(hoisted.time, self.years) if hoisted.time else below.due
            )
        from_below = tags_from_below(children)
        for index, child in enumerate(children):
            told = from_below.get(index)
            self._visit(
                child,
                replace(below, duty=told, due=labelled_due(told.time, self.years) if told.time else below.due)
                if told
                else below,
            )

    def _leaf(self, node: Node, body: list[Passage], here: Above, above: Above) -> None:
        item = replace(here, ordinals=above.ordinals + _written(node, above))
        body = [part for part in body if not _CONTACT.match(part.text)]
        body = _without_members(body) if unit_heading(node.title) else body
        title_length = length_of_title(node, opens_stage=here.stage is not above.stage)
        folded = [
            part
            for child in node.children
            for below in child.walk()
            for part in (below.printed or below.own, *below.body)
        ]
        if node.lead or not body or folded:
            if node.lead and node.rank <= 1 and is_section(node) and not unit_heading(node.title):
                titled = replace(item, path=(*above.path, node.title.text))
                for paragraph in (node.lead, *body):
                    self._emit(paragraph, 0, replace(titled, numbered=False), heading=node.title.text)
                return
            apart = [part for part in body if node.rank <= 1 or (is_return(part.text) and subject_of(part.text))]
            body = [part for part in body if part not in apart]
            own = take_tags(node.own)[0] if body else node.own
            whole = joined([part for part in (own, *body, *folded) if part])
            self._emit(whole, title_length, item)
            for paragraph in apart:
                self._emit(paragraph, 0, replace(above, role=here.role, stage=here.stage))
            return
        titled = replace(item, path=(*above.path, take_tags(node.title)[0].text.strip("。：； ")))
        if one_item(node, body):
            self._emit(joined([node.own, stop_after(node.own), *body]), len(node.own), item)
            return
        for index, paragraph in enumerate(body):
            first = index == 0 and joins(node) and not is_member_line(paragraph.text)
            whole = joined([node.own, stop_after(node.own), paragraph]) if first else paragraph
            self._emit(whole, len(node.own) if first else 0, replace(titled, numbered=False), heading=node.title.text)

    def _emit(self, whole: Passage, title_length: int, above: Above, heading: str = "") -> None:
        if len(whole) < _SHORTEST or above.role is Role.ATTACHED:
            return
        if not title_length and not above.numbered:
            title_length = length_of_opening(whole.text)
        title = whole.text[:title_length] or heading
        parts = segments_of(
            whole, title_length, self.years, stage=above.stage is not None, paragraph=not above.numbered
        )
        for segment in parts:
            if self._is_duty(segment, above, title):
                self.measures.append(self._measure(segment, above, title))

    def _is_duty(self, segment: Segment, above: Above, title: str) -> bool:
        text = segment.passage.text.strip()
        tagged = above.lined or bool(segment.tag.lead or segment.tag.support)
        if above.role is Role.ATTACHED or not text.strip(_AROUND):
            return False
        if tagged and len(text) >= 2:
            return True
        returned = segment.returns and segment.due.deadline is not None
        if returned:
            return True
        if is_preamble(text) or is_member_line(text) or names_stage(text):
            return False
        spoken = bool(segment.spoken.lead) and bool(_PAIR.search(text)) and not is_establishing(text)
        if above.role is Role.SILENT:
            return False
        if above.role is Role.GROUP:
            inherited = bool(above.duty.lead) and bool(re.search(r"负责|职责|要", text)) and not is_establishing(text)
            return (spoken and acts(text)) or inherited
        if above.role is Role.CONSEQUENCES:
            return (spoken or segment.due.deadline is not None) and acts(text)
        if above.role is Role.TARGETS:
            return spoken or bool(above.duty.lead) or bool(segment.spoken.lead and segment.due.deadline)
        if is_establishing(text) and not segment.due.deadline and not _beside_the_group(segment, text, title):
            return False
        if introduces(text) and not segment.due.deadline:
            return False
        if segment.due.deadline and (segment.spoken.lead or above.role is Role.TASKS):
            return True
        behind = text.removeprefix(title).strip("。：； ") if title else text
        if above.role in (Role.TASKS, Role.PHASES, None) and above.numbered and len(text) > _SHORTEST + 3:
            return not is_member_line(text)
        # 「广播站开设专栏」 says who has to do what, without a word for having to.
        named = bool(segment.subject) and bool(segment.spoken.lead) and not is_establishing(text)
        return orders_something(behind or text, above.role, spoken=spoken or named) or (
            segment.due.deadline is not None and acts(text)
        )

    def _measure(self, segment: Segment, above: Above, title: str) -> Measure:
        passage = _from_the_first_run(segment.passage.strip(_AROUND))
        text = passage.text
        duty = _duty(segment, above)
        due, grounds = self._due(segment, above)
        start, end = passage.span
        quantity = find_quantity(text)
        return Measure(
            ordinal=above.ordinals, path=above.path, text=text, span=(start, min(end, start + 2 * len(text) + 20)),
            kind=kind_of(title, text, above.path), lead_units=duty.lead, support_units=duty.support,
            deadline=due.deadline, quantity=quantity, questions=due.questions, grounds=grounds,
        )  # fmt: skip

    def _due(self, segment: Segment, above: Above) -> tuple[Due, tuple[str, ...]]:
        grounds: tuple[str, ...] = ()
        due = segment.due
        if above.lined and not segment.tag.time and above.due.deadline is not None:
            return above.due, ()  # A line 「完成时限：…」 under the item says more than the words in it.
        if due.deadline and due.deadline.type == "by_date" and due.deadline.text in name_of_stage(segment.passage.text):
            due = Due(replace(due.deadline, type="phase"), due.questions)
        if due.deadline is None and above.due.deadline is not None:
            due, grounds = above.due, ("期限来自上级标题或括号",)
        if due.deadline is None and above.stage is not None and above.stage.deadline is not None:
            due, grounds = Due(above.stage.deadline, due.questions), (f"期限来自{above.stage.phase.name}",)
        if (
            due.deadline is not None
            and due.deadline.year == self.years.year
            and self.years.year
            and str(self.years.year) not in due.deadline.text
        ):
            grounds = (*grounds, f"年份{self.years.year}：{self.years.ground}")
        return due, grounds


def _beside_the_group(segment: Segment, text: str, title: str) -> bool:
    """Whether a text that sets up a group also orders something: each unit to have one, or the group to act."""
    told = [unit for unit in segment.spoken.lead if unit.startswith("各")]
    if told and _EACH_SETS_UP.search(text):
        return True
    beside = "".join(part for part in re.split(r"(?<=[，。；])", text.removeprefix(title)) if not is_establishing(part))
    if told and not acts(without_zeal(beside)):
        return False  # 「成立领导小组……。各支行行长为第一责任人。」
    if told or (segment.spoken.lead and _PAIR.search(text)):
        return True
    rest = beyond_establishing(text).removeprefix(title).strip("。：； ")
    return len(rest) > _SHORTEST and acts(rest)


def _without_members(body: list[Passage]) -> list[Passage]:
    """Leave out the lines of names and places that stand beside what a group has to do."""
    return [paragraph for paragraph in body if not is_member_line(paragraph.text)] or body


def _role(node: Node, above: Above) -> Role | None:
    """The heading's own role, unless a stronger one stands above it."""
    if above.role in (Role.ATTACHED, Role.CONSEQUENCES):
        return above.role
    own = node.role
    if own is None:
        return above.role if above.role is not None else Role.TASKS
    if above.role is Role.DEMANDS and own in (Role.GROUP, Role.TASKS, Role.PHASES, Role.CONSEQUENCES):
        return Role.DEMANDS
    if above.role in (Role.TASKS, Role.PHASES) and own in (
        Role.TASKS, Role.DEMANDS, Role.GROUP, Role.PHASES, Role.CONSEQUENCES,
    ):  # fmt: skip
        return above.role if own is not Role.PHASES else own
    return own


def _written(node: Node, above: Above) -> str:
    """The item's number as in 「(一)1」; the first rank (一、) names the section and is left out."""
    if node.ordinal is None or (node.ordinal.kind in ("cn", "chapter", "heading") and above.top):
        return ""
    return node.ordinal.written


def _from_the_first_run(passage: Passage) -> Passage:
    """Leave out a heading that a duty tag parts from its text: the words of a measure stand together."""
    for index in range(min(len(passage) - 1, 24)):
        if passage.at[index + 1] - passage.at[index] > _GAP:
            return passage.cut(index + 1).strip(" ，；。、：")
    return passage


def _duty(segment: Segment, above: Above) -> Duty:
    """The item's own units, else those above it. One of the units that a tag above names is no one else."""
    own = segment.duty
    if not own.lead and not own.support:
        return above.duty or Duty(segment.threat)
    if above.lined and not segment.tag:
        return above.duty  # A line 「牵头单位：…」 under the item says more than the words in it.
    if not own.lead and above.duty.lead:
        return merge(above.duty, own)
    named = {*above.duty.lead, *above.duty.support}
    if above.tagged and not segment.tag and {*own.lead, *own.support} <= named:
        return above.duty
    return own


def _objects(node: Node, own: Passage) -> bool:
    """Whether the items below are things to look at (「重点排查：1.出租房；2.宾馆」), not duties of their own."""
    opening = own.text if own else EMPTY.text
    if node.body:
        opening = node.body[-1].text
    asked = sum(1 for child in node.children if "是否" in child.own.text)
    if asked * 2 > len(node.children):
        return True
    if node.rank <= 1 and role_of_heading(node.title.text) is Role.TASKS and not node.body:
        return False  # 「三、活动内容：」 heads what is to be done, whatever stands behind its last word.
    if not objects_follow(opening) or re.search(r"(?:工作|任务|措施)：$", opening):
        return False
    return not any(
        child.children or child.body or take_tags(child.own)[1] or _PAIR.search(child.own.text) or len(child.own) > 90
        or is_return(child.own.text)
        for child in node.children
    )  # fmt: skip
