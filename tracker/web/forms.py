"""Forms of workflow files as a page shows them: fields with what was typed, what is wrong, and what was uploaded.

`present_form` makes the value that the macros of `_macros/forms.html` draw; `read_given` reads a posted form back
into the flat mapping that services take. A posted form may ask for one more row instead of being sent (`_do`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from werkzeug.datastructures import MultiDict

from tracker.domain.definition import FieldDefinition, FieldType, FormDefinition
from tracker.domain.errors import FieldProblem, InvalidInput
from tracker.domain.inputs import Unreadable, read_count, text_of
from tracker.domain.personal_numbers import CONFIRMATION, personal_numbers
from tracker.domain.rates import Rate, rates_of, show_rate

#: 200 rows of seven fields with their ticks and days, several times over.
MOST_FIELDS = 5000
#: A choice with at most this many options is shown as radio buttons, else as a list.
MOST_RADIOS = 5
#: The edition of the draft that a form was made from, and what else a form carries that nobody typed.
EDITION = "_draft"
NOT_TYPED = frozenset({"csrf_token", "version", "_do", "next", EDITION})
ADD_ROW, REMOVE_ROW, SUBMIT = "add_row:", "remove_row:", "submit"
FREE_TEXT = frozenset({FieldType.TEXT, FieldType.LONG_TEXT})
TICKED = frozenset({"yes", "on", "1", "true"})
_ROW = re.compile(r"(?P<index>[0-9]{1,6})\.(?P<rest>.+)")


@dataclass(frozen=True)
class KeptFile:
    """A file that is already stored. `checked` = it goes along with the form."""

    ref: str
    file_name: str
    is_image: bool
    checked: bool = True


@dataclass(frozen=True)
class RowView:
    """One row of a ROWS field. `index` is its place in the field names, `number` what the page calls it."""

    index: str
    number: int
    fields: tuple[FieldView, ...]


@dataclass(frozen=True)
class RateView:
    """The share that a count makes of another. `whole_name` is the other's posted name; `text` may be empty."""

    title: str
    whole_title: str
    whole_name: str
    text: str


@dataclass(frozen=True)
class FieldView:
    """One field as it is drawn. `name` is the posted name, `id` the element's."""

    name: str
    id: str
    definition: FieldDefinition
    value: str = ""
    values: tuple[str, ...] = ()
    approx: bool = False
    as_of: str = ""
    error: str = ""
    rows: tuple[RowView, ...] = ()
    blank_row: RowView | None = None
    files: tuple[KeptFile, ...] = ()
    rate: RateView | None = None
    personal: bool = False
    confirmed: bool = False
    carried: str = ""

    @property
    def kind(self) -> str:
        """Return the name of the macro that draws this field."""
        if self.definition.type is FieldType.CHOICE and len(self.definition.options) <= MOST_RADIOS:
            return "radios"
        return self.definition.type.value

    @property
    def described_by(self) -> str:
        """Return the ids of the hint and the error, for aria-describedby."""
        ids = [f"{self.id}-help"] if self.definition.help else []
        return " ".join([*ids, f"{self.id}-error"] if self.error else ids)


@dataclass(frozen=True)
class FormView:
    """A form ready to draw. `problems` = (element id or empty, sentence), for the summary on top."""

    key: str
    title: str
    fields: tuple[FieldView, ...]
    problems: tuple[tuple[str, str], ...] = ()
    has_files: bool = False


@dataclass
class _Presenting:
    """One drawing of one form."""

    forms: Mapping[str, FormDefinition]
    given: Mapping[str, object]
    errors: Mapping[str, str]
    files: Mapping[str, KeptFile]
    scope: str
    confidential: bool = False
    carried: Mapping[str, str] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)

    def fields(self, form: FormDefinition, prefix: str) -> tuple[FieldView, ...]:
        rates = rates_of(form)
        drawn = (self.field(definition, prefix + definition.name) for definition in form.fields)
        return tuple(
            replace(one, rate=self._rate(rates[one.definition.name], prefix)) if one.definition.name in rates else one
            for one in drawn
        )

    def _rate(self, rate: Rate, prefix: str) -> RateView:
        part, whole = (self._count(prefix + one.name, one.unit) for one in (rate.part, rate.whole))
        return RateView(rate.title, rate.whole.title, prefix + rate.whole.name, show_rate(part, whole))

    def _count(self, name: str, unit: str) -> dict[str, Any] | None:
        """Return a typed count, or None where it is empty or cannot be read (which its own field says)."""
        try:
            value, approx = read_count(self.given.get(name), unit=unit)
        except Unreadable:
            return None
        return {"value": value, "approx": approx or text_of(self.given.get(f"{name}__approx")) in TICKED}

    def field(self, definition: FieldDefinition, name: str) -> FieldView:
        element = field_id(name, self.scope)
        self.ids[name] = element
        raw = self.given.get(name)
        several = tuple(text_of(one) for one in raw) if isinstance(raw, list | tuple) else ()
        rows = self._rows(definition, name) if definition.type is FieldType.ROWS else ()
        return FieldView(
            name, element, definition,
            value=several[0] if several else _shown(raw),
            values=several or ((_shown(raw),) if raw not in (None, "") else ()),
            approx=text_of(self.given.get(f"{name}__approx")) in TICKED,
            as_of=text_of(self.given.get(f"{name}__as_of")),
            error=self.errors.get(name, ""),
            rows=rows,
            blank_row=self._row(definition, name, "__row__", 0) if definition.type is FieldType.ROWS else None,
            files=self._files(raw) if definition.type is FieldType.FILES else (),
            personal=definition.type in FREE_TEXT and not self.confidential and holds_personal_number(raw),
            confirmed=text_of(self.given.get(name + CONFIRMATION)) in TICKED,
            carried=self.carried.get(name, ""),
        )  # fmt: skip

    def _rows(self, definition: FieldDefinition, name: str) -> tuple[RowView, ...]:
        indexes = row_indexes(self.given, name) or ["0"]
        return tuple(self._row(definition, name, index, n) for n, index in enumerate(indexes, start=1))

    def _row(self, definition: FieldDefinition, name: str, index: str, number: int) -> RowView:
        return RowView(index, number, self.fields(self.forms[definition.of or ""], f"{name}.{index}."))

    def _files(self, raw: object) -> tuple[KeptFile, ...]:
        refs: Iterable[object] = raw if isinstance(raw, list | tuple) else [raw] if raw else []
        return tuple(self.files[str(ref)] for ref in refs if str(ref) in self.files)


