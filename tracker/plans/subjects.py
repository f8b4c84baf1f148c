"""Who a sentence speaks to: 「各村要…」, 「派出所负责…」, 「由A牵头，B配合」, 「A会同B」.

Only what stands before the verb at the head of a clause is a subject; 「督促各村」 names an object.
"""

from __future__ import annotations

import re

from tracker.plans.dates import without_quotations
from tracker.plans.duties import Duty, merge
from tracker.plans.passages import Passage
from tracker.plans.sentences import clauses
from tracker.plans.units import all_units

_LEAD_IN = re.compile(
    r"^(?:(?:第[一二三四五六七八九十]|其次|首先|最后|同时|此外|另外|其中|并且|[一二三四五六七八九十]{1,2}(?:是|要)|原则上|请|而|且)，?"
    r"|(?:从|自)?即日起(?:至[^，]{1,12})?，?"
    r"|(?:从|自|于|在)?(?:20\d\d年|每|[\d一二三四五六七八九十]{1,3}月)[^，]{0,16}?(?:前|起|底|末|日|旬|月|年|季度|周|期间|内)，?"
    r"|(?:年底|月底|上半年|下半年)(?:前)?，?"
    r"|(?:在|对|针对|根据|按照|围绕|结合|为|通过|活动期间|专项行动期间|行动期间|期间|暑假|寒假|假期)[^，]{0,40}，)"
)
_VERBS = (
    "要|应|须|需|必须|应当|负责|牵头|会同|联合|组织|开展|加强|落实|做好|完善|建立|推进|强化|配合|协助|参与|严格|切实|认真|积极|充分|结合|按照|根据|全面|深入|通过|利用|对|将|把|在|"
    "于|每|及时|定期|依托|依法|围绕|立即|主动|统筹|成立|制定|明确|确定|具体|均|都|也|可|不得|严禁|务必|分别|共同|高度|进一步|迅速|按|坚持|指导|督促|发挥|向|抓|以|安排|召开|报送|"
    "自行|集中|采取|至少|至|为|实行|持续|抓好|抓紧|提高|大力|统一|一律|同步|广泛|逐|动员|履行|运用|承担|签订|排查|摸排|重点|主要|提供|举办|设立|设置|悬挂|张贴|发放|印制|播放|制作|"
    "收集|汇总|调度|监督|检查|督导|协调|研究|指定|确保|是"
)
_VERB = re.compile("|".join(sorted(_VERBS.split("|"), key=len, reverse=True)))
_FURTHEST = 90
_LED_BY = re.compile(
    r"(?:^|[，。；：（])(?:并|主要|具体|统一|分别)?由(?P<units>[^，。；：]{2,80}?)(?:具体|统一|统筹)?(?:牵头|负责|组织实施|承办|组织开展|组织落实|统筹推进|主办|抓好落实|落实)"
)
_HELPED_BY = re.compile(
    r"(?:^|[，；])(?P<units>[^，。；：]{2,80}?)(?:积极|密切|全力|要积极|要密切|要|予以|做好|协同|共同|按职责|按照职责分工)?(?:配合|协助|协同|参与)(?:落实|做好|实施|开展|支持)?(?=[，。；]|$)"
)
_WITH = re.compile(
    r"^(?:要|应|须|负责|牵头)?(?:会同|联合|商)(?P<units>[^，。；：]{2,80}?)(?=(?:要|应|须|开展|对|加强|做好|制定|建立|组织|定期|每|深入|依法|进行|共同|联合|[，。；]|$))"
)
_HELPS = ("配合", "协助", "参与")


def subject_of(sentence: str) -> tuple[tuple[str, ...], int] | None:
    """Return the units at the head of a sentence and the place where the verb begins, or None."""
    start = 0
    for _ in range(4):
        lead_in = _LEAD_IN.match(sentence[start : start + 80])
        if not lead_in:
            break
        start += lead_in.end()
    head = sentence[start : start + _FURTHEST]
    for verb in _VERB.finditer(head):
        if verb.start() < 2:
            continue
        before = head[: verb.start()]
        if "。" in before or "：" in before:
            return None
        names = all_units(before.rstrip("，"))
        if names:
            return tuple(names), start + verb.start()
    return _before_colon(head, start)


def _before_colon(head: str, start: int) -> tuple[tuple[str, ...], int] | None:
    """「县公安局：依法打击…」."""
    colon = head.find("：")
    names = all_units(head[:colon]) if colon > 1 else None
    return (tuple(names), start + colon + 1) if names else None


def duty_of_sentence(passage: Passage) -> Duty:
    """Return the units that a sentence speaks to, by its subject and by 由…牵头, …配合, 会同…."""
    text = without_quotations(passage.text)
    duty = Duty()
    found = subject_of(text)
    if found:
        names, place = found
        verb = text[place : place + 2]
        duty = Duty((), names) if verb in _HELPS else Duty(names)
        partner = _WITH.match(text[place : place + 100])
        if partner and (helpers := all_units(partner["units"])):
            duty = merge(duty, Duty((), tuple(helpers)))
    for led in _LED_BY.finditer(text):
        leaders = all_units(led["units"])
        if leaders:
            duty = merge(duty, Duty(tuple(leaders)))
    for helped in _HELPED_BY.finditer(text):
        helpers = all_units(re.sub(r"^(?:并由|由|请)", "", helped["units"]))
        if helpers:
            duty = merge(duty, Duty((), tuple(helpers)))
    return duty


def duty_of_text(passage: Passage, *, clause_subjects: bool = True) -> Duty:
    """Return the units that a text speaks to, over all its sentences."""
    duty = Duty()
    for clause in clauses(passage) if clause_subjects else [passage]:
        duty = merge(duty, duty_of_sentence(clause))
    return duty
