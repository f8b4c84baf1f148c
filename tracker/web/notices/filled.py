"""Forms that were filled for a paper, as they are read: one (title, text) for each field, rows as tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tracker.domain.definition import FieldDefinition, FieldType, FormDefinition, WorkflowDefinition
from tracker.domain.field_words import say_value
from tracker.persistence.queries.notice_page import FilledRow
from tracker.web.showing import show_date


@dataclass(frozen=True)
class FilledTable:
    """The rows of one ROWS field."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Filled:
    """One filled form. `files` are (ref, file name)."""

    title: str
    row: FilledRow
    facts: tuple[tuple[str, str], ...]
    tables: tuple[FilledTable, ...]
    files: tuple[tuple[str, str], ...]


def present_filled(row: FilledRow, definition: WorkflowDefinition) -> Filled:
    """Return a filled form."""
    form = definition.forms[row.form_key]
    facts, tables = [], []
    for field in form.fields:
        if field.type is FieldType.ROWS:
            rows = row.values.get(field.name) or []
            if rows:
                tables.append(_table(field, definition.forms[field.of or ""], rows))
        elif field.type is not FieldType.FILES:
            text = show_value(field, row.values.get(field.name))
            if text:
                facts.append((field.title, text))
    return Filled(form.title, row, tuple(facts), tuple(tables), tuple(row.files.items()))


def show_value(field: FieldDefinition, value: Any) -> str:
    """Return a stored value in words, days with their weekday."""
    return say_value(field, value, show_date)


def _table(field: FieldDefinition, form: FormDefinition, rows: list[Mapping[str, Any]]) -> FilledTable:
    return FilledTable(
        field.title,
        tuple(one.title for one in form.fields),
        tuple(tuple(show_value(one, row.get(one.name)) for one in form.fields) for row in rows),
    )
