"""Duty tags: （责任单位：A、B。完成时间：…）, 【责任单位：…，成员单位：…】, （A牵头，B配合）, （A、B落实）.

Several 责任单位 are all responsible, the first by custom only; 牵头 said in so many words makes the others helpers.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tracker.plans.brackets import outer_brackets
from tracker.plans.passages import Passage, joined
from tracker.plans.units import all_units, clean_unit, is_unit, of_person, split_units

_OFFICE = r"(?:责任)?(?:单位|部门|科室|处室|股室|站所|机构|主体|班组|小组|专班|科|组)"
_LABELS = {
    "head": rf"(?:总?牵头|主责|主办|首要责任|第一责任)(?:负责)?(?:{_OFFICE})?",
    "duty": rf"(?:(?:具体|整改|监管|主要|工作|任务)?(?:责任|负责|承办|落实|实施|执行|主管|完成|承担|组织|承接)(?:落实)?{_OFFICE}(?:及责任人|和责任人|（人）)?)",
    "help": rf"(?:(?:配合|成员|协办|协助|协同|参与|参加|支持|联合|协作|配套|协管|指导|督导)(?:落实|实施|责任)?(?:{_OFFICE})?)",
    "time": r"(?:(?:完成|整改|办结|落实|推进|实施|报送|工作|任务|责任)?(?:时限|时间|期限|时间节点|日期)(?:要求)?|完成进度)",
    "person": r"(?:(?:责任|牵头|分管|包保|市级|县级|区级|镇级)*(?:领导|责任人|负责人|校长|县领导|市领导)|责任人|联系人|联系电话|电话)",
}  # fmt: skip
LABEL = re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern in _LABELS.items()) + r"")
# A label that says 单位 or 时限 in full needs no separator before it: squeezing has taken the space away.
_PLAIN_LABEL = r"(?P<plain>(?:牵头|责任|配合|成员|协办|主责)单位|责任(?:部门|科室)|配合部门|完成时限|完成时间|(?<=[\u4e00-\u9fff])(?:牵头|配合|协办)(?=：))"
_LABELLED = re.compile(
    rf"(?:(?:^|(?<=[。；，、\s（【】|]))(?:{LABEL.pattern})|{_PLAIN_LABEL})(?:：|为(?=各|辖区|街道|社区|[县市区镇乡]|[\u4e00-\u9fff]{{2,10}}(?:局|所|办|中心|站|部|科|校|学|街道|社区)(?:[、，。；]|$)))"
)
_PLAIN_KINDS = {
    "牵头": "head",
    "主责": "head",
    "责任": "duty",
    "配合": "help",
    "成员": "help",
    "协办": "help",
    "完成": "time",
}

_BY_VERB = re.compile(
    r"^(?:由)?(?P<units>.{2,160}?)(?:(?:按照?|根据)?(?:各自)?(?:职责|职能|工作|任务)?(?:分工)?)?(?:分别|具体|共同|联合|统筹|各自|分头|依职责|依法)?"
    r"(?P<verb>牵头(?:负责|落实|组织|实施)?|负责(?:具体)?(?:落实|实施|组织(?:实施|落实)?|牵头|完成)?|组织(?:落实|实施)|抓好落实|落实(?:到位)?|实施|主办|承办|主责|配合(?:落实|实施)?|协助(?:落实|实施)?|协同(?:配合)?|参与(?:落实)?|协办|参加|支持|保障(?:资金|经费|到位)?|提供(?:资金|技术|法律)?(?:保障|支持)|指导|监督|督导|督促)$"
)
_PARTNERS = re.compile(r"(?<=[\u4e00-\u9fff）])(?:会同|联合|会商)(?=[\u4e00-\u9fff])")
_UNITS_AND_TIME = re.compile(
    r"^(?P<units>[^，；。：]{2,60})[，；](?P<time>[^，；。：]{0,12}(?:月|季度|年底|[上下]半年)[^，；。：]{0,8}(?:前|底|完成)|长期坚持|持续推进)$"
)
_MARKED = re.compile(r"（(?:(?P<head>总?牵头|主办|主责)|(?P<help>配合|协办|协助|参与))(?:单位|部门|落实)?）$")
_HELPS = ("配合", "协助", "协同", "参与", "协办", "参加", "支持", "保障", "提供", "指导", "监督", "督导", "督促")
_PROVIDES = re.compile(r"(?:保障|提供)[^，。；]{0,6}$")
_CARRIES = ("落实", "实施", "抓好")
_LEADS = ("牵头", "主办", "主责")


@dataclass(frozen=True)
class Duty:
    """Who has to do it, who helps, and the time that stands with them."""

    lead: tuple[str, ...] = ()
    support: tuple[str, ...] = ()
    time: str | None = None

    def __bool__(self) -> bool:
        return bool(self.lead or self.support or self.time)


def merge(first: Duty, second: Duty) -> Duty:
    """Return both duties together; who leads by either does not also help."""
    lead = tuple(dict.fromkeys((*first.lead, *second.lead)))
    support = tuple(unit for unit in dict.fromkeys((*first.support, *second.support)) if unit not in lead)
    return Duty(lead, support, first.time or second.time)


def by_marks(names: Sequence[str]) -> Duty:
    """「政法办（牵头）、派出所、各村」: who is marked leads and the others help; without a mark all are responsible."""
    marked = [(_MARKED.sub("", name), _MARKED.search(name)) for name in names]
    if any(mark and mark["head"] for _, mark in marked):
        lead = [name for name, mark in marked if mark and mark["head"]]
    else:
        lead = [name for name, mark in marked if not mark]
    return Duty(tuple(lead), tuple(name for name, _ in marked if name not in lead))


def read_tag(inner: str) -> Duty | None:
    """Read what stands inside a duty bracket, or a line of labels; None if it is neither."""
    inner = inner.strip(" 。；，：")
    labels = list(_LABELLED.finditer(inner))
    if labels and labels[0].start() <= 2:
        return _labelled(inner, labels)
    return _by_verbs(inner) or _with_time(inner)


def _with_time(inner: str) -> Duty | None:
    """「县税务局，6月底前」: nothing but units and a time."""
    timed = _UNITS_AND_TIME.match(inner)
    names = all_units(timed["units"]) if timed else None
    return Duty(tuple(names), (), timed["time"]) if timed and names else None


def _labelled(inner: str, labels: list[re.Match[str]]) -> Duty | None:
    found: dict[str, list[str]] = {"head": [], "duty": [], "help": []}
    time: str | None = None
    for label, following in zip(labels, [*labels[1:], None], strict=True):
        kind = _kind(label)
        value = inner[label.end() : following.start() if following else None].strip(" 。；，、|")
        if kind == "time":
            time = time or value or None
        elif kind == "person":
            found["duty"].extend(_held_by(label.group(), value) if not found["duty"] else ())
        elif kind in found:
            units, helpers = _units_of(value)
            found[kind].extend(units)
            found["help"].extend(helpers)
    lead = found["head"] or found["duty"]
    # Where somebody leads in so many words, the other responsible units are those that help.
    support = [*(found["duty"] if found["head"] else ()), *found["help"]]
    duty = Duty(tuple(dict.fromkeys(lead)), tuple(unit for unit in dict.fromkeys(support) if unit not in lead), time)
    return duty or None


def _held_by(label: str, value: str) -> list[str]:
    """「责任人：各班班主任」: offices bear a duty as units do; a person's name is none of ours to keep."""
    return (all_units(value) or []) if label.startswith("责任人") else []


