"""What was filled into a form, in words. Pure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from tracker.domain.deadlines import show_day
from tracker.domain.definition import FieldDefinition, FieldType


def say_value(field: FieldDefinition, value: Any, say_day: Callable[[date], str] = show_day) -> str:
    """Return a stored value as people write it; `say_day` writes days."""
    if value is None or value in ("", []):
        return ""
    match field.type:
        case FieldType.DATE:
            return say_day(date.fromisoformat(value))
        case FieldType.YES_NO:
            return "是" if value else "否"
        case FieldType.CHOICE:
            return field.options.get(value, str(value))
        case FieldType.CHOICES:
            return "、".join(field.options.get(one, one) for one in value)
        case FieldType.COUNT:
            return f"{'约' if value.get('approx') else ''}{value.get('value')}{field.unit}"
        case _:
            return str(value)
