"""Six villages, eight measures, six months of 2026: the campaign that the scenario lives through."""

from __future__ import annotations

VILLAGES = ("east", "west", "south", "north", "lake", "hill")

#: key, workflow, due. p1 ends inside Qingming; s2 is a period of 40 working days counted through it.
MEASURES = (
    ("s1", "survey", "by_date: 2026-03-20"),
    ("p1", "publicity", "by_date: 2026-04-05"),
    ("s2", "survey", "within: 40 working days"),
    ("r1", "rectification", "by_date: 2026-04-30"),
    ("t1", "return", "by_date: 2026-05-08"),
    ("p2", "publicity", "by_date: 2026-06-18"),
    ("r2", "rectification", "by_date: 2026-07-31"),
    ("t2", "return", "phase_end: all"),
)


def campaign_text() -> str:
    """Return the campaign's file. One supervisor; the leader approves papers; one area leader for all villages."""
    units = "\n".join(
        f"  - {{key: {v}, name: {v}村, short_name: {v}村, kind: village, parent: town}}" for v in VILLAGES
    )
    local = [
        _person(f"{name}-{v}", [(role, v)]) for v in VILLAGES for name, role in (("clerk", "liaison"), ("head", "head"))
    ]
    office = [
        _person(key, [(role, "office")])
        for key, role in (("office1", "office"), ("boss", "leader"), ("sup", "supervisor"))
    ]
    people = "\n".join([*office, _person("area", [("area_leader", v) for v in VILLAGES]), *local])
    measures = "\n".join(
        f"  - {{key: {key}, ordinal: （{n}）, title: 措施{key}, text: 措施{key}, workflow: {workflow},"
        f" units: [各村], due: {{{due}}}}}"
        for n, (key, workflow, due) in enumerate(MEASURES, 1)
    )
    return f"""
key: six_months
version: 1
title: 半年专项行动
summary: 测试。
office: office
starts_on: 2026-03-02
ends_on: 2026-08-31
phases:
  - {{key: all, title: 全程, starts_on: 2026-03-02, ends_on: 2026-08-31}}
units:
  - {{key: town, name: 测试镇, short_name: 测试镇, kind: township}}
  - {{key: office, name: 测试镇领导小组办公室, short_name: 镇专项办, kind: office, parent: town}}
{units}
unit_sets: {{各村: [{", ".join(VILLAGES)}]}}
people:
{people}
measures:
{measures}
settings:
  number_words: {{supervision_notice: 测督, interview_notice: 测约, rectification_notice: 测改}}
  separation: true
  rectification_days: 15
"""


def _person(key: str, posts: list[tuple[str, str]]) -> str:
    held = ", ".join(f"{{role: {role}, unit: {unit}}}" for role, unit in posts)
    return f"  - {{key: {key}, name: {key}, email: {key}@example.invalid, posts: [{held}]}}"
