"""What the next return of a duty may begin with: the answers that seldom change, so that nothing is typed twice (填一次). Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tracker.domain.definition import FieldType, FormDefinition

#: Answers that may be carried over; a story, a file or a list of rows is written anew each time.
CARRIABLE = frozenset({FieldType.TEXT, FieldType.COUNT, FieldType.CHOICE, FieldType.CHOICES, FieldType.YES_NO})


def carried_values(form: FormDefinition, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of an earlier return with which the next one begins.

    A number loses the day on which it was true: today's is asked for anew. A choice that the form no longer has is
    left out.
    """
    found: dict[str, Any] = {}
    for field in form.fields:
        value = values.get(field.name)
        if not field.carried or value in (None, "", []):
            continue
        if isinstance(value, Mapping):
            value = {**value, "as_of": None}
        picked = value if isinstance(value, list) else [value]
        if not field.options or all(one in field.options for one in picked):
            found[field.name] = value
    return found
