"""Who a sentence speaks to: 「各村要…」, 「派出所负责…」, 「由A牵头，B配合」, 「A会同B」.

Only what stands before the verb at the head of a clause is a subject; 「督促各村」 names an object.
"""

from __future__ import annotations

import re
from itertools import islice

from tracker.plans.dates import without_quotations
from tracker.plans.duties import Duty, merge
from tracker.plans.passages import Passage
from tracker.plans.sentences import clauses
from tracker.plans.units import all_units, is_unit

_LEAD_IN = re.compile(
    r"^(?:(?:第[一二三四五六七八九十]|其次|首先|最后|同时|此外|另外|其中|并且|[一二三四五六七八九十]{1,2}(?:是|要)|原则上|请|而|且)，?|(?:备注|注|说明)："
    r"|(?:从|自)?即日起(?:至[^，]{1,12})?，?"
    r"|(?:从|自|于|在)?(?:20\d\d年|每|[\d一二三四五六七八九十]{1,3}月)[^，]{0,16}?(?:前|起|底|末|日|旬|月|年|季度|周|期间|内)(?:之?前|起)?，?"
    r"|(?:年底|月底|上半年|下半年)(?:前)?，?"
    r"|(?:在|对|针对|根据|按照|围绕|结合|为|通过|活动期间|专项行动期间|行动期间|期间|暑假|寒假|假期)[^，]{0,40}，)"
)
_VERBS = (
    "要|应|须|需|必须|应当|负责|牵头|会同|联合|组织|开展|加强|落实|做好|完善|建立|推进|强化|配合|协助|参与|严格|切实|认真|积极|充分|结合|按照|根据|全面|深入|通过|利用|对|将|把|在|"
    "相应|主讲|主持|上交|递交|交(?![警通运管投易流])|讲|作(?![用为业风者])|加快|加大|加密|扎实|稳步|有序|于|每|及时|定期|依托|依法|围绕|立即|主动|统筹|成立|制定|明确|确定|具体|均|都|也|可|不得|严禁|务必|分别|共同|高度|进一步|迅速|按|坚持|指导|督促|发挥|向|抓|以|安排|召开|报送|"
    "派(?=[\\d一二两三四五若专])|面向|优化|限期|挂牌|包保(?![单部领干])|策划|上好|开好|办好|讲好|主办|承办|自行|集中|采取|至少|至|为|实行|持续|抓好|抓紧|提高|大力|统一|一律|同步|广泛|逐|动员|履行|运用|承担|签订|排查|摸排|重点|主要|提供|举办|设立|设置|悬挂|张贴|发放|印制|播放|制作|"
    "收集|汇总|调度|监督|检查|督导|协调|研究(?![生院所室中会])|指定|组建|完成|整合|梳理|选派|抽调|配备|配齐|更新|上报|提交|开设|邀请|引导|掌握|压实|细化|构建|巩固|维护|保障|处置|调查|侦办|打击|查处|受理|审核|审批|曝光|追究|推广|推送|转发|编制|编印|总结|填报|填写|报告|报|收缴|拆除|清理|取缔|整治|治理|规范|健全|亲自|逐|层层|最少|不少于|坚决|继续|着力|尽快|随时|适时|不定期|不断|参照|出一|出动|主动|接到|发现|自查|认领|建好|用好|管好|看好|守好|选聘|划定|划分|搭建|升级|安装|检修|维修|更换|巡查|巡逻|走访|入户|宣讲|宣传|培训|讲解|教育|帮扶|监管|管控|预警|劝阻|止付|冻结|核查|核实|甄别|登记|造册|建档|牵总|统筹|兜底|配套|拨付|印发|下发|拟定|起草|制发|分析|研判|评估|验收|考评|考核|通报|约谈|问责|督办|抽查|暗访|指派|为每|向每|给|与|同|和家长|负总责|继续|密切|广泛|多渠道|采用|采取|运用|借助|依靠|凭借|针对|紧盯|聚焦|突出|全程|全力|全方位|一次性|于|须于|确保|巡|执法|劝导|负总责|负连带|负主要|择优|推荐|选送|进行|启动|予以|给予|责令|请|组成|带领|率领|开户|受理|列入|修订|修编|联系(?![电人方])|接报|接警|全年|年内|常年|平时|摸清|上门|操办|举行|严厉|从严|依规|推动|促进|助力|电话|表演|参加|参观|观看|演示|是"
)
_VERB = re.compile(
    r"[自从到](?=\d|20|即日|印发|年底|月底)|\d{1,2}月|20\d\d年|年底|月底|第?[一二三四]季度|[上下]{1,2}半年|"
    + "|".join(sorted(_VERBS.split("|"), key=len, reverse=True))
)
# 县委宣传部, 区政府督查室: a verb that begins an office's name is no verb.
_OFFICE_AHEAD = re.compile(
    r"(?:组织(?=[\u4e00-\u9fff]{0,2}[部科处室组])|宣传|督查|督导|教育|报告|巡查|监管|管理|核查|研判|考核|检查|宣讲|培训|统筹|协调|调查|监督|劝导|推动|促进|综合|整治|治理|打击|应急|巡逻|建设|发展|保障|治安|安全|联合(?![县市区镇乡各])|服务)"
    r"[\u4e00-\u9fff]{0,5}?(?:部|局|办|科|室|处|组|委|中心|站|所|队|专班|小组|大队|支队|学校|学院|员(?!会|工))(?!分|门)"
)
_FURTHEST = 90
_MOST_DOERS = 6
_BY = re.compile(r"(?<![理缘自事任来交经])由(?!于|此|衷|来)")
# 「对…的，由县纪委约谈」 threatens; it gives nobody this duty.
_CONSEQUENCE = re.compile(r"约谈|问责|追究|追责|处分|通报|诫勉|查处|处罚|责令|取消|扣除|处理|奖励|表彰|表扬")
# 「逾期不清的由执法队强制清理」: only if nobody did what somebody else had to.
_IF = re.compile(r"(?:逾期|拒不|未按|仍不|不能|不按|无法)[^，。；]{0,20}的，?$")
# 「发生案件的学校，须…」: the unit at the end of its description. 「对…的单位，要…」 is an object.
_DESCRIBED = re.compile(
    r"(?![对将把给向与和])[^，。；：]{2,24}的(?P<unit>[^，。；：的]{2,10})，(?=须|要|应|必须|一律|不得|由本)"
)
_HELPED_BY = re.compile(
    r"(?:^|[，；])(?P<units>[^，。；：]{2,80}?)(?:积极|密切|全力|要积极|要密切|要|予以|做好|协同|共同|按职责|按照职责分工)?(?:配合|协助|协同|参与|协办)(?:落实|做好|实施|开展|支持)?(?=[，。；]|$)"
)
# 「由A牵头，B、C各抽调2人」: beside a leader, who only sends people helps.
_SENDS = re.compile(
    r"(?:抽调|抽派|选派|指派|派)[^，。；]{0,4}?(?:\d|[一二两三四五六七八九十]|若干|专人|人员|骨干|精干)"
)
_LEADS = re.compile(r"牵头|主办|主责")
_WITH = re.compile(r"(?:要|应|须|负责|牵头|积极|主动|及时)?(?:会同|联合|商)")
_HELPED_WORDS = ("配合", "协助", "协同", "参与", "协办")
_HELPING = re.compile(r"(?:积极|密切|全力|主动|认真)?(?:配合|协助|协同|参与|参加)")


