"""Stored versions as domain values: what running tasks look their definitions and calendars up by.

The store is given as callables, because this floor and persistence do not know each other. A version never
changes once stored, so a parsed one is kept for the life of the process. Which version is the newest is asked
every time: another process may have loaded one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from tracker.definitions.catalog import Catalog, ladder_from_content, workflow_from_content
from tracker.definitions.plain import content_hash
from tracker.domain.calendar import WorkingCalendar
from tracker.domain.definition import WorkflowDefinition
from tracker.domain.installation import DefinitionKind, DefinitionText
from tracker.domain.ladder import Ladder


def texts_of(catalog: Catalog) -> list[DefinitionText]:
    """Return the workflows and ladders of a folder as they are stored."""
    return [
        *(_text_of("workflow", one, catalog) for one in catalog.workflows.values()),
        *(_text_of("ladder", one, catalog) for one in catalog.ladders.values()),
    ]


def _text_of(kind: DefinitionKind, one: WorkflowDefinition | Ladder, catalog: Catalog) -> DefinitionText:
    content = catalog.sources[f"{kind}/{one.key}"]
    return DefinitionText(kind, one.key, one.version, content, content_hash(content))


class VersionedCatalog:
    """`domain.ports.WorkflowCatalog` over a store.

    content     kind ("workflow" or "ladder") and version id → the stored content; raises NotFound
    newest_id   kind and key → id of the newest version; raises NotFound
    """

    def __init__(
        self,
        *,
        content: Callable[[DefinitionKind, int], Mapping[str, Any]],
        newest_id: Callable[[DefinitionKind, str], int],
    ) -> None:
        self._content = content
        self._newest_id = newest_id
        self._workflows: dict[int, WorkflowDefinition] = {}
        self._ladders: dict[int, Ladder] = {}

    def workflow(self, version_id: int) -> WorkflowDefinition:
        """Return the workflow of a stored version; raises NotFound."""
        if version_id not in self._workflows:
            self._workflows[version_id] = workflow_from_content(self._content("workflow", version_id))
        return self._workflows[version_id]

    def ladder(self, version_id: int) -> Ladder:
        """Return the ladder of a stored version; raises NotFound."""
        if version_id not in self._ladders:
            self._ladders[version_id] = ladder_from_content(self._content("ladder", version_id))
        return self._ladders[version_id]

    def newest_workflow(self, key: str) -> tuple[int, WorkflowDefinition]:
        """Return id and definition of the newest version; raises NotFound."""
        version_id = self._newest_id("workflow", key)
        return version_id, self.workflow(version_id)

    def newest_ladder(self, key: str) -> tuple[int, Ladder]:
        """Return id and ladder of the newest version; raises NotFound."""
        version_id = self._newest_id("ladder", key)
        return version_id, self.ladder(version_id)


class VersionedCalendars:
    """`domain.ports.CalendarCatalog` over a store.

    calendar    version id → (days that differ from Monday to Friday, published years); raises NotFound
    newest_id   → id of the version in force; raises NotFound
    """

    def __init__(
        self,
        *,
        calendar: Callable[[int], tuple[Mapping[date, bool], frozenset[int]]],
        newest_id: Callable[[], int],
    ) -> None:
        self._calendar = calendar
        self._newest_id = newest_id
        self._calendars: dict[int, WorkingCalendar] = {}

    def calendar(self, version_id: int) -> WorkingCalendar:
        """Return a stored version; raises NotFound."""
        if version_id not in self._calendars:
            exceptions, published_years = self._calendar(version_id)
            self._calendars[version_id] = WorkingCalendar(version_id, exceptions, published_years)
        return self._calendars[version_id]

    def newest(self) -> WorkingCalendar:
        """Return the version in force; raises NotFound."""
        return self.calendar(self._newest_id())
