"""A return beside what the unit sent before, the last period, and its target: what whoever judges it looks for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tracker.domain.definition import FieldDefinition, FieldType
from tracker.domain.values import WaitsFor
from tracker.persistence.queries.periods import EarlierReturn
from tracker.persistence.queries.task_page import TaskFile, TaskHead, TaskPage, find_files
from tracker.web.requests import container
from tracker.web.tasks.presenters import file_refs

JUDGES = frozenset({WaitsFor.SUPERVISOR, WaitsFor.OFFICE, WaitsFor.LEADER})
#: A count that grew, or shrank, by more than this many percent is marked: it is worth a question.
STRIKING = 50


@dataclass(frozen=True)
class BesideRow:
    """One count: as it is, before, in the last period, the target; `change` in words, `striking` = worth a look."""

    title: str
    now: str
    before: str
    earlier: str
    target: str
    change: str
    striking: bool


@dataclass(frozen=True)
class Beside:
    """The comparison; which columns hold anything; the photos of this return and of the last period's."""

    rows: tuple[BesideRow, ...]
    earlier: EarlierReturn | None
    has_before: bool
    has_target: bool
    photos: tuple[TaskFile, ...]
    earlier_photos: tuple[TaskFile, ...]


def present_beside(page: TaskPage) -> Beside | None:
    """Return counts and photos of the return that waits to be judged beside their like; None where there is nothing to compare."""
    head = page.head
    if head.final or head.done or head.waits_for not in JUDGES or not page.submissions:
        return None
    last = page.submissions[0]
    form = container().catalog.workflow(last.workflow_version_id).forms.get(last.form_key)
    if form is None:
        return None
    before = next((one for one in page.submissions[1:] if one.form_key == last.form_key), None)
    earlier = next((one for one in page.earlier if one.form_key == last.form_key), None)
    targets = _targets(head)
    if before is None and earlier is None and not targets:
        return None
    rows = tuple(
        _row(one, last.values, before.values if before else {}, earlier.values if earlier else {}, targets)
        for one in form.fields
        if one.type is FieldType.COUNT
    )
    photos = _photos(page.files, file_refs(form, last.values))
    earlier_photos: tuple[TaskFile, ...] = ()
    if earlier is not None and (refs := file_refs(form, earlier.values)):
        with container().reading() as session:
            earlier_photos = _photos(find_files(session, refs), refs)
    if not rows and not photos and not earlier_photos:
        return None
    return Beside(rows, earlier, before is not None, bool(targets), photos, earlier_photos)


def _photos(files: Sequence[TaskFile], refs: Sequence[str]) -> tuple[TaskFile, ...]:
    return tuple(one for one in files if one.ref in refs and one.media_type.startswith("image/"))


def _targets(head: TaskHead) -> Mapping[str, Any]:
    found: Mapping[str, Any] = head.brief.get("targets") or {}
    return found


def _row(
    one: FieldDefinition, now: Mapping[str, Any], before: Mapping[str, Any], earlier: Mapping[str, Any],
    targets: Mapping[str, Any],
) -> BesideRow:  # fmt: skip
    value, last = _value(now, one.name), _value(earlier, one.name)
    change, striking = "", False
    if value is not None and last is not None:
        difference = value - last
        change = "与上期相同" if not difference else f"比上期{'多' if difference > 0 else '少'}{abs(difference)}"
        striking = abs(difference) * 100 > STRIKING * max(last, 1)
    target = targets.get(one.name)
    wanted = _number(target)
    if value is not None and wanted is not None:
        said = "达到目标" if value >= wanted else f"距目标还差{wanted - value}"
        change = "；".join(part for part in (change, said) if part)
        striking = striking or value < wanted
    return BesideRow(
        f"{one.title}{f'（{one.unit}）' if one.unit else ''}", _said(now, one.name), _said(before, one.name),
        _said(earlier, one.name), "" if target is None else str(target), change, striking,
    )  # fmt: skip


def _value(values: Mapping[str, Any], name: str) -> int | None:
    count = values.get(name)
    return int(count["value"]) if isinstance(count, Mapping) and "value" in count else None


def _number(value: object) -> int | None:
    """Return a target as a number; it was typed by the unit above and read by the service."""
    if isinstance(value, Mapping):
        value = value.get("value")
    return int(str(value)) if value is not None and str(value).isascii() and str(value).isdigit() else None


def _said(values: Mapping[str, Any], name: str) -> str:
    value = _value(values, name)
    if value is None:
        return "—"
    return f"约{value}" if values[name].get("approx") else str(value)
