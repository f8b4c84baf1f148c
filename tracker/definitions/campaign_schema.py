"""The shape of a campaign file, as marshmallow schemas. What lies between is in `campaign_checks`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from tracker.definitions.problems import unknown
from tracker.definitions.schema import CARDS, StrictSchema
from tracker.definitions.schema_fields import Flag, Name, Number, OneOf, Several, Text
from tracker.domain.addressing import FIRST_RESPONSIBLE_ROLES
from tracker.domain.cadence import Cadence, Every
from tracker.domain.campaign_file import MAX_SHORT_NAME, UNIT_KINDS
from tracker.domain.deadlines import Cutoff, MeasureDue
from tracker.domain.measure_dues import DUE_KEYS, counts_from_acceptance, due_from_plain
from tracker.domain.passwords import why_username_unfit
from tracker.domain.printed_papers import PaperForm
from tracker.domain.progress import CHECKED
from tracker.domain.reasons import LONGEST, MOST
from tracker.domain.sampling import SHARE
from tracker.domain.standing import CADENCE_KEYS, cadence_from_plain
from tracker.domain.values import COLOURS, Role
from tracker.domain.visits import WINDOW_DAYS

_CODE = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
_LADDER = re.compile(r"(?:[a-z][a-z0-9_]{0,39}\.)?[a-z][a-z0-9_]{0,39}")
_PHONE = re.compile(r"\+?[0-9][0-9 -]{4,19}")


class _Code(Text):
    """The office's own code of a unit, person or measure: cun-01."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        if not _CODE.fullmatch(text):
            raise ValidationError(f"“{text}”不能作编码，请用小写英文字母、数字和短横线，如 cun-01。")
        return text


