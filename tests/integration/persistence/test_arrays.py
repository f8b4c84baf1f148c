"""Array literals are read back by PostgreSQL as the values that they were written from."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.servers import plain_url
from tracker.persistence.arrays import array_literal


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("bigint", [1, None, -(2**62)]),
        ("boolean", [True, False, None]),
        ("bytea", [b"", b"\x00\\\"'", None]),
        ("date", [date(2026, 3, 20), None]),
        ("timestamptz", [datetime(2026, 3, 20, 1, 10, 0, 123456, tzinfo=UTC), None]),
        ("text", ["", "NULL", "null", " a ", "{}", ",", '"', "\\", '\\"', "\\\\x00", "第1项\n\t“引号”", None]),
        ("text", ["", '"', "\\", '\\"', ",", "第1项\n\t“引号”"]),
        ("text", [""]),
        ("bigint", [7, -1, 2**62]),
        ("bigint", []),
    ],
)
def test_values_of_every_kind_survive(database_url: str, kind: str, values: list[Any]) -> None:
    with psycopg.connect(plain_url(database_url)) as connection:
        connection.execute("SET timezone = 'UTC'")
        (found,) = connection.execute(f"SELECT CAST(%s AS {kind}[])", (array_literal(values),)).fetchone() or (None,)
    assert found == values


@pytest.mark.parametrize("values", [["a\0b"], ["a", "b\0", "c"], ["a\0", None]])
def test_a_zero_byte_is_refused_and_does_not_make_two_texts_of_one(database_url: str, values: list[Any]) -> None:
    with psycopg.connect(plain_url(database_url)) as connection, pytest.raises(psycopg.DataError):
        connection.execute("SELECT CAST(%s AS text[])", (array_literal(values),))


def test_any_text_survives(database_url: str) -> None:
    with psycopg.connect(plain_url(database_url), autocommit=True) as connection:

        @settings(max_examples=200, deadline=None)
        @given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))))
        def check(values: list[str]) -> None:
            (found,) = connection.execute("SELECT CAST(%s AS text[])", (array_literal(values),)).fetchone() or (None,)
            assert found == values

        check()
