"""Check and normalise a submitted form against its definition.

Input is flat, as a web form posts it: `name`; for a count also `name__approx` and `name__as_of`; for rows
`name.0.field`. A JSON client may nest rows and counts instead; what `read_form` returned is valid input.
Output is ready for JSON: a count is {"value", "approx", "as_of"}, a date an ISO string, rows a list of
objects.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from tracker.domain.definition import FieldDefinition, FieldType, FormDefinition
from tracker.domain.errors import FieldProblem, InvalidInput
from tracker.domain.inputs import (
    Unreadable,
    read_count,
    read_date,
    read_text,
    read_yes_no,
    show_day_text,
    text_of,
)
from tracker.domain.personal_numbers import CONFIRMATION, objection
from tracker.domain.rates import rates_of, show_rate, sum_rows

_MAX_REF = 80
_ROW_INDEX = re.compile(r"[0-9]{1,6}")


def read_form(
    form: FormDefinition, forms: Mapping[str, FormDefinition], given: Mapping[str, object], *, today: date,
    confidential: bool = False,
) -> dict[str, Any]:  # fmt: skip
    """Return the normalised values of `form`, one for each of its fields.

    Raises InvalidInput with one sentence for each wrong field, rows included ("problems.2.place"), and
    nothing else whatever is given. A text that seems to hold a private person's number is refused unless its tick
    (`name__personal_ok`) says that it is meant; where the work is `confidential`, it is refused. Names that the form does not have are ignored, as is a wholly empty row.
    """
    reading = _Reading(forms, _flat(given), today, confidential)
    values = reading.read(form, "")
    if reading.problems:
        raise InvalidInput(reading.problems)
    return values


@dataclass
class _Reading:
    """One reading of one submission; `problems` fills up on the way."""

    forms: Mapping[str, FormDefinition]
    given: Mapping[str, object]
    today: date
    confidential: bool = False
    problems: list[FieldProblem] = field(default_factory=list)

    def read(self, form: FormDefinition, prefix: str, row: str = "") -> dict[str, Any]:
        """Read the fields of `form` whose names begin with `prefix`; `row` begins each sentence."""
        values: dict[str, Any] = {}
        for definition in form.fields:
            try:
                values[definition.name] = self._value(definition, prefix + definition.name)
            except Unreadable as wrong:
                self._refuse(prefix + definition.name, f"{row}“{definition.title}”{wrong}。")
        self._check_limits(form, values, prefix, row)
        return values

    def _refuse(self, name: str, sentence: str) -> None:
        self.problems.append(FieldProblem(name, sentence))

    def _value(self, definition: FieldDefinition, name: str) -> Any:
        if definition.type is FieldType.ROWS:
            return self._rows(definition, name)
        if definition.type is FieldType.FILES:
            return self._files(definition, name)
        if definition.type is FieldType.CHOICES:
            return self._choices(definition, name)
        raw = self.given.get(name)
        if text_of(raw) == "":
            if definition.required:
                raise Unreadable("没有填写")
            return None
        return self._single(definition, name, raw)

    def _single(self, definition: FieldDefinition, name: str, raw: object) -> Any:
        match definition.type:
            case FieldType.COUNT:
                return self._count(definition, name, raw)
            case FieldType.DATE:
                return self._date(definition, raw).isoformat()
            case FieldType.YES_NO:
                return read_yes_no(raw)
            case FieldType.CHOICE:
                return self._choice(definition, text_of(raw))
            case _:
                lines = definition.type is FieldType.LONG_TEXT
                return self._text(name, read_text(raw, max_length=definition.max_length, lines=lines))

    def _text(self, name: str, text: str) -> str:
        ticked = self.given.get(name + CONFIRMATION)
        confirmed = text_of(ticked) != "" and read_yes_no(ticked)
        if sentence := objection(text, confirmed=confirmed, confidential=self.confidential):
            raise Unreadable(sentence)
        return text

    def _count(self, definition: FieldDefinition, name: str, raw: object) -> dict[str, Any]:
        value, approx = read_count(raw, unit=definition.unit)
        ticked = self.given.get(f"{name}__approx")
        if text_of(ticked) != "":
            approx = approx or read_yes_no(ticked)
        return {"value": value, "approx": approx, "as_of": self._as_of(definition, name)}

    def _as_of(self, definition: FieldDefinition, name: str) -> str | None:
        """Return the day the number was true on: as typed, else today where the form asks for one."""
        typed = self.given.get(f"{name}__as_of")
        if text_of(typed) == "":
            return self.today.isoformat() if definition.asks_as_of else None
        try:
            day = read_date(typed)
        except Unreadable as wrong:
            raise Unreadable(f"的截至日期{wrong}") from None
        if day > self.today:
            raise Unreadable(f"的截至日期不能晚于今天（{self.today.isoformat()}）")
        return day.isoformat()

    def _date(self, definition: FieldDefinition, raw: object) -> date:
        day = read_date(raw)
        if definition.not_future and day > self.today:
            raise Unreadable(f"不能晚于今天（{self.today.isoformat()}），填的是 {day.isoformat()}")
        if definition.not_past and day < self.today:
            raise Unreadable(f"不能早于今天（{self.today.isoformat()}），填的是 {day.isoformat()}")
        return day

    def _choice(self, definition: FieldDefinition, picked: str) -> str:
        if picked not in definition.options:
            raise Unreadable(f"只能从列出的里面选：{'、'.join(definition.options.values())}")
        return picked

    def _choices(self, definition: FieldDefinition, name: str) -> list[str]:
        picked = {self._choice(definition, one) for one in self._several(name)}
        if definition.required and not picked:
            raise Unreadable("至少要选一项")
        return [one for one in definition.options if one in picked]

    def _files(self, definition: FieldDefinition, name: str) -> list[str]:
        refs = list(dict.fromkeys(self._several(name)))
        if definition.required and not refs:
            raise Unreadable("要上传至少一个文件")
        if len(refs) > definition.max_rows:
            raise Unreadable(f"上传了{len(refs)}个文件，最多{definition.max_rows}个")
        return [read_text(ref, max_length=_MAX_REF, lines=False) for ref in refs]

    def _several(self, name: str) -> list[str]:
        """Return the non-empty texts given under one name, once or many times."""
        raw = self.given.get(name)
        each: Sequence[object] = raw if isinstance(raw, list | tuple) else [raw]
        return [text for text in map(text_of, each) if text]

    def _rows(self, definition: FieldDefinition, name: str) -> list[dict[str, Any]]:
        if self.given.get(name) not in (None, "", []):
            raise Unreadable("的格式不对，请按行填写")
        form = self.forms[definition.of or ""]
        # Numbered before the empty ones are dropped: a sentence counts the rows as the page shows them.
        numbered = enumerate(self._posted_rows(name).items(), start=1)
        filled = [(number, index) for number, (index, is_filled) in numbered if is_filled]
        if definition.required and not filled:
            raise Unreadable("至少要填一行")
        if len(filled) > definition.max_rows:
            raise Unreadable(f"有{len(filled)}行，一次最多{definition.max_rows}行，请分次填报")
        return [self.read(form, f"{name}.{index}.", f"“{definition.title}”第{number}行：") for number, index in filled]

    def _posted_rows(self, name: str) -> dict[str, bool]:
        """Return each row index posted under `name`, in order, and whether anything was typed in that row.

        A tick or a day beside an empty count is nothing typed.
        """
        rows: dict[str, bool] = {}
        for key, raw in self.given.items():
            index, _, rest = key.removeprefix(f"{name}.").partition(".")
            if key.startswith(f"{name}.") and _ROW_INDEX.fullmatch(index):
                rows[index] = rows.get(index, False) or ("__" not in rest and _is_typed(raw))
        return dict(sorted(rows.items(), key=lambda row: (int(row[0]), row[0])))

    def _check_limits(self, form: FormDefinition, values: dict[str, Any], prefix: str, row: str) -> None:
        """Refuse each count that exceeds the one it may not exceed (已排查数 of 应排查数)."""
        titles = {definition.name: definition.title for definition in form.fields}
        for definition in form.fields:
            count, limit = values.get(definition.name), values.get(definition.at_most or "")
            if count and limit and count["value"] > limit["value"]:
                self._refuse(
                    prefix + definition.name,
                    f"{row}{definition.title}（{count['value']}）不能大于"
                    f"{titles[definition.at_most or '']}（{limit['value']}）。",
                )


def _is_typed(raw: object) -> bool:
    if isinstance(raw, list | tuple):
        return any(map(_is_typed, raw))
    return raw is not None and not (isinstance(raw, str) and not raw.strip())


def _flat(given: Mapping[str, object]) -> dict[str, object]:
    """Return nested rows and counts as the flat names that a web form posts; flat input is left as it is."""
    return dict(_flat_items(given, ""))


def _flat_items(given: Mapping[Any, object], prefix: str, depth: int = 0) -> Iterator[tuple[str, object]]:
    for key, value in given.items():
        name = f"{prefix}{key}"
        if depth < 4 and isinstance(value, Mapping):
            yield name, value.get("value")
            yield f"{name}__approx", value.get("approx")
            yield f"{name}__as_of", value.get("as_of")
        elif depth < 4 and isinstance(value, list) and value and all(isinstance(row, Mapping) for row in value):
            for index, row in enumerate(value):
                yield from _flat_items(row, f"{name}.{index}.", depth + 1)
        else:
            yield name, value


def describe_values(
    form: FormDefinition, values: Mapping[str, Any], forms: Mapping[str, FormDefinition] | None = None
) -> list[tuple[str, str]]:
    """Return title and text of every field that has a value, and of each rate, in the form's order, for showing.

    Values of an older version of the form are shown as far as this form names them. Rows are spelt out when
    `forms` holds their form, else only counted.
    """
    described = []
    rates = rates_of(form)
    for definition in form.fields:
        value = values.get(definition.name)
        if value is not None and value != []:
            described.append((definition.title, _describe(definition, value, forms or {})))
        rate = rates.get(definition.name)
        if rate is not None and (share := show_rate(value, values.get(rate.whole.name))):
            described.append((rate.title, share))
    return described


def _describe(definition: FieldDefinition, value: Any, forms: Mapping[str, FormDefinition]) -> str:
    match definition.type:
        case FieldType.COUNT:
            text = f"{'约' if value['approx'] else ''}{value['value']}{definition.unit}"
            return f"{text}（截至{show_day_text(value['as_of'])}）" if value.get("as_of") else text
        case FieldType.DATE:
            return show_day_text(value)
        case FieldType.YES_NO:
            return "是" if value else "否"
        case FieldType.CHOICE:
            return definition.options.get(value, value)
        case FieldType.CHOICES:
            return "、".join(definition.options.get(one, one) for one in value)
        case FieldType.FILES:
            return f"{len(value)}个文件"
        case FieldType.ROWS:
            return _describe_rows(forms.get(definition.of or ""), value, forms)
        case _:
            return str(value)


def _describe_sum(what: FieldDefinition | str, value: Any) -> str:
    return f"{what}：{value}" if isinstance(what, str) else f"{what.title}：{_describe(what, value, {})}"


def _describe_rows(
    form: FormDefinition | None, rows: Sequence[Mapping[str, Any]], forms: Mapping[str, FormDefinition]
) -> str:
    if form is None:
        return f"共{len(rows)}行"
    lines = []
    for number, row in enumerate(rows, start=1):
        parts = [f"{title}：{text}" for title, text in describe_values(form, row, forms)]
        lines.append(f"{number}. {'；'.join(parts)}")
    if len(rows) > 1 and (total := [_describe_sum(what, value) for what, value in sum_rows(form, rows)]):
        lines.append(f"合计：{'；'.join(total)}")
    return "\n".join(lines)