class _Like(Text):
    """Text of a certain look."""

    def __init__(self, pattern: re.Pattern[str], sentence: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.pattern, self.sentence = pattern, sentence

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        if not self.pattern.fullmatch(text):
            raise ValidationError(f"“{text}”{self.sentence}")
        return text


class _Username(Text):
    """A login name."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        if (unfit := why_username_unfit(text)) is not None:
            raise ValidationError(unfit)
        return text


class _Day(Text):
    """2026-08-25, a day that exists."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        return _read_day(super()._deserialize(value, attr, data, **kwargs))


class _Hour(Text):
    """17:30, or 24:00."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        try:
            return Cutoff(super()._deserialize(value, attr, data, **kwargs)).text
        except ValueError as wrong:
            raise ValidationError(str(wrong)) from None


class _Due(fields.Field[Any]):
    """by_date, within, phase_end …; loaded as the rule, and whether it names its own hour."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> tuple[MeasureDue, bool]:
        if not isinstance(value, Mapping):
            raise ValidationError("这里要写成对象，如 {by_date: 2026-08-25}。")
        _refuse_strange(value, DUE_KEYS)
        if "by_date" in value:
            _read_day(str(value["by_date"]))
        try:
            return due_from_plain(value), "cutoff" in value
        except ValueError as wrong:
            raise ValidationError(str(wrong)) from None


class _Rhythm(fields.Field[Any]):
    """A cadence of the campaign itself."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Cadence:
        if not isinstance(value, Mapping):
            raise ValidationError("这里要写成对象，如 {every: month, by_day: 19}。")
        _refuse_strange(value, CADENCE_KEYS)
        try:
            return cadence_from_plain(value)
        except ValueError as wrong:
            raise ValidationError(str(wrong)) from None


class _Cadence(fields.Field[Any]):
    """A measure's cadence, as written: whether the campaign's rhythm is meant is known only beside the settings."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Mapping[str, Any]:
        if not isinstance(value, Mapping):
            raise ValidationError("这里要写成对象，如 {every: month, by_day: 19}，或 {rhythm: campaign}。")
        _refuse_strange(value, CADENCE_KEYS)
        if "rhythm" not in value:
            try:
                cadence_from_plain(value)
            except ValueError as wrong:
                raise ValidationError(str(wrong)) from None
        return value


class _Texts(fields.Field[Any]):
    """A key → text object. `keys` reads each key, `texts` each text."""

    def __init__(self, keys: fields.Field[Any], texts: fields.Field[Any] | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.keys, self.texts = keys, texts or Text()

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, Mapping):
            raise ValidationError("Invalid input type.")
        loaded: dict[str, Any] = {}
        wrong: dict[str, Any] = {}
        for key, title in value.items():
            try:
                loaded[str(self.keys.deserialize(key))] = self.texts.deserialize(title)
            except ValidationError as refused:
                wrong[key] = refused.messages
        if wrong:
            raise ValidationError(wrong, valid_data=loaded)
        return loaded


class _Sets(fields.Field[Any]):
    """Set name → unit codes."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, Mapping):
            raise ValidationError("Invalid input type.")
        loaded: dict[str, Any] = {}
        wrong: dict[str, Any] = {}
        for name, keys in value.items():
            try:
                loaded[str(Text().deserialize(name))] = Several(_Code()).deserialize(keys)
            except ValidationError as refused:
                wrong[name] = refused.messages
        if wrong:
            raise ValidationError(wrong, valid_data=loaded)
        return loaded


class PhaseSchema(StrictSchema):
    key = Name(required=True)
    title = Text(required=True)
    starts_on = _Day(required=True)
    ends_on = _Day(required=True)


class UnitSchema(StrictSchema):
    key = _Code(required=True)
    name = Text(required=True, validate=validate.Length(max=60, error="单位名称最多60个字。"))
    short_name = Text(
        validate=validate.Length(max=MAX_SHORT_NAME, error=f"简称最多{MAX_SHORT_NAME}个字，短信里才放得下，请缩短。")
    )
    kind = OneOf("单位类别", UNIT_KINDS, required=True)
    parent = _Code(load_default=None)
    level = Name(load_default="member")


class PostSchema(StrictSchema):
    role = OneOf("岗位角色", [role.value for role in Role], required=True)
    unit = Text()
    units = Several(Text())
    title = Text(load_default="")
    campaign_only = Flag(load_default=False)

    @validates_schema(skip_on_field_errors=True)
    def is_somewhere(self, data: Any, **_: Any) -> None:
        if ("unit" in data) == ("units" in data):
            raise ValidationError("unit（一个单位）和 units（几个单位或单位集合）要写一个，且只写一个。")


class PersonSchema(StrictSchema):
    key = _Code(required=True)
    name = Text(required=True)
    email = _Like(_EMAIL, "不是电子邮箱地址。", load_default=None)
    phone = _Like(_PHONE, "不是电话号码。", load_default=None)
    username = _Username(load_default=None)
    posts = fields.List(
        fields.Nested(PostSchema), required=True, validate=validate.Length(1, error="至少要有一个岗位。")
    )


class _Milestones(fields.Field[Any]):
    """Day → whole percent that is to be done by its end."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, Mapping) or not value:
            raise ValidationError("这里要写成“日期: 百分数”，如 {2026-06-30: 50, 2026-12-31: 100}。")
        loaded = {}
        for day, percent in value.items():
            if isinstance(percent, bool) or not isinstance(percent, int) or not 0 <= percent <= 100:
                raise ValidationError(f"{day} 的进度要写 0 到 100 的整数。")
            loaded[_read_day(str(day))] = percent
        listed = [loaded[day] for day in sorted(loaded)]
        if listed != sorted(listed):
            raise ValidationError("进度不能越往后越小，请核对。")
        return loaded


class ScheduleSchema(StrictSchema):
    starts_on = _Day(data_key="from")
    ends_on = _Day(data_key="to")
    checked = OneOf("核对周期", [one.value for one in CHECKED], load_default=Every.MONTH.value)
    milestones = _Milestones(load_default=dict)


class MeasureSchema(StrictSchema):
    key = _Code(required=True)
    ordinal = Text(required=True)
    title = Text(required=True)
    text = Text(required=True)
    workflow = Text(required=True)
    units = Several(Text())
    lead = Text()
    support = Several(Text())
    due = _Due()
    cadence = _Cadence()
    schedule = fields.Nested(ScheduleSchema)
    starts_at = Number(1, 5, load_default=0)

    @validates_schema(skip_on_field_errors=True)
    def has_a_time(self, data: Any, **_: Any) -> None:
        if ("due" in data) == ("cadence" in data):
            raise ValidationError("due（完成时限）和 cadence（周期，长期坚持的措施用它）要写一个，且只写一个。")
        if "lead" in data and "due" in data and counts_from_acceptance(data["due"][0]):
            raise ValidationError("联合措施的期限不能从签收起算（各单位签收时间不同），请写日期，或从下达起算。")

    @validates_schema(skip_on_field_errors=True)
    def is_somebodys(self, data: Any, **_: Any) -> None:
        if ("units" in data) == ("lead" in data):
            raise ValidationError(
                "units（各单位各办一份）和 lead（一个单位牵头报送，可另写 support 配合单位）要写一个，且只写一个。"
            )
        if "support" in data and "lead" not in data:
            raise ValidationError("support（配合单位）要和 lead（牵头单位）一起写。")


class RequiredReturnSchema(StrictSchema):
    key = _Code(required=True)
    title = Text(required=True)
    workflow = Text(required=True)
    form = Name(required=True)
    units = Several(Text(), required=True)
    measure = _Code(load_default=None)


def _reasons() -> Several:
    one = Text(validate=validate.Length(max=LONGEST, error=f"常用理由最多{LONGEST}个字。"))
    return Several(
        one, validate=validate.Length(max=MOST, error=f"常用理由最多{MOST}条，多了不好选。"), load_default=list
    )


class PaperLayoutSchema(StrictSchema):
    letterhead = _Like(re.compile(r".{2,40}"), "作发文机关标志，要2到40个字。", load_default="")
    contact = _Like(re.compile(r"[^（）()]{2,60}"), "作附注，要2到60个字，不写括号。", load_default="")
    copies = Several(Text(), load_default=list)
    forms = _Texts(Name(), load_default=dict)

    @validates_schema(skip_on_field_errors=True)
    def has_known_forms(self, data: Any, **_: Any) -> None:
        known = [form.value for form in PaperForm]
        strange = {kind: [unknown("格式", form, known)] for kind, form in data["forms"].items() if form not in known}
        if strange:
            raise ValidationError({"forms": strange})


_SEVERITY = OneOf("轻重", ["1", "2", "3", "4", "5"])


class ReasonsSchema(StrictSchema):
    send_back = _reasons()
    waive = _reasons()


class SettingsSchema(StrictSchema):
    severity_titles = _Texts(_SEVERITY, load_default=dict)
    severity_colours = _Texts(_SEVERITY, OneOf("颜色", COLOURS), load_default=dict)
    number_words = _Texts(Name(), load_default=dict)
    cutoff = _Hour(load_default="24:00")
    separation = Flag(load_default=True)
    extension_steps = Number(1, 2, load_default=1)
    rectification_days = Number(1, 365, load_default=15)
    objection_days = Number(1, 365, load_default=30)
    deemed_received_days = Number(1, 30, load_default=None)
    rhythm = _Rhythm(load_default=None)
    first_responsible = OneOf("第一责任人的岗位", FIRST_RESPONSIBLE_ROLES, load_default="head")
    occurrences = _Texts(Name(), load_default=dict)
    look_back = fields.List(Name(), load_default=list)
    look_back_days = Number(1, 60, load_default=5)
    look_back_share = Number(1, 100, load_default=SHARE)
    visit_window_days = Number(1, 366, load_default=WINDOW_DAYS)
    ladders = _Texts(
        _Like(_LADDER, "不能作升级规则，请写 standard 的样子；只换一个流程的，写 survey.standard。"),
        Name(),
        load_default=dict,
    )
    card_titles = _Texts(OneOf("牌", CARDS), load_default=dict)
    card_colours = _Texts(OneOf("牌", CARDS), OneOf("颜色", COLOURS), load_default=dict)
    leader_approves_from = Number(1, 5, load_default=None)
    paper_layout = fields.Nested(PaperLayoutSchema, load_default=None)
    papers_at_any_hour = Flag(load_default=False)
    ranking_basis = Text(load_default="")
    reasons = fields.Nested(ReasonsSchema, load_default=dict)


class CampaignSchema(StrictSchema):
    key = Name(required=True)
    version = Number(1, 9_999, required=True)
    title = Text(required=True)
    summary = Text(load_default="")
    office = _Code(required=True)
    starts_on = _Day(required=True)
    ends_on = _Day(required=True)
    phases = fields.List(fields.Nested(PhaseSchema), load_default=list)
    units = fields.List(fields.Nested(UnitSchema), load_default=list)
    unit_sets = _Sets(load_default=dict)
    people = fields.List(fields.Nested(PersonSchema), load_default=list)
    measures = fields.List(
        fields.Nested(MeasureSchema),
        required=True,
        validate=validate.Length(1, error="至少要有一项工作措施。"),
    )
    required_returns = fields.List(fields.Nested(RequiredReturnSchema), load_default=list)
    settings = fields.Nested(SettingsSchema, load_default=lambda: SettingsSchema().load({}))


def _refuse_strange(value: Mapping[str, Any], known: tuple[str, ...]) -> None:
    strange = [key for key in value if key not in known]
    if strange:
        raise ValidationError({key: [unknown("键", key, known)] for key in strange})


def _read_day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        looks_right = re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text)
        reason = "没有这一天，请核对" if looks_right else "不是日期，请写成 2026-08-25"
        raise ValidationError(f"“{text}”{reason}。") from None
