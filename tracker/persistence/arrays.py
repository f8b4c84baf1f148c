"""Columns as PostgreSQL array literals, for statements that write many rows at once over `unnest`.

psycopg quotes each text of a list with a regular expression; for the JSON of events that took longer than the insert.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any


def as_arrays(columns: Mapping[str, Sequence[Any]]) -> dict[str, str]:
    """Return each column as one array literal, to be read by `CAST(:name AS type[])`."""
    return {name: array_literal(values) for name, values in columns.items()}


def array_literal(values: Iterable[Any]) -> str:
    """Return values of one column (numbers, texts, moments, bytes, None) as a literal such as {1,NULL,"a\\"b"}."""
    column = list(values)
    kinds = set(map(type, column))
    if kinds == {int}:
        return "{" + ",".join(map(str, column)) + "}"
    if kinds == {str} and (quoted := _quoted_at_once(column)) is not None:
        return quoted
    if bool in kinds and len(kinds - {type(None)}) > 1:
        # True equals 1, which is written otherwise.
        return "{" + ",".join([_written(value) for value in column]) + "}"
    # Most columns hold a handful of values, each written once.
    written = _Written()
    return "{" + ",".join([written[value] for value in column]) + "}"


def _quoted_at_once(column: Sequence[str]) -> str | None:
    """Return a column of texts as one literal; None when one holds a zero byte, at which PostgreSQL will take offence."""
    joined = "\0".join(column)
    if joined.count("\0") >= len(column):
        return None
    if "\\" in joined:
        joined = joined.replace("\\", "\\\\")
    return '{"' + joined.replace('"', '\\"').replace("\0", '","') + '"}'


class _Written(dict[Any, str]):
    """What each value of one column looks like."""

    def __missing__(self, value: Any) -> str:
        text = self[value] = _written(value)
        return text


def _written(value: Any) -> str:
    return _WRITERS.get(type(value), _quoted)(value)


def _quoted(value: Any) -> str:
    text = str(value)
    if "\\" in text:
        text = text.replace("\\", "\\\\")
    return '"' + text.replace('"', '\\"') + '"'


def _moment(value: date) -> str:
    return f'"{value.isoformat()}"'


_WRITERS: dict[type, Callable[[Any], str]] = {
    int: str, float: repr, type(None): lambda _: "NULL", bool: lambda value: "t" if value else "f",
    bytes: lambda value: '"\\\\x' + value.hex() + '"', date: _moment, datetime: _moment,
}  # fmt: skip
