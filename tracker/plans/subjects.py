"""Who a sentence speaks to: 「各村要…」, 「派出所负责…」, 「由A牵头，B配合」, 「A会同B」.

Only what stands before the verb at the head of a clause is a subject; 「督促各村」 names an object.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import islice

from tracker.plans.dates import without_quotations
from tracker.plans.doing import CALLED_SO, OFFICE_AHEAD, VERB
from tracker.plans.duties import Duty, merge
from tracker.plans.passages import Passage
from tracker.plans.sentences import clauses
from tracker.plans.units import all_units, is_unit
from tracker.plans.wording import acts, is_establishing, is_return

_LEAD_IN = re.compile(
    r"^(?:(?:第[一二三四五六七八九十]|其次|首先|最后|同时|此外|另外|其中|并且|[一二三四五六七八九十]{1,2}(?:是|要)|原则上|请|而|且)，?|(?:备注|注|说明)："
    r"|(?:从|自)?即日起(?:至[^，]{1,12})?，?"
    r"|(?:并)?(?:于|在)?每[^，。；]{0,3}?(?:日|天|周[一二三四五六日]?|月|季度|年|旬)(?:底|末)?(?:\d{1,2}[日号])?(?:上午|下午)?(?:\d{1,2}(?:时|点))?(?:之?前)?，?"
    r"|(?:从|自|于|在)?(?:20\d\d年)?\d{1,2}月(?:\d{1,2}日|[上中下]旬|底|初)?起?(?:至|到|—|-|~|－){1,2}(?:20\d\d年)?(?:\d{1,2}月)?(?:\d{1,2}日|[上中下]旬|底|末)?(?:期间)?，?"
    r"|(?:上午|下午|早上|晚上|中午|早|晚)?\d{1,2}(?:时|点|：\d\d)(?:\d{1,2}分)?(?:(?:至|—|-)(?:次日)?\d{1,2}(?:时|点|：\d\d))?(?:之?前|起)?，?"
    r"|[^，。；：]{2,10}(?:期间|期内|时段|前后|当天|当日)，"
    r"|[^，。；：]{2,10}(?:结束|完成|召开|印发|成立)后(?:的?[\d一二三四五六七八九十两]{1,3}个?(?:工作日|日|天|周|月)(?:之?内)?)?，?"
    r"|(?:从|自|于|在)?(?:20\d\d年|每|[\d一二三四五六七八九十]{1,3}月)[^，]{0,16}?(?:前|起|底|末|日|旬|月|年|季度|周|期间|内)(?:之?前|起)?，?"
    r"|(?:年底|月底|上半年|下半年)(?:前)?，?"
    r"|(?:在|对|针对|根据|按照|围绕|结合|为|通过|活动期间|专项行动期间|行动期间|期间|暑假|寒假|假期)[^，]{0,40}，)"
)
_FURTHEST = 90
_MOST_DOERS = 6
_BY = re.compile(r"(?<![理缘自事任来交经])由(?!于|此|衷|来)")
# 「对…的，由县纪委约谈」 threatens; it gives nobody this duty.
_CONSEQUENCE = re.compile(r"约谈|问责|追究|追责|处分|通报|诫勉|查处|处罚|责令|取消|扣除|处理|奖励|表彰|表扬")
# 「各科室6月底前自查，科主任为本科室责任人」: who answers for what others do.
_ANSWERS = re.compile(r"[是为系][^，。；]{0,24}责任人[，。；]?$|负(?:总责|总责任|主要责任|直接责任)[，。；]?$")
# 「被通报的，村支书作检讨，包村干部取消资格」: what befalls whoever failed; nobody named there has it to do.
_BEFALLS = re.compile(r"作[^，。；]{0,6}检[讨查]|免职|停职|降职|扣|罚|降级|一票否决|不得评|取消")
_ORDERED = re.compile(r"每[周旬月季半年日]|要|应|须|负责|由")
_FAILED = re.compile(
    r"(?:^|[，。；])(?:对|凡|因|若|如|被|每(?:发现|发生|出现|有)|未|发现|发生|出现|逾期|拒不|一经|连续|排名)[^。；]{2,}"
)
# 「逾期不清的由执法队强制清理」: only if nobody did what somebody else had to.
_IF = re.compile(r"(?:逾期|拒不|未按|仍不|不能|不按|无法)[^，。；]{0,20}的，?$")
# 「发生案件的学校，须…」: the unit at the end of its description. 「对…的单位，要…」 is an object.
_DESCRIBED = re.compile(
    r"(?![对将把给向与和])[^，。；：]{2,24}的(?P<unit>[^，。；：的]{2,10}?)，?(?=须|要|应|必须|一律|不得|由本)"
)
_HELPED_BY = re.compile(
    r"(?:^|[，；])(?P<units>[^，。；：]{2,80}?)(?:积极|密切|全力|要积极|要密切|要|予以|做好|协同|共同|按职责|按照职责分工)?(?:配合|协助|协同|参与|协办)(?:落实|做好|实施|开展|支持)?(?=[，。；]|$)"
)
# 「由A牵头，B、C各抽调2人」: beside a leader, who only sends people helps.
_SENDS = re.compile(
    r"(?:抽调|抽派|选派|指派|派)[^，。；]{0,4}?(?:\d|[一二两三四五六七八九十]|若干|专人|人员|骨干|精干)"
)
_LEADS = re.compile(r"牵头|主办|主责")
_OFTEN = re.compile(r"每(?:日|天|周|月|季度?|年|学期|半年)，?")
_WITH = re.compile(r"(?:要|应|须|负责|牵头|积极|主动|及时)?(?:会同|联合|商)")
_OFFICE_TAIL = re.compile(
    r"(?:局|所|站|办|中心|大队|支队|支行|公司|政府|办事处|专班|委员会)(?![的、和与及长员内外里中等（周附门对）])(?=.{4})"
)
_MOST_TAILS = 4
# 「残联与公安局、民政局开展比对」: both do it. 「镇与各村签订责任书」 is the first one's to do.
_BOTH = re.compile(r"(?P<units>[^，。；]{2,30}?)(?=组建|组成|进行|开展|联合|共同)")
# 「镇每周召开一次调度会」, 「乡组建扑火队」: the office whose plan it is.
_ONE_LETTER = re.compile(r"[镇乡县区](?=每[日天周旬月季半年]|组建|将|组织|召开|列支)")
_MEMBERS_TAIL = re.compile(r"单位|部门|乡镇|街道|镇街|社区|村|学校|科室|支行|网点|[所站局]")
_GROUP_NAMED = re.compile(r"(?:[（(]?[一二三四五六七八九十\d]{1,2}[）)、.])?[\u4e00-\u9fff]{2,10}(?:组|专班)[：。]")
_HELPED_WORDS = ("配合", "协助", "协同", "参与", "协办")
_HELPING = re.compile(
    r"(?:(?:加强|做好|给予)(?:业务|技术|工作)?)?(?:指导|支持|协助|监督)[。；，]?$|[^，。；]{0,8}指导[。；，]?$|(?:予以|给予|做好|积极|密切|全力|主动|认真)?(?:配合|协助|协同|参与|参加)"
)


def is_punished(said: str, clause: str) -> bool:
    """Whether a clause says what befalls those whose failing the words before it describe."""
    befalls = (_CONSEQUENCE.search(clause) or _BEFALLS.search(clause)) and not _ORDERED.search(clause)
    return bool(befalls) and _FAILED.search(said) is not None


@lru_cache(maxsize=4096)
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
    opening = VERB.match(head)
    # 「制定企业检查标准」 begins with what is done: no name stands before a verb in it.
    begins = opening is not None and (
        len(opening.group()) > 1
        and head[opening.end() : opening.end() + 1] != "、"
        and not (OFFICE_AHEAD.match(head) or CALLED_SO.match(head))
    )
    if (one := _ONE_LETTER.match(head)) and not OFFICE_AHEAD.match(head, 1):
        return (one.group(),), start + 1
    for verb in VERB.finditer(head) if not begins else ():
        before = head[: verb.start()]
        if verb.start() < 2 or OFFICE_AHEAD.match(head, verb.start()) or before.count("（") != before.count("）"):
            continue
        if "。" in before or "：" in before:
            break
        if verb.group() == "至" and before.endswith(("年级", "班")):
            continue  # 「小学五年级至高中二年级」 is how far something reaches, and nobody's name.
        if all_units(_doers(before)):
            names = all_units(_doers(printed[start : start + verb.start()]))
            if names and verb.group() == "与" and (beside := _BOTH.match(head, verb.end())):
                names += all_units(beside["units"]) or []
            return (tuple(names), start + verb.start()) if names else None
    return (
        _described(sentence, start)
        or _office_first(printed, start)
        or _before_colon(printed[start : start + _FURTHEST], start)
        or (_behind_heading(printed) if headed else None)
    )


def _office_first(printed: str, start: int) -> tuple[tuple[str, ...], int] | None:
    """「镇消防站前置力量」: an office's whole name at the head of a clause, before a verb that no list holds."""
    clause = re.split(r"[，。；：]", printed[start : start + _FURTHEST], maxsplit=1)[0]
    for tail in reversed([*islice(_OFFICE_TAIL.finditer(clause), _MOST_TAILS)]):
        names = all_units(clause[: tail.end()]) if tail.end() > 2 else None
        if names and acts(clause[tail.end() :]):
            return tuple(names), start + tail.end()
    return None


