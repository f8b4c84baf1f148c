"""Definitions as plain JSON and back, for storing the version that a running task keeps.

Mappings are written as lists of pairs, because JSONB forgets the order of keys and a form shows its options
in the file's order. A value equal to its default is left out, so that a field added later does not change the
hash of definitions that do not use it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import time
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, cast, get_args, get_origin, get_type_hints

from tracker.domain.errors import DefinitionInvalid

T = TypeVar("T")


def to_plain(value: Any) -> Any:
    """Return `value` as JSON-ready data."""
    if is_dataclass(value) and not isinstance(value, type):
        pairs = ((one.name, getattr(value, one.name), one) for one in fields(value))
        return {name: to_plain(part) for name, part, one in pairs if part != _default(one)}
    if isinstance(value, Mapping):
        return [[key, to_plain(part)] for key, part in value.items()]
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, tuple | list):
        return [to_plain(part) for part in value]
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, time):
        return value.isoformat("minutes")
    return value


def from_plain(kind: type[T], plain: Any) -> T:
    """Return the dataclass that `to_plain` wrote.

    Raises DefinitionInvalid when the stored content does not fit, such as one written by a later release.
    """
    try:
        return _read(kind, plain)  # type: ignore[no-any-return]
    except (KeyError, TypeError, ValueError) as wrong:
        raise DefinitionInvalid([f"存储的流程内容读不出来（{wrong}），可能由更新的版本写入。"]) from wrong


def content_hash(plain: Mapping[str, Any]) -> str:
    """Return the SHA-256 of the canonical JSON of `plain`, in hex."""
    text = json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _default(one: Field[Any]) -> Any:
    return one.default_factory() if one.default_factory is not MISSING else one.default


@cache
def _hints(kind: type) -> Mapping[str, Any]:
    return get_type_hints(kind)


def _read(kind: Any, plain: Any) -> Any:
    origin = get_origin(kind)
    if origin is UnionType:
        inner = next(part for part in get_args(kind) if part is not NoneType)
        return None if plain is None else _read(inner, plain)
    if origin is Mapping:
        return {key: _read(get_args(kind)[1], part) for key, part in plain}
    if origin is frozenset:
        return frozenset(plain)
    if origin is tuple:
        return tuple(_read(get_args(kind)[0], part) for part in plain)
    if is_dataclass(kind):
        hints = _hints(cast("type", kind))
        return kind(**{name: _read(hints[name], part) for name, part in plain.items()})  # type: ignore[operator]
    if kind is time:
        return time.fromisoformat(plain)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind(plain)
    return plain
