"""A campaign's pages: due rules in words, lights counted, the matrix as rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from flask import url_for

from tracker.domain.cadence import say_cadence
from tracker.domain.campaign_file import UNIT_KINDS
from tracker.domain.errors import NotFound
from tracker.domain.lights import LIGHTS, WORST_FIRST, Light
from tracker.domain.measure_dues import due_from_plain, say_due
from tracker.domain.ports import WorkflowCatalog
from tracker.domain.standing import cadence_from_plain
from tracker.persistence.queries.campaign_page import CampaignRow, MeasureRow, PhaseRow, TaskRow
from tracker.persistence.queries.matrix import CellRow, MatrixPage

STATUS_TITLES = {"draft": "未下达", "issued": "进行中", "closed": "已结束"}
WAITS_TITLES = {"unit": "等单位", "supervisor": "等督导组", "office": "等办公室", "leader": "等领导"}


@dataclass(frozen=True)
class MeasureView:
    """A measure as the plan's page shows it."""

    row: MeasureRow
    workflow: str
    due: str
    lights: tuple[tuple[Light, int], ...]
    tasks: int


@dataclass(frozen=True)
class Cell:
    """One cell of the matrix. `light` None = not issued; `url` None = this unit has no such duty.

    `supports` = the unit supports another in this measure (配合), and the light is its own part's.
    `number` is shown small: of several tasks how many, of a standing duty how many past periods are not done.
    `why` leads to why the light is so and what comes next.
    """

    light: Light | None
    tasks: int
    url: str | None
    spoken: str
    supports: bool = False
    number: int = 0
    why: str = ""


@dataclass(frozen=True)
class MatrixView:
    """The matrix: columns (key, ordinal, title) and rows (unit id, unit name, cells)."""

    columns: tuple[tuple[str, str, str], ...]
    rows: tuple[tuple[int, str, tuple[Cell | None, ...]], ...]
    counts: tuple[tuple[Light, int], ...]


def present_measures(
    rows: Sequence[MeasureRow], phases: Sequence[PhaseRow], catalog: WorkflowCatalog
) -> list[MeasureView]:
    """Return the measures with their due rules in words."""
    titles = {phase.key: (phase.title, phase.ends_on) for phase in phases}
    workflows = {key: workflow_title(key, catalog) for key in {row.workflow_key for row in rows}}
    return [
        MeasureView(
            row, workflows[row.workflow_key],
            say_cadence(cadence_from_plain(row.cadence)) if row.cadence else say_due(due_from_plain(row.due), titles),
            tuple((light, row.lights[light.code]) for light in WORST_FIRST if row.lights.get(light.code)),
            sum(row.lights.values()),
        )
        for row in rows
    ]  # fmt: skip


def workflow_title(key: str, catalog: WorkflowCatalog) -> str:
    """Return a workflow's title; its key when no version was ever loaded."""
    try:
        return catalog.newest_workflow(key)[1].title
    except NotFound:
        return key


def present_matrix(page: MatrixPage, campaign: CampaignRow) -> MatrixView:
    """Return the matrix. Cells come by unit, then by measure."""
    rows = []
    counts = {light.code: 0 for light in WORST_FIRST}
    # Thousands of cells: an address is made once, and only its end is a cell's own.
    tasks_url = url_for("campaign.tasks", ref=campaign.ref)
    why_url = url_for("explaining.explain", ref="-").removesuffix("-")
    for unit_id, group in groupby(page.cells, key=lambda cell: cell.unit_id):
        held = {cell.measure_key: cell for cell in group}
        name = next(iter(held.values())).unit_name
        rows.append((unit_id, name, tuple(
            _cell(held[key], tasks_url, why_url) if key in held else None for key, _, _ in page.columns
        )))  # fmt: skip
    for cell in page.cells:
        if cell.light is not None:
            counts[cell.light] += 1
    return MatrixView(page.columns, tuple(rows), tuple((light, counts[light.code]) for light in WORST_FIRST))


def present_tasks(rows: Sequence[TaskRow], catalog: WorkflowCatalog) -> list[dict[str, object]]:
    """Return the lines of a task list."""
    return [
        {
            "row": row,
            "light": LIGHTS[row.light],
            "state": catalog.workflow(row.workflow_version_id).states[row.state].title,
            "workflow": catalog.workflow(row.workflow_version_id).title,
        }
        for row in rows
    ]


def unit_kind_choices() -> list[tuple[str, str]]:
    """Return the kinds of unit that the matrix can be narrowed to."""
    return list(UNIT_KINDS.items())


def _cell(cell: CellRow, tasks_url: str, why_url: str) -> Cell:
    if cell.light is None:
        return Cell(None, 0, None, "尚未下达", cell.supports)
    light = LIGHTS[cell.light]
    why = f"{why_url}{cell.task_ref}"
    role = "配合，" if cell.supports else ""
    spoken = f"{cell.unit_name}，{cell.measure_title}：{role}{light.title}"
    if cell.standing:
        before = f"，往期未办{cell.missed}期" if cell.missed else ""
        shown = f"{cell.unit_name}，{cell.measure_title}：{role}本期{light.title}{before}，共{cell.tasks}期"
        return Cell(light, cell.tasks, f"/tasks/{cell.task_ref}", shown, cell.supports, cell.missed, why)
    if cell.tasks == 1 and cell.task_ref is not None:
        return Cell(light, 1, f"/tasks/{cell.task_ref}", spoken, cell.supports, why=why)
    url = f"{tasks_url}?unit={cell.unit_key}&measure={cell.measure_key}"
    return Cell(light, cell.tasks, url, f"{spoken}，共{cell.tasks}项，显示最差的一项", cell.supports, cell.tasks, why)
