"""What every act on a task begins with: may the viewer see it, and is the page that he acts on still true."""

from __future__ import annotations

from collections.abc import Sequence

from tracker.domain.errors import NotFound, StaleVersion
from tracker.domain.papers import is_internal
from tracker.domain.permissions import Action, Viewer, may
from tracker.domain.values import Actor, Post, Role
from tracker.persistence.models import Task
from tracker.persistence.repositories.accounts import PostRow
from tracker.persistence.unit_of_work import UnitOfWork
from tracker.services.context import Setting, setting_of


def see(uow: UnitOfWork, viewer: Viewer, task: Task, *, missing: str = "") -> Setting:
    """Return the task's setting; raises NotFound when the viewer may not see it.

    `missing` is the sentence for what was asked for when that is not the task itself: it must not name the task.
    """
    setting = setting_of(uow, task)
    place = setting.place(task, internal=is_internal(task.workflow_key, task.state))
    if not may(viewer, Action.SEE_TASK, place):
        raise NotFound(missing or f"没有编号为“{task.ref}”的任务，或者您无权查看。")
    return setting


def viewer_of(
    uow: UnitOfWork, person_id: int, posts: Sequence[PostRow], *, account_id: int | None = None
) -> Viewer:  # fmt: skip
    """Return a person as who sees and acts: with the posts held, and the units below them."""
    below = uow.units.descendants([post.unit_id for post in posts]) if posts else {}
    held = tuple(Post(p.id, person_id, p.unit_id, Role(p.role), p.campaign_id) for p in posts)
    return Viewer(Actor(person_id, account_id, held), below)


def check_version(present: int, expected: int, state_title: str) -> None:
    """Raise StaleVersion when the page was older than the row."""
    if present != expected:
        raise StaleVersion(f"已有人先办理了，现在的状态是“{state_title}”。页面已更新，请核对后再办。")
