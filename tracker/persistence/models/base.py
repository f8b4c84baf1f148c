"""The declarative base, naming rules for constraints, and the column types used everywhere."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, ClassVar

from sqlalchemy import BigInteger, Date, DateTime, ForeignKey, Identity, MetaData, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, mapped_column

NAMES = {
    "ix": "ix_%(table_name)s__%(column_0_N_name)s",
    "uq": "uq_%(table_name)s__%(column_0_N_name)s",
    "ck": "ck_%(table_name)s__%(constraint_name)s",
    "fk": "fk_%(table_name)s__%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Every table. `*_at` are aware UTC moments, `*_on` are Shanghai dates."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: DateTime(timezone=True),
        date: Date(),
        str: Text(),
        int: BigInteger(),
        dict[str, Any]: JSONB(none_as_null=True),
        list[Any]: JSONB(),
    }


Id = Annotated[int, mapped_column(BigInteger, Identity(), primary_key=True)]


def one_of(column: str, *values: str) -> str:
    """Return the text of a check constraint that limits `column` to `values`."""
    listed = ", ".join(f"'{value}'" for value in values)
    return f"{column} IN ({listed})"


def link(target: str, **options: Any) -> Any:
    """Return a foreign key column to `target` ("unit.id"), of the type that it points to."""
    return mapped_column(ForeignKey(target), **options)
