"""A measured figure, and how a run shows its figures."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Figure:
    """One row of the table.

    floor   what plain SQL takes for the same rows in the same run, in the same unit; None where there is none
    ratio   value against floor: 1.0 is as fast as plain SQL
    """

    name: str
    n: int
    value: float
    unit: str
    what: str
    floor: float | None = None

    @property
    def ratio(self) -> float | None:
        """Return value / floor."""
        return round(self.value / self.floor, 3) if self.floor else None


def table(figures: Sequence[Figure]) -> str:
    """Return the figures as lines for a person."""
    lines = [f"{'name':<26}{'n':>9}{'value':>12} {'unit':<11}{'floor':>11}{'ratio':>8}  what"]
    for one in figures:
        floor = f"{one.floor:,.1f}" if one.floor is not None else "-"
        ratio = f"{one.ratio:.2f}" if one.ratio is not None else "-"
        lines.append(f"{one.name:<26}{one.n:>9,}{one.value:>12,.2f} {one.unit:<11}{floor:>11}{ratio:>8}  {one.what}")
    return "\n".join(lines)


def as_json(figures: Sequence[Figure]) -> str:
    """Return the figures as one line of JSON."""
    rows = []
    for one in figures:
        row = asdict(one)
        row |= {"value": round(one.value, 3), "floor": round(one.floor, 3) if one.floor is not None else None}
        rows.append({key: row[key] for key in ("name", "n", "value", "unit", "floor")} | {
            "ratio": one.ratio, "what": one.what,
        })  # fmt: skip
    return json.dumps(rows, ensure_ascii=False)
