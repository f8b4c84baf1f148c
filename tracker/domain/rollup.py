"""What lower units returned, added up for the unit above them. Pure.

Only counts add up. What was asked of several units at once and held together (场次, 人次 of one event) is reported
by the unit that leads, once (DOMAIN.md §8); the sum is therefore an offer, which the upper unit may correct, and says
why. Totals over a campaign leave shares out, because the task above them already holds their numbers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tracker.domain.definition import FieldType, FormDefinition

Count = Mapping[str, Any]


@dataclass(frozen=True)
class LowerReturn:
    """What one lower unit sent last. `stands` = it was sent and not sent back; only then it counts."""

    unit_name: str
    stands: bool
    values: Mapping[str, Any] | None


@dataclass(frozen=True)
class RollUp:
    """The sums by count field, in the form's order, and the units that are not among them."""

    sums: Mapping[str, Count]
    missing: tuple[str, ...]


def roll_up(form: FormDefinition, returns: Sequence[LowerReturn]) -> RollUp:
    """Add up the counts of what stands. A sum is approximate when a summand is, and true as of the oldest day."""
    standing = [one.values for one in returns if one.stands and one.values is not None]
    sums: dict[str, Count] = {}
    for field in form.fields:
        given = [values[field.name] for values in standing if isinstance(values.get(field.name), Mapping)]
        if field.type is FieldType.COUNT and given:
            days = sorted(one["as_of"] for one in given if one.get("as_of"))
            sums[field.name] = {
                "value": sum(int(one["value"]) for one in given),
                "approx": any(one.get("approx") for one in given),
                "as_of": days[0] if days else None,
            }
    missing = tuple(one.unit_name for one in returns if not one.stands or one.values is None)
    return RollUp(sums, missing)


def corrections(form: FormDefinition, sums: Mapping[str, Count], values: Mapping[str, Any]) -> tuple[str, ...]:
    """Return, for each count that differs from what the lower units returned, both numbers in words."""
    titles = {field.name: field.title for field in form.fields}
    return tuple(
        f"“{titles[name]}”下级合计{total['value']}，本次填报{values[name]['value']}"
        for name, total in sums.items()
        if isinstance(values.get(name), Mapping) and int(values[name]["value"]) != total["value"]
    )