def _sender(text: str) -> tuple[str, ...]:
    """「各乡镇、各单位工作总结于5月10日前报镇办」: whose paper is sent in stands before it."""
    head = (
        re.split(r"[，。；：于]", text[:_FURTHEST], maxsplit=1)[0] if text.startswith("各") and is_return(text) else ""
    )
    for tail in reversed([*islice(_MEMBERS_TAIL.finditer(head), _MOST_DOERS)]):
        if names := all_units(head[: tail.end()]):
            return tuple(names)
    return ()


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


def units_at(text: str, start: int) -> list[str] | None:
    """Return the units that begin at `start` and end before a verb, a stop or a comma."""
    head = re.split(r"[，。；：]", text[start : start + _FURTHEST], maxsplit=1)[0]
    for verb in VERB.finditer(head):
        if (
            verb.start() > 1
            and not OFFICE_AHEAD.match(head, verb.start())
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
    if found and _GROUP_NAMED.match(text) and _BY.search(text) and not _CONSEQUENCE.search(text):
        found = None  # 「排查组：由城建办牵头」: the group is made of those that are named, and they have the duty.
    if found:
        names, place = found
        duty = Duty((), names) if _HELPING.match(text, place) else Duty(names)
        partner = _WITH.match(text[place : place + 16])
        helpers = units_at(text, place + partner.end()) if partner else None
        if helpers:
            duty = merge(duty, Duty((), tuple(helpers)))
    if not found and (senders := _sender(text)):
        duty = Duty(senders)
    often = _OFTEN.match(text)
    alone = _WITH.match(text, often.end() if often else 0)
    if alone and not found and (partners := units_at(text, alone.end())):
        duty = Duty((), tuple(partners))
    for by in islice(_BY.finditer(text), _MOST_DOERS):
        leaders = units_at(text, by.end())
        threatens = _CONSEQUENCE.search(text[by.end() : by.end() + 60]) or _IF.search(text[: by.start()])
        if leaders and not threatens:
            behind = text.find(leaders[-1], by.end()) + len(leaders[-1])
            partner = _WITH.match(text[behind : behind + 16])
            helpers = units_at(text, behind + partner.end()) if partner else None
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
        names = units_at(text, by.end())
        if names:
            return tuple(names)
    return ()


_GOES_ON = re.compile(r"(?:要|应|须|必须|负责|切实|认真|全面|亲自)")
_CHAIN = re.compile(r"包(?:片|村|组|户|网格)、[^，。；]{2,12}?包")
_FAILS = re.compile(
    r"[^，。；要应须]{2,20}(?:因|未|不|出现|发生|存在)[^，。；]{2,40}的，[^。；]*?(?:处理|追究|约谈|通报|问责|处罚|取消|扣)"
)
_CARRIES_OUT = re.compile(r"[^，。；]{2,60}?(?:具体|分别|抓好|抓)?(?:落实|实施)[，。；]?$")
# 「各校协助城管部门清理摊点」: nobody else is told to do it.
_HELPS_DO = re.compile(
    r"(?:配合|协助)[^，。；]{2,24}?(?:部门|单位|局|所|队|站|办|中心|公司|街道|社区)(?=做好|开展|[^，。；]{4,})"
)
# 「各处室密切配合，确保成效」 asks all of them, and nobody leads.
_ALL_HELP = re.compile(
    r"(?:^|[。；])各[^，。；]{1,24}?(?:要|应|须)?(?:密切|积极|主动|相互|互相|通力|协同)+(?:配合|协作)"
)
_IS_MEMBER = re.compile(r"[任为](?:副?队长|副?组长|队员|组员|成员)[，。；]?$")
# 「食品股牵头，各所逐户检查」: who does it under somebody's lead helps.
_ONLY_LEADS = re.compile(r"(?:牵头|主办)(?:负责|抓总|总抓|协调|统筹)?[，；]?$")
_GUIDES = re.compile(r"(?:指导|监督|支持)[，。；]")
# 「甲发挥牵头作用，乙、丙要各司其职、密切配合」
_TOGETHER = re.compile(
    r"(?:各司其职|各负其责|按职责分工|分工负责)[、，]?[^，。；]{0,4}(?:密切|积极|协同)?(?:配合|协作)[。；，]?$"
    r"|(?:要|应|须)(?:积极|密切|全力|主动)?(?:配合|协助|协同|参与)"
)


def duty_of_text(passage: Passage, *, clause_subjects: bool = True) -> Duty:
    """Return the units that a text speaks to, over all its sentences."""
    if _FAILS.match(passage.text) and not _ORDERED.search(passage.text):
        return Duty()  # 「银行因管理不到位涉案的，依规处理」
    described = _described(passage.text)
    duty = Duty(described[0]) if described else Duty()
    led = _LEADS.search(passage.text) is not None
    said, answers, heads = "", Duty(), False
    for clause in clauses(passage) if clause_subjects else [passage]:
        told = duty_of_sentence(clause)
        if told and said and is_punished(said, clause.text):
            told = Duty()
        if told.lead and _ANSWERS.search(clause.text):
            told, answers = Duty(), told  # Who answers for it has to do it only if the sentence goes on with that.
        elif answers and _GOES_ON.match(clause.text):
            told, answers = merge(answers, told), Duty()
        if duty.lead and told.lead and _TOGETHER.search(clause.text):
            told = Duty((), (*told.lead, *told.support))
        if _IS_MEMBER.search(clause.text):
            told = Duty()  # 「由包村领导任队长」
        if _CHAIN.search(clause.text):
            told = Duty()  # 「镇干部包村、村干部包组」 says how it is dealt out, not who has to do the rest.
        if is_establishing(clause.text) and not clause.text.startswith("各"):
            told = Duty()
        said = (said + clause.text)[-_FURTHEST:]
        if led and duty.lead and _SENDS.search(clause.text) and not _LEADS.search(clause.text):
            told = Duty((), (*told.lead, *told.support))
        if heads and told.lead and "负责" not in clause.text:
            told = Duty((), (*told.lead, *told.support))
        heads = heads or (bool(told.lead) and _ONLY_LEADS.search(clause.text) is not None)
        if led and duty.lead and _CARRIES_OUT.search(clause.text):
            told = Duty((), (*told.lead, *told.support))
        duty = merge(duty, told)
    if any(unit.startswith("各") for unit in duty.lead):
        duty = Duty(tuple(unit for unit in duty.lead if not unit.startswith("每")), duty.support)
    if not duty.lead and duty.support and (_HELPS_DO.search(passage.text) or _ALL_HELP.search(passage.text)):
        return Duty(duty.support)
    if not duty.lead and _GUIDES.search(passage.text) and "配合" not in passage.text:
        return Duty(duty.support)  # Who guides beside nobody has that to do.
    return duty
