"""Shares that a form shows beside its counts: 排查率 is 已排查数 of 应排查数. Computed, never typed, never stored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tracker.domain.definition import FieldDefinition, FieldType, FormDefinition

ZERO_BASE = "—（基数为0）"


@dataclass(frozen=True)
class Rate:
    """One share of a form: `part` of `whole`. `summable` = the shares of several rows may be added up."""

    title: str
    part: FieldDefinition
    whole: FieldDefinition
    summable: bool


def rates_of(form: FormDefinition) -> Mapping[str, Rate]:
    """Return the name of each count that has a rate → the rate.

    A rate is named by `rate`. Where the file names none, 已排查数 that may not exceed another count has a 排查率.
    """
    by_name = {one.name: one for one in form.fields}
    found = {}
    for one in form.fields:
        whole = by_name.get(one.rate_of or one.at_most or "")
        title = one.rate or _derived_title(one)
        if whole is not None and title and one.type is FieldType.COUNT:
            found[one.name] = Rate(title, one, whole, summable=one.rate_of is None)
    return found


def show_rate(part: Mapping[str, Any] | None, whole: Mapping[str, Any] | None) -> str:
    """Return a share in words, or the empty text where a count is missing.

    Rounded down, so that nothing unfinished reads as 100%. Approximate counts make an approximate share.
    """
    if not part or not whole:
        return ""
    if whole["value"] == 0:
        return ZERO_BASE
    thousandths = part["value"] * 1000 // whole["value"]
    if thousandths == 0 and part["value"] > 0:
        return "不到0.1%"
    about = "约" if part.get("approx") or whole.get("approx") else ""
    return f"{about}{thousandths // 10}.{thousandths % 10}%"


def sum_rows(form: FormDefinition, rows: Sequence[Mapping[str, Any]]) -> Iterator[tuple[FieldDefinition | str, Any]]:
    """Yield what several rows come to: each count that a rate needs with its sum, and each rate's title and text."""
    summed: dict[str, dict[str, Any]] = {}
    for rate in rates_of(form).values():
        filled = [row for row in rows if row.get(rate.part.name) and row.get(rate.whole.name)]
        if not rate.summable or not filled:
            continue
        for one in (rate.whole, rate.part):
            if one.name not in summed:
                summed[one.name] = _sum([row[one.name] for row in filled])
                yield one, summed[one.name]
        yield rate.title, show_rate(summed[rate.part.name], summed[rate.whole.name])


def _sum(counts: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {"value": sum(one["value"] for one in counts), "approx": any(one["approx"] for one in counts), "as_of": None}


def _derived_title(one: FieldDefinition) -> str:
    stem = one.title.removeprefix("已").removesuffix("数")
    return f"{stem}率" if one.at_most is not None and one.title.startswith("已") and stem else ""