def present_form(
    form: FormDefinition, forms: Mapping[str, FormDefinition], *, given: Mapping[str, object] | None = None,
    problems: Sequence[FieldProblem] = (), files: Iterable[KeptFile] = (), scope: str = "f", confidential: bool = False,
    carried: Mapping[str, str] | None = None,
) -> FormView:  # fmt: skip
    """Return `form` ready to draw, with what was typed (`given`, flat) and what is wrong with it.

    `files` are the stored files that the form may name; `scope` keeps element ids apart where a page has
    several forms. Where the work is not `confidential`, a text with a private person's number gets a tick by which
    the person stands by it. `carried` says of fields that `given` holds from which earlier return they are taken.
    """
    errors: dict[str, str] = {}
    for problem in problems:
        errors.setdefault(problem.field, problem.sentence)
    drawing = _Presenting(
        forms, given or {}, errors, {one.ref: one for one in files}, scope, confidential, carried or {}
    )
    fields = drawing.fields(form, "")
    listed = tuple((drawing.ids.get(p.field, field_id(p.field, scope)), p.sentence) for p in problems)
    has_files = any(one.definition.type is FieldType.FILES for one in fields)
    return FormView(form.key, form.title, fields, listed, has_files)


def read_given(posted: MultiDict[str, str]) -> dict[str, object]:
    """Return what was typed as the flat mapping that services read; a name posted several times becomes a list.

    Raises InvalidInput for a form of more than MOST_FIELDS fields, which is never drawn again.
    """
    if len(posted) > MOST_FIELDS:
        raise InvalidInput([], f"表中内容太多（超过{MOST_FIELDS}格），没有提交。请分次填报。")
    given: dict[str, object] = {}
    for name in posted:
        if name in NOT_TYPED:
            continue
        several = posted.getlist(name)
        given[name] = several[0] if len(several) == 1 else several
    return given


def row_indexes(given: Mapping[str, object], name: str) -> list[str]:
    """Return the row indexes posted under `name`, in order."""
    found = {match["index"] for match in map(_ROW.fullmatch, _inside(given, name)) if match}
    return sorted(found, key=int)


def with_rows_changed(given: Mapping[str, object], wanted: str) -> dict[str, object]:
    """Return `given` after the button `_do` asked for one row more (add_row:problems) or less."""
    changed = dict(given)
    if wanted.startswith(ADD_ROW):
        name = wanted.removeprefix(ADD_ROW)
        indexes = row_indexes(given, name) or ["0"]
        changed[f"{name}.{int(indexes[-1]) + 1}.__new"] = ""
    elif wanted.startswith(REMOVE_ROW):
        name, _, index = wanted.removeprefix(REMOVE_ROW).rpartition(":")
        changed = {key: value for key, value in given.items() if not key.startswith(f"{name}.{index}.")}
    return changed


def flat_values(values: Mapping[str, Any], prefix: str = "") -> dict[str, object]:
    """Return the values of an earlier submission as if they had been typed, so that nothing is typed twice."""
    flat: dict[str, object] = {}
    for key, value in values.items():
        name = f"{prefix}{key}"
        if isinstance(value, Mapping):
            flat[name] = "" if value.get("value") is None else str(value["value"])
            flat[f"{name}__approx"] = "yes" if value.get("approx") else ""
            flat[f"{name}__as_of"] = value.get("as_of") or ""
        elif isinstance(value, list) and value and isinstance(value[0], Mapping):
            for index, row in enumerate(value):
                flat |= flat_values(row, f"{name}.{index}.")
        elif value is not None:
            flat[name] = value
    return flat


def field_id(name: str, scope: str = "f") -> str:
    """Return the element id of a field name."""
    return f"{scope}-" + re.sub(r"[^A-Za-z0-9_-]", "-", name)


def holds_personal_number(raw: object) -> bool:
    """Tell whether what was typed seems to hold a private person's number."""
    return isinstance(raw, str) and bool(personal_numbers(raw))


def _inside(given: Mapping[str, object], name: str) -> list[str]:
    return [key.removeprefix(f"{name}.") for key in given if key.startswith(f"{name}.")]


def _shown(raw: object) -> str:
    return text_of(raw) if isinstance(raw, str | int | float | bool) else ""