def subject_of(printed: str, *, headed: bool = True) -> tuple[tuple[str, ...], int] | None:
    """Return the units at the head of a sentence and the place where the verb begins, or None.

    `headed`: a heading with a colon may stand before it; no second one is looked for behind the first.
    """
    sentence = without_quotations(printed)
    if sentence.startswith("由"):
        return None
    start = 0
    for _ in range(4):
        lead_in = _LEAD_IN.match(sentence[start : start + 80])
        if not lead_in:
            break
        start += lead_in.end()
    head = sentence[start : start + _FURTHEST]
    for verb in _VERB.finditer(head):
        before = head[: verb.start()]
        if verb.start() < 2 or _OFFICE_AHEAD.match(head, verb.start()) or before.count("（") != before.count("）"):
            continue
        if "。" in before or "：" in before:
            break
        if verb.group() == "至" and before.endswith(("年级", "班")):
            continue  # 「小学五年级至高中二年级」 is how far something reaches, and nobody's name.
        if all_units(_doers(before)):
            names = all_units(_doers(printed[start : start + verb.start()]))
            return (tuple(names), start + verb.start()) if names else None
    return (
        _described(sentence, start)
        or _before_colon(printed[start : start + _FURTHEST], start)
        or (_behind_heading(printed) if headed else None)
    )


