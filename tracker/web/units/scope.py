"""What several views of units ask: whose units, what was typed, which sub-page."""

from __future__ import annotations

from datetime import date

from flask import request

from tracker.domain.errors import FieldProblem, InvalidInput
from tracker.domain.inputs import cleaned
from tracker.domain.permissions import Action
from tracker.domain.values import local_date
from tracker.services.administration import Administration
from tracker.services.reorganisations import Act
from tracker.web.requests import container, viewer

Answer = str | tuple[str, int]


def administration(action: Action = Action.SEE_UNITS) -> Administration:
    """Return the units that the viewer keeps or sees; raises NotFound for those who do not."""
    return container().office_people.units_of(viewer(), action)


def may_manage() -> bool:
    """Tell whether the viewer keeps units, and not only looks (the system administrator)."""
    return administration().office is not None


def typed(*names: str) -> dict[str, str]:
    """Return posted fields, trimmed."""
    return {name: cleaned(request.form.get(name, "")) for name in names}


def number(text: str) -> int | None:
    """Return the number of a choice; anything else counts as not chosen."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def day(text: str, field: str) -> date | None:
    """Return a day from a date field; raises InvalidInput at the field for anything else."""
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidInput([FieldProblem(field, "日期写得不对，例如 2026-03-01。")]) from None


def act_from(given: dict[str, str]) -> Act:
    """Return day and reason of an act on a unit; without a day it is today."""
    return Act(day(given["on"], "on") or local_date(container().clock.now()), given["reason"])
