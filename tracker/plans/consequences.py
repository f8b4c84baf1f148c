"""What follows good or bad work: 考核, 督导, 约谈, 通报, 问责 …, sentence by sentence."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tracker.plans.duties import take_tags
from tracker.plans.passages import Passage
from tracker.plans.sentences import told_sentences
from tracker.plans.shapes import Consequence

#: said in so many words, whatever else the sentence holds
_STRONG: tuple[tuple[str, str], ...] = (
    ("考核", r"纳入[^，。；]{0,30}(?:考核|考评|考察|评价|评先|绩效|述职)|(?:严格|强化|年终|年度|目标|绩效|工作|开展|进行|组织)考核|考核(?:评比|奖惩|问效|问责|细则|扣分)|考评"),
    ("督导", r"督导(?!考核?组|问责组|检查组|组[，。；、])|督查(?!室|局|组[，。；、])|(?<!挂牌)督办|暗访|跟踪问效"),
    ("约谈", r"约谈"),
    ("问责", r"问责|追责|追究[^，。；]{0,16}责任|责任追究|责任倒查|倒查[^，。；]{0,10}责任|诫勉|党纪|政纪|纪律处分|给予处分"),
    ("一票否决", r"一票否决|评先评优资格|评优(?:评先|选先)?资格|取消[^，。；]{0,12}(?:评优|评先|资格)"),
    ("扣分", r"扣分|扣减|扣发|扣除|减分"),
    ("挂牌", r"挂牌整治|黄牌|红牌|挂牌警示|重点管理(?:乡镇|单位)"),
)  # fmt: skip
#: may as well be daily work (「通报案情」, 「曝光典型」): a consequence only beside a unit or a failing
_WEAK: tuple[tuple[str, str], ...] = (
    ("通报", r"通报(?!会|案|精神)"),
    ("曝光", r"(?:公开|点名|予以|进行|媒体)?曝光"),
    ("限期整改", r"限期整改|责令(?:限期)?整改|整改通知"),
    ("表彰", r"表彰|表扬|奖励|加分|通报表扬"),
)
_BESIDE = re.compile(
    r"不力|不到位|滞后|缓慢|落后|靠后|末位|不落实|推诿|敷衍|瞒报|漏报|迟报|失职|渎职|玩忽|突出|成绩|优秀|排名|问题|对[^，。；]{2,40}的(?:，|单位|部门|乡镇|村|学校|个人)|"
    r"各[^，。；]{0,8}(?:情况|进度|进展)|全[县市区镇校院]|督查|督导|考核|约谈"
)
_STRONG_FORMS = tuple((kind, re.compile(words)) for kind, words in _STRONG)
_WEAK_FORMS = tuple((kind, re.compile(words)) for kind, words in _WEAK)
_LONGEST = 400


def consequences_of(paragraphs: Sequence[Passage]) -> tuple[Consequence, ...]:
    """Return the sentences that threaten or promise, in order, each with all that it threatens or promises."""
    found: list[Consequence] = []
    for paragraph in paragraphs:
        for sentence in told_sentences(paragraph):
            bare = take_tags(sentence)[0].strip(" 。；，")
            kinds = _kinds(bare.text) if 6 <= len(bare) <= _LONGEST else ()
            if kinds:
                found.append(Consequence(kinds, bare.text, bare.span))
    return tuple(found)


def _kinds(text: str) -> tuple[str, ...]:
    kinds = [kind for kind, words in _STRONG_FORMS if words.search(text)]
    if kinds or _BESIDE.search(text):
        kinds.extend(kind for kind, words in _WEAK_FORMS if words.search(text))
    return tuple(kinds)
