"""Whether the returns that a campaign file requires can be answered: form, workflow, and a measure for every unit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from tracker.definitions.problems import Problem, unknown
from tracker.domain.campaign_file import Labels
from tracker.domain.definition import WorkflowDefinition

Content = Mapping[str, Any]


def check_required_returns(
    content: Content, workflows: Mapping[str, WorkflowDefinition], labels: Labels
) -> Iterator[Problem]:
    """Yield what is wrong with the required returns; labels that address nothing are another check's to tell."""
    entries = content.get("required_returns", ())
    for key, times in Counter(entry["key"] for entry in entries if "key" in entry).items():
        if times > 1:
            yield Problem("required_returns", f"报表编码“{key}”写了{times}次，每个只能写一次。")
    for number, entry in enumerate(entries, start=1):
        path = f"required_returns.第{number}项"
        for word in entry.get("units", ()):
            if word not in labels:
                yield Problem(f"{path}.units", unknown("单位或单位集合", word, labels.words()))
        if "workflow" not in entry:
            continue
        definition = workflows.get(entry["workflow"])
        if definition is None:
            yield Problem(f"{path}.workflow", unknown("流程", entry["workflow"], workflows))
            continue
        sent = {one.form for one in definition.transitions if one.form}
        if "form" in entry and entry["form"] not in sent:
            yield Problem(f"{path}.form", unknown("报送用的表单", entry["form"], sent))
        yield from _check_measures(path, entry, content, labels)


def _check_measures(path: str, entry: Content, content: Content, labels: Labels) -> Iterator[Problem]:
    measures = [one for one in content.get("measures", ()) if one.get("workflow") == entry["workflow"]]
    wanted = entry.get("measure")
    if wanted is not None:
        measures = [one for one in measures if one.get("key") == wanted]
        if not measures:
            yield Problem(f"{path}.measure", f"没有编码为“{wanted}”、流程为“{entry['workflow']}”的措施。")
            return
    words = [word for one in measures for word in one.get("units", ()) if word in labels]
    owed = [word for word in entry.get("units", ()) if word in labels]
    without = [key for key in labels.expand(owed) if key not in set(labels.expand(words))]
    if without:
        listed = "、".join(without[:5]) + ("等" if len(without) > 5 else "")
        yield Problem(f"{path}.units", f"没有一项“{entry['workflow']}”措施分给 {listed}，这张报表无从报送。")