def _doers(before: str) -> str:
    """Return what stands before a verb without the comma, and without the 各 that deals it out (B、C各抽调2人)."""
    bare = before.rstrip("，")
    return bare.removesuffix("各") if bare.endswith("各") and is_unit(bare[:-1].rsplit("、", 1)[-1]) else bare


def _described(sentence: str, start: int = 0) -> tuple[tuple[str, ...], int] | None:
    """「发生案件的学校，须…」, but no consequence: who is described there has it coming, and does not do it."""
    found = _DESCRIBED.match(sentence, start)
    names = all_units(found["unit"]) if found else None
    if not found or not names or _CONSEQUENCE.search(sentence[: _FURTHEST * 2]):
        return None
    return tuple(names), found.end()


def _behind_heading(printed: str) -> tuple[tuple[str, ...], int] | None:
    """「动员部署阶段（3月）：各医院制定方案」: the subject stands behind the heading's colon."""
    colon = printed[:40].find("：")
    behind = subject_of(printed[colon + 1 :], headed=False) if colon > 1 else None
    return (behind[0], behind[1] + colon + 1) if behind else None


def _units_at(text: str, start: int) -> list[str] | None:
    """Return the units that begin at `start` and end before a verb, a stop or a comma."""
    head = re.split(r"[，。；：]", text[start : start + _FURTHEST], maxsplit=1)[0]
    for verb in _VERB.finditer(head):
        if (
            verb.start() > 1
            and not _OFFICE_AHEAD.match(head, verb.start())
            and (names := all_units(head[: verb.start()]))
        ):
            return names
    return all_units(head)


def _before_colon(head: str, start: int) -> tuple[tuple[str, ...], int] | None:
    """「县公安局：依法打击…」."""
    colon = head.find("：")
    names = all_units(head[:colon]) if colon > 1 else None
    return (tuple(names), start + colon + 1) if names else None


def duty_of_sentence(passage: Passage) -> Duty:
    """Return the units that a sentence speaks to, by its subject and by 由…牵头, …配合, 会同…."""
    text = without_quotations(passage.text)
    duty = Duty()
    found = subject_of(passage.text)
    if found:
        names, place = found
        duty = Duty((), names) if _HELPING.match(text, place) else Duty(names)
        partner = _WITH.match(text[place : place + 16])
        helpers = _units_at(text, place + partner.end()) if partner else None
        if helpers:
            duty = merge(duty, Duty((), tuple(helpers)))
    alone = _WITH.match(text)
    if alone and not found and (partners := _units_at(text, alone.end())):
        duty = Duty((), tuple(partners))
    for by in islice(_BY.finditer(text), _MOST_DOERS):
        leaders = _units_at(text, by.end())
        threatens = _CONSEQUENCE.search(text[by.end() : by.end() + 60]) or _IF.search(text[: by.start()])
        if leaders and not threatens:
            behind = text.find(leaders[-1], by.end()) + len(leaders[-1])
            partner = _WITH.match(text[behind : behind + 16])
            helpers = _units_at(text, behind + partner.end()) if partner else None
            duty = merge(duty, Duty(tuple(leaders), tuple(helpers or ())))
    for helped in _HELPED_BY.finditer(text) if any(word in text for word in _HELPED_WORDS) else ():
        helpers = all_units(re.sub(r"^(?:并由|由|请)", "", helped["units"]))
        if helpers:
            duty = merge(duty, Duty((), tuple(helpers)))
    return duty


def threatened_by(passage: Passage) -> tuple[str, ...]:
    """Return who acts in 「对…的，由县纪委约谈」: those that have the duty if nobody else has."""
    text = without_quotations(passage.text)
    for by in islice(_BY.finditer(text), _MOST_DOERS):
        names = _units_at(text, by.end())
        if names:
            return tuple(names)
    return ()


def duty_of_text(passage: Passage, *, clause_subjects: bool = True) -> Duty:
    """Return the units that a text speaks to, over all its sentences."""
    described = _described(passage.text)
    duty = Duty(described[0]) if described else Duty()
    led = _LEADS.search(passage.text) is not None
    for clause in clauses(passage) if clause_subjects else [passage]:
        told = duty_of_sentence(clause)
        if led and duty.lead and _SENDS.search(clause.text) and not _LEADS.search(clause.text):
            told = Duty((), (*told.lead, *told.support))
        duty = merge(duty, told)
    return duty
