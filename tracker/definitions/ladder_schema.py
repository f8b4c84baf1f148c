"""The shape of ladder files, as marshmallow schemas. What lies between files is in `checks`."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from tracker.definitions.schema import CARDS, StrictSchema
from tracker.definitions.schema_fields import Flag, Hour, Name, Number, OneOf, Several, Text
from tracker.domain.ladder import CountedAbout, Window

RUNG_ROLES = ("liaison", "head", "area_leader", "supervisor", "office", "leader", "first_responsible")
#: Ways to reach a rung; one at least is wanted. `unless_excused` only takes ways away.
CONDITIONS = (
    "after",
    "quality_failures",
    "failed_rechecks",
    "behind",
    "not_started",
    "streak",
    "counted",
    "unopened",
    "order",
)


class BoundsSchema(StrictSchema):
    above = Number(0, 100)
    at_least = Number(0, 100)
    at_most = Number(0, 100)

    @validates_schema(skip_on_field_errors=True)
    def can_be_met(self, data: Any, **_: Any) -> None:
        if not {"above", "at_least"} & data.keys():
            raise ValidationError("要写 above（大于）或 at_least（不少于），否则没有落后也会触发。")
        least = max(data.get("above", 0), data.get("at_least", 0))
        if "at_most" in data and data["at_most"] < least:
            raise ValidationError("at_most（不超过）比下限还小，永远不会触发。")


class BehindSchema(StrictSchema):
    points = fields.Nested(BoundsSchema)
    share = fields.Nested(BoundsSchema)

    @validates_schema(skip_on_field_errors=True)
    def is_measured_in_one_way(self, data: Any, **_: Any) -> None:
        if len(data) != 1:
            raise ValidationError("points（落后百分点）和 share（落后比例，占应完成的百分之几）要写一个，且只写一个。")


class StreakSchema(StrictSchema):
    rungs = Several(Name(), required=True)
    times = Number(2, 60, required=True)


class Since(fields.Field[Any]):
    """90 days | year | campaign | ever; loaded as (days or None, window)."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> tuple[int | None, Window]:
        text = str(value).strip()
        amount, _, unit = text.partition(" ")
        if unit in ("days", "calendar days") and amount.isascii() and amount.isdigit() and 0 < int(amount) <= 3660:
            return int(amount), Window.EVER
        if text in (Window.YEAR, Window.CAMPAIGN, Window.EVER):
            return None, Window(text)
        raise ValidationError(
            f"“{text}”不对，请写成 90 days（自然日）、year（当年）、campaign（本行动）或 ever（不限）。"
        )


class CountedSchema(StrictSchema):
    of = Several(Name(), required=True)
    at_least = Number(2, 99, required=True)
    about = OneOf("计数对象", [one.value for one in CountedAbout], load_default=CountedAbout.UNIT.value)
    within = Since(load_default=(None, Window.EVER))
    running = Flag(load_default=False)
    among = Several(Name(), load_default=list)


class OfficeHours(fields.Field[int]):
    """4 hours; loaded as their number."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        amount, _, unit = str(value).strip().partition(" ")
        if unit in ("hour", "hours") and amount.isascii() and amount.isdigit() and 0 < int(amount) <= 200:
            return int(amount)
        raise ValidationError(f"“{value}”不对，请写成 4 hours（工作小时，工作日8:30至17:30计，1到200）。")


class RungSchema(StrictSchema):
    name = Name(required=True)
    title = Text(required=True)
    act = OneOf("动作", ["remind", "urge", "pass_on"], data_key="do")
    raises = Name(data_key="raise")
    card = OneOf("牌", CARDS)
    to = Several(OneOf("角色", RUNG_ROLES), required=True)
    after = Number(-60, 250)
    at = Hour(load_default="09:10")
    quality_failures = Number(1, 99)
    failed_rechecks = Number(1, 99)
    behind = fields.Nested(BehindSchema)
    not_started = Flag()
    streak = fields.Nested(StreakSchema)
    counted = fields.Nested(CountedSchema)
    unopened = OfficeHours()
    papers_from = Number(1, 5)
    order = Flag()
    unless_excused = Flag(load_default=False)
    severity = fields.Raw()
    gather = OneOf("并案方式", ["together", "none"], load_default="together")
    points = Number(0, 100, load_default=0)

    @validates_schema(skip_on_field_errors=True)
    def does_one_thing_for_some_reason(self, data: Any, **_: Any) -> None:
        if len({"act", "raises", "card"} & data.keys()) != 1:
            raise ValidationError(
                "do（提醒 remind、催办 urge、改请转办 pass_on）、raise（拟发文书）和 card（亮牌）要写一个，且只写一个。"
            )
        if not any(one in data and data[one] is not False for one in CONDITIONS):
            raise ValidationError(
                "要写至少一个触发条件（after、quality_failures、failed_rechecks、behind、not_started、streak、counted、unopened，"
                "只由领导指定启动的写 order: true），否则永远不会触发。"
            )
        if (data.get("act") == "pass_on") != ("unopened" in data):
            raise ValidationError("do: pass_on（改请转办）和 unopened（送达后几小时无人拆阅）要写在一起。")
        if "papers_from" in data and "unopened" not in data:
            raise ValidationError("papers_from（从几级文书起）只对 unopened 有意义。")
        if "act" in data and (data["gather"] == "none" or data["points"]):
            raise ValidationError("gather 和 points 只对拟发文书（raise、card）有意义。")

    @validates_schema(skip_on_field_errors=True)
    def has_a_severity(self, data: Any, **_: Any) -> None:
        severity = data.get("severity")
        if severity is None or severity == "next":
            return
        if isinstance(severity, bool) or not isinstance(severity, int) or not 1 <= severity <= 5:
            raise ValidationError({"severity": ["要在 1 到 5 之间，或写 next（比所依据的文书高一级）。"]})


class LadderSchema(StrictSchema):
    key = Name(required=True)
    version = Number(1, 9_999, required=True)
    title = Text(required=True)
    rungs = fields.List(fields.Nested(RungSchema), required=True, validate=validate.Length(1, error="至少要有一级。"))
