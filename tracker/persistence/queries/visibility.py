"""The two cuts as SQL: a campaign sideways, a unit and the units below it downward (DESIGN.md §3a).

Every list and page of the screens carries one of these conditions, so that what a viewer may not see never
leaves the database. The permission table of `domain.permissions` says the same for acting.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tracker.domain.permissions import OFFICE_SIDE, UNIT_SIDE, Viewer
from tracker.domain.values import Post, Role

#: The viewer holds an office-side post at the issuing office. Asked of every campaign once and not of every row:
#: otherwise PostgreSQL believes that one campaign remains, and walks through all tasks of that one for whatever is sought.
#: Needs `c` campaign.
OFFICE_SEES = """c.id = ANY(ARRAY(
    SELECT k.id FROM campaign k JOIN office ko ON ko.id = k.office_id
    JOIN unnest(CAST(:office_units AS bigint[]), CAST(:office_campaigns AS bigint[])) AS w(unit_id, campaign_only)
        ON w.unit_id = ko.unit_id AND (w.campaign_only IS NULL OR w.campaign_only = k.id)))"""

#: The unit {unit} lies at or below a unit-side post, and the campaign is out. Said twice, so that an index on the unit
#: is used. Needs `c`.
UNIT_SEES = (
    "(c.status <> 'draft' AND {unit} = ANY(CAST(:seen_units AS bigint[])) AND "
    + """EXISTS (
    SELECT FROM unnest(CAST(:seen_units AS bigint[]), CAST(:seen_campaigns AS bigint[]))
        AS w(unit_id, campaign_only)
    WHERE w.unit_id = {unit} AND (w.campaign_only IS NULL OR w.campaign_only = c.id)))"""
)

#: A unit sees a campaign in which it, or a unit below it, has a duty. Needs `c` and `o`.
CAMPAIGN_SEEN = f"""({OFFICE_SEES} OR EXISTS (
    SELECT FROM measure m JOIN assignment a ON a.measure_id = m.id
    WHERE m.campaign_id = c.id AND {UNIT_SEES.format(unit="a.unit_id")}))"""

#: The task's decision rose to a unit above the office, where the viewer decides. Needs `t` task and `c`.
RISEN_SEES = """EXISTS (
    SELECT FROM unnest(CAST(:risen_units AS bigint[]), CAST(:risen_campaigns AS bigint[]), CAST(:risen_roles AS text[]))
        AS w(unit_id, campaign_only, role)
    WHERE w.unit_id = t.risen_unit_id AND (w.campaign_only IS NULL OR w.campaign_only = c.id)
      AND (w.role = 'head' OR w.role = ANY(t.risen_parties)
           OR (w.role IN ('office', 'supervisor') AND 'extension' = ANY(t.risen_parties))
           OR (w.role = 'leader' AND 'extension_final' = ANY(t.risen_parties))))"""

#: The viewer sees a task from within: drafts, struck lines, everything. Needs `t`, `c`, `o`.
INSIDE = f"({OFFICE_SEES} OR (t.risen_unit_id IS NOT NULL AND {RISEN_SEES}))"

#: Whoever holds posts of units alone sees nothing but their tasks: said so that their index is used. Needs `t`.
_WITHIN = "(CAST(:wide AS boolean) OR t.unit_id = ANY(CAST(:seen_units AS bigint[])))"

#: A task, paper or not; a draft paper is the office's own. Needs `t` task, `c`, `o`, `n` notice (left joined).
TASK_SEEN = f"""({_WITHIN} AND ({INSIDE} OR (
    (n.id IS NULL OR n.issued_at IS NOT NULL) AND {UNIT_SEES.format(unit="t.unit_id")})))"""

#: The task is no paper. Needs `t`.
NO_PAPER = "NOT t.paper"

#: A task that is no paper. Needs `t`, `c`, `o`.
DUTY_SEEN = f"""({_WITHIN} AND ({INSIDE} OR {UNIT_SEES.format(unit="t.unit_id")}))"""

#: A task that the viewer may open: his own, one that hangs on a task of his unit (a part that it leads, a share that
#: it handed down), or one in which his unit has a part. Lists and sums keep to TASK_SEEN. Needs what TASK_SEEN needs.
TASK_READABLE = f"""({TASK_SEEN}
    OR (t.tie IS NOT NULL AND {UNIT_SEES.format(unit="t.upper_unit_id")})
    OR EXISTS (SELECT FROM task part
               WHERE part.parent_id = t.id AND part.tie = 'part' AND {UNIT_SEES.format(unit="part.unit_id")}))"""


def scope(viewer: Viewer, *, office_roles: frozenset[Role] = OFFICE_SIDE) -> dict[str, Any]:
    """Return the parameters that the conditions above need.

    `office_roles` narrows the office side, for pages that only some of its roles may see.
    """
    office = [(p.unit_id, p.campaign_id) for p in viewer.actor.posts if p.role in office_roles]
    seen = [
        (unit_id, post.campaign_id)
        for post in viewer.actor.posts
        if post.role in UNIT_SIDE
        for unit_id in sorted(_below(viewer, post))
    ]
    deciding = [p for p in viewer.actor.posts if p.role in OFFICE_SIDE or p.role is Role.HEAD]
    risen = {
        **_columns("risen", [(p.unit_id, p.campaign_id) for p in deciding]),
        "risen_roles": [p.role.value for p in deciding],
    }
    return {**_columns("office", office), **_columns("seen", seen), **risen, "wide": bool(office or deciding)}


def _below(viewer: Viewer, post: Post) -> frozenset[int]:
    return viewer.below.get(post.unit_id, frozenset({post.unit_id}))


def _columns(name: str, pairs: Iterable[tuple[int, int | None]]) -> dict[str, Any]:
    listed = list(pairs)
    return {f"{name}_units": [unit for unit, _ in listed], f"{name}_campaigns": [only for _, only in listed]}
