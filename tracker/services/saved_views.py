"""A person's own views of the workbench: filters and grouping under a name. Nobody else's business, so no event."""

from __future__ import annotations

from collections.abc import Mapping

from tracker.domain.errors import FieldProblem, InvalidInput, NotFound
from tracker.domain.inputs import cleaned
from tracker.domain.permissions import Viewer
from tracker.persistence.queries.triage import View, find_views
from tracker.services.context import Floor

LONGEST_NAME = 20
MOST_VIEWS = 20


class SavedViewService:
    """Keeps views."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor

    def of(self, viewer: Viewer) -> tuple[View, ...]:
        """Return the viewer's views."""
        with self._floor.uows() as uow:
            return find_views(uow.session, viewer.person_id)

    def save(self, viewer: Viewer, *, name: str, place: str, query: Mapping[str, str], comes_first: bool) -> None:
        """Save a view; one of the same name is replaced. Raises InvalidInput at `name`."""
        name = cleaned(name)
        if not 0 < len(name) <= LONGEST_NAME:
            raise InvalidInput([FieldProblem("name", f"请给视图起个名字，不超过{LONGEST_NAME}个字。")])
        with self._floor.uows() as uow:
            known = {view.name for view in find_views(uow.session, viewer.person_id)}
            if name not in known and len(known) >= MOST_VIEWS:
                raise InvalidInput([FieldProblem("name", f"最多存{MOST_VIEWS}个视图，请先删去不用的。")])
            uow.triage.save_view(
                viewer.person_id, name=name, place=place, query=query, comes_first=comes_first,
                now=self._floor.clock.now(),
            )  # fmt: skip
            uow.commit()

    def forget(self, viewer: Viewer, view_id: int) -> None:
        """Remove one of the viewer's views; raises NotFound for anybody else's."""
        with self._floor.uows() as uow:
            if not uow.triage.forget_view(viewer.person_id, view_id):
                raise NotFound("没有这个视图。")
            uow.commit()