def _kind(label: re.Match[str]) -> str:
    return _PLAIN_KINDS[label["plain"][:2]] if label["plain"] else str(label.lastgroup)


def _units_of(value: str) -> tuple[list[str], list[str]]:
    """Units of a labelled value. A label says that units follow, so names without a known ending are taken too."""
    helped = re.match(r"^(?P<lead>.+?)[，；](?P<help>[^，；]{2,60}?)(?:积极|协同)?(?:配合|协助|参与)(?:落实)?$", value)
    if not helped:
        spoken = _by_verbs(value)
        if spoken and (spoken.lead or spoken.support):
            return list(spoken.lead), list(spoken.support)
    value = re.sub(r"(?:按照?|根据)?(?:各自)?(?:职责|职能)?(?:分工)?(?:分别)?(?:负责|落实|配合|实施)$", "", value)
    lead, helpers = (helped["lead"], split_units(helped["help"])) if helped else (value, [])
    names = [
        name for name in split_units(lead) if 1 < len(name) <= 40 and not re.fullmatch(r"[\d年月日底前：]+|按.*", name)
    ]
    told = by_marks(names)
    return list(told.lead), [*told.support, *helpers]


def _by_verbs(inner: str) -> Duty | None:
    """「A牵头，B、C配合，6月底前完成」: clauses that end in what the units do."""
    lead: list[str] = []
    support: list[str] = []
    head: list[str] = []
    carries: list[str] = []
    time: str | None = None
    for clause in _verb_clauses(inner):
        spoken = _BY_VERB.match(clause)
        if spoken is None:
            if (
                re.search(r"[\d底末]", clause)
                and re.search(r"[月年前]", clause)
                and len(clause) <= 24
                and (lead or support)
            ):
                time = time or clause
                continue
            return None
        doers, _, partners = _PARTNERS.sub("＋", spoken["units"], count=1).partition("＋")
        names, others = split_units(doers), split_units(partners)
        names = [of_person(name) for name in names]
        if not names or not all(is_unit(name) or name.startswith("各") for name in (*names, *others)):
            return None
        support.extend(others)
        (support if spoken["verb"].startswith(_HELPS) else lead).extend(names)
        head.extend(names if spoken["verb"].startswith(_LEADS) else ())
        carries.extend(names if spoken["verb"].startswith(_CARRIES) else ())
    if not lead and (not support or _PROVIDES.search(inner)):
        return None  # 「司法所提供法律支持」 alone is something to do, and no bracket's words.
    if head:  # 「A牵头，各镇落实」: beside who leads in so many words the others help.
        lead, support = [unit for unit in lead if unit not in carries], [*carries, *support]
    return Duty(tuple(dict.fromkeys(lead)), tuple(unit for unit in dict.fromkeys(support) if unit not in lead), time)


