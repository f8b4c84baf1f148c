"""What kind of duty a measure is, by the words it is made of. Heading words weigh more than the body's."""

from __future__ import annotations

import re

from tracker.plans.sections import Role, role_of_heading
from tracker.plans.wording import is_return

_WORDS: tuple[tuple[str, str], ...] = (
    ("报送", r"报送|上报|报告(?!会)|零报告|月报|周报|填报|报至|报(?:镇|县|区|市|街道|领导小组|办公室|综治办|政法委|平安办|专班|送)|报备"),
    ("督导", r"督导|督查|督办|监督检查|监督|督促|检查指导|抽查|巡查督导|暗访|通报|约谈|指导检查|专项检查|回头看|调度|跟踪问效"),
    ("考核", r"考核|考评|纪律|追责|绩效|评优|问责|追责|追究|倒查|一票否决|扣分|奖惩|表彰|奖励|加分|评比|绩效"),
    ("打击", r"打击|收缴|从严|严查|处罚|违法犯罪|违法行为|侦办|侦破|破案|抓捕|立案|查处|严惩|惩治|起诉|审判|追赃|执法|打处|破获|斩断|端掉"),
    ("管控", r"管控|值守|值班|安检|报警|保安|开户|警示标|预警|劝阻|监管|防控|封堵|冻结|止付|拦截|核验|实名|值守|看护|巡逻|巡查|包保|帮扶|监测|稳控|管理|警示牌|监护|劝返|防护"),
    ("整改", r"整改|整治|治理|清理|规范|取缔|消除|销号|关停|拆除|清零|自查自纠|闭环"),
    ("摸排", r"摸排|核实去向|排查|摸底|走访|登记|建档|底数|起底|台账|清查|普查|核查|筛查|自查|清单"),
    ("宣传", r"宣传|宣讲|教育|提醒|预警信息|公告栏|公布|讲解|家长会|升旗|黑板报|国旗下|小品|培训|讲座|横幅|标语|海报|广播|短信|公众号|宣传册|传单|班会|倡议|一封信|承诺书|普及|演练|知晓|氛围|报道|曝光|警示|学习"),
    ("组织", r"组织领导|归档|汇报材料|倒排工期|领导小组|工作专班|负起责任|亲自|专门队伍|专班|加强领导|动员|部署|方案|会议|联席|责任制|责任书|明确责任|分工|协调|保障|经费|思想认识|高度重视|压实责任|统筹|配合|合力|机制|联络员"),
)  # fmt: skip
_COMPILED = tuple((kind, re.compile(pattern)) for kind, pattern in _WORDS)


def kind_of(title: str, text: str, path: tuple[str, ...] = ()) -> str:
    """Return the kind with the most words; a title's word counts four times, a heading's above it twice."""
    scores: dict[str, float] = {}
    # 「任务分工」 says that duties follow, not what they are.
    title = "" if role_of_heading(title) in (Role.TASKS, Role.PHASES) else title
    above = path[-1] if path and role_of_heading(path[-1]) is None else ""
    for kind, words in _COMPILED:
        score = (
            4.0 * bool(words.search(title)) + 2.0 * bool(words.search(above)) + min(3, len(words.findall(text[:400])))
        )
        if words.search(text[:24]):
            score += 1.5
        scores[kind] = score
    if len(text) <= 80 and is_return(text):
        scores["报送"] += 4
    best = max(scores.values())
    if best <= 0:
        return "其他"
    return next(kind for kind, score in scores.items() if score == best)


def words_of_kind(kind: str, text: str, path: tuple[str, ...] = ()) -> list[str]:
    """Return the words of a measure, or of the heading above it, that speak for a kind, each once."""
    found = [match.group() for named, words in _COMPILED if named == kind for match in words.finditer(text[:400])]
    above = [
        match.group() for named, words in _COMPILED if named == kind and path for match in words.finditer(path[-1])
    ]
    return list(dict.fromkeys(found or above))[:6]
