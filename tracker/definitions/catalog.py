"""All workflows and ladders of a folder, checked together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tracker.definitions.building import build_workflow
from tracker.definitions.checks import check_workflow
from tracker.definitions.ladder_building import build_ladder
from tracker.definitions.ladder_checks import check_ladder, check_use
from tracker.definitions.ladder_schema import LadderSchema
from tracker.definitions.plain import from_plain, to_plain
from tracker.definitions.problems import Problem
from tracker.definitions.schema import WorkflowSchema, load
from tracker.definitions.yaml_source import read_yaml
from tracker.domain.definition import WorkflowDefinition
from tracker.domain.errors import DefinitionInvalid
from tracker.domain.ladder import Ladder

#: The folder that is shipped beside the package.
SHIPPED = Path(__file__).resolve().parents[2] / "workflows"


@dataclass(frozen=True)
class Catalog:
    """The workflows and ladders of one folder.

    sources     "workflow/<key>" or "ladder/<key>" → the plain content to store with the version;
                `workflow_from_content` and `ladder_from_content` read it back
    """

    workflows: Mapping[str, WorkflowDefinition]
    ladders: Mapping[str, Ladder]
    sources: Mapping[str, dict[str, Any]]


def load_catalog(folder: Path) -> Catalog:
    """Read `folder`/*.yaml and `folder`/ladders/*.yaml.

    Raises DefinitionInvalid with every problem of every file, each as a sentence that names the file.
    """
    workflow_files = sorted(folder.glob("*.yaml"))
    if not workflow_files:
        raise DefinitionInvalid([f"{folder}: 没有流程文件（*.yaml）。请检查文件夹是否写对。"])
    reading = _Reading(folder, {})
    ladder_files = sorted((folder / "ladders").glob("*.yaml"))
    workflows = [(path, found) for path in workflow_files if (found := reading.workflow(path))]
    ladders = [(path, ladder) for path in ladder_files if (ladder := reading.ladder(path))]
    ladder_keys = [path.stem for path in ladder_files]
    # A paper whose own file is wrong is not reported once more by each ladder that raises it.
    broken = {path.stem for path in workflow_files} - {path.stem for path, _ in workflows}
    papers = [path.stem for path, one in workflows if one.paper] + sorted(broken)
    for path, workflow in workflows:
        reading.note(path, check_workflow(workflow, ladders=ladder_keys))
        reading.note(path, list(check_use(workflow, {ladder.key: ladder for _, ladder in ladders})))
    for path, ladder in ladders:
        reading.note(path, check_ladder(ladder, papers=papers))
    if reading.problems:
        raise DefinitionInvalid([one for path in sorted(reading.problems) for one in reading.problems[path]])
    return _catalog([one for _, one in workflows], [one for _, one in ladders])


def content_of(definition: WorkflowDefinition | Ladder) -> dict[str, Any]:
    """Return the plain content to store with the version."""
    return dict(to_plain(definition))


def workflow_from_content(content: Mapping[str, Any]) -> WorkflowDefinition:
    """Return the workflow of a stored version. Raises DefinitionInvalid when it does not fit."""
    return from_plain(WorkflowDefinition, content)


def ladder_from_content(content: Mapping[str, Any]) -> Ladder:
    """Return the ladder of a stored version. Raises DefinitionInvalid when it does not fit."""
    return from_plain(Ladder, content)


def _catalog(workflows: list[WorkflowDefinition], ladders: list[Ladder]) -> Catalog:
    sources = {f"workflow/{one.key}": content_of(one) for one in workflows}
    sources |= {f"ladder/{one.key}": content_of(one) for one in ladders}
    return Catalog({one.key: one for one in workflows}, {one.key: one for one in ladders}, sources)


@dataclass(frozen=True)
class _Reading:
    """One reading of a folder; the problems of all its files gather here, by path."""

    folder: Path
    problems: dict[Path, list[str]]

    def note(self, path: Path, problems: list[Problem]) -> None:
        file = f"{self.folder.name}/{path.relative_to(self.folder).as_posix()}"
        if problems:
            self.problems.setdefault(path, []).extend(problem.sentence(file) for problem in problems)

    def workflow(self, path: Path) -> WorkflowDefinition | None:
        """Return the workflow, or None when its shape is so wrong that nothing more can be checked."""
        loaded = self._loaded(path, WorkflowSchema())
        if not loaded:
            return None
        definition, problems = build_workflow(loaded)
        self.note(path, problems)
        return definition

    def ladder(self, path: Path) -> Ladder | None:
        """Return the ladder, or None when its shape is wrong."""
        loaded = self._loaded(path, LadderSchema())
        return build_ladder(loaded) if loaded else None

    def _loaded(self, path: Path, schema: WorkflowSchema | LadderSchema) -> dict[str, Any]:
        content, problems = read_yaml(path)
        self.note(path, problems)
        if content is None:
            return {}
        loaded, problems = load(schema, content)
        if loaded and loaded["key"] != path.stem:
            reason = f"键是“{loaded['key']}”，文件名却是“{path.stem}”，两者要一致。"
            problems.append(Problem("key", reason))
        self.note(path, problems)
        return loaded