def _verb_clauses(inner: str) -> list[str]:
    """Clauses between commas; one that ends in no verb belongs to the next (「A，B、C负责」)."""
    result: list[str] = []
    for clause in re.split(r"[，；。]|(?<=牵头)、|(?<=负责)、", inner[:400]):
        if not clause.strip():
            continue
        if result and not re.search(
            r"(?:牵头|负责|落实|实施|配合|协助|协同|参与|协办|完成|组织|指导|监督|督导|督促|保障|支持|资金|经费|前|底)\S{0,2}$",
            result[-1],
        ):
            result[-1] += "、" + clause.strip()
        else:
            result.append(clause.strip())
    return result


def take_tags(passage: Passage) -> tuple[Passage, Duty]:
    """Return the passage without its duty brackets and trailing duty labels, and what these say."""
    kept: list[Passage] = []
    duty, last = Duty(), 0
    for opened, closed in outer_brackets(passage.text):
        inner = passage.text[opened + 1 : closed - 1]
        read = read_tag(inner) or _bare_units(passage.text, opened, closed, inner)
        if read:
            duty = merge(duty, read)
            kept.append(passage.cut(last, opened))
            last = closed
    kept.append(passage.cut(last))
    rest = joined([part for part in kept if part]) if any(kept) else passage.cut(0, 0)
    return _take_trailing(rest, duty)


def _take_trailing(passage: Passage, duty: Duty) -> tuple[Passage, Duty]:
    """「……。责任单位：A、B。完成时限：6月底前。」 without brackets: from the first label to the end."""
    for found in _LABELLED.finditer(passage.text):
        before = passage.text[max(0, found.start() - 1) : found.start()]
        if before not in ("", "。", "；", "|", " ", "】") and not (before == "，" and found.group().endswith("为")):
            continue
        if _kind(found) == "time" and not re.search(r"完成|整改|时限|期限", found.group()):
            continue
        read = read_tag(passage.text[found.start() :])
        if read:
            return passage.cut(0, found.start()).strip(), merge(duty, read)
    return passage, duty


def _bare_units(text: str, opened: int, closed: int, inner: str) -> Duty | None:
    """「……（派出所、各村）。」: nothing but units, at the end of a sentence.

    A bracket after a unit explains it (「各镇（街道）」), and one name alone may explain anything, but behind a stop.
    """
    if closed < len(text) and text[closed] not in "。；，":
        return None
    names = all_units(inner)
    if (
        names
        and text[opened - 1 : opened] in ("。", "；")
        and all(len(name) > 2 or name.startswith("各") for name in names)
    ):
        return by_marks(names)  # Behind a full stop a bracket explains no word: it can only say whose duty it was.
    if not names or len(names) < 2 or is_unit(clean_unit(text[max(0, opened - 8) : opened].rsplit("，", 1)[-1])):
        return None
    return by_marks(names) if all(len(name) > 2 or name.startswith("各") for name in names) else None
