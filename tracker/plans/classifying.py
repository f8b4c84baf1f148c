"""Plan, summary, lesson or something else, and why. A plan orders what is to be done; a summary tells what was."""

from __future__ import annotations

import re

from tracker.plans.ordinals import ordinal_at
from tracker.plans.shapes import Document

_TITLES: tuple[tuple[Document, str], ...] = (
    ("lesson", r"教案|教学设计|主题班会|班会(?:设计|方案|课|教案|记录|活动|稿)?(?:方案)?$|班会|课件|说课|微课|教学"),
    (
        "other",
        r"纪要$|会议记录|主持词|倡议书|一封信|公开信|告.{0,8}书|承诺书|责任书|讲话|发言|致辞|演讲|宣传(?:单|册|资料|标语|语|稿)|标语|知识(?:手册|竞赛题)?$|心得|新闻|通告|公告|邀请函|主持词|温馨提示|(?<!工作)提示$|提醒(?:函|书)?$|(?:风险|预警|安全)提示(?:函)?$|^致.{2,30}的(?:函|信)$|(?:思考|探析|探索|研究|启示|感悟)$|^浅[谈析议]|问答(?:手册)?$|(?:公示|启事|声明)$|讲稿|党课|宣讲(?:稿|材料)|(?:宣传|宣讲|讲话|发言)提纲|百问|解读$|释义$|应急预案|指南|手册",
    ),
    (
        "summary",
        r"总结|小结|汇报|工作报告|情况(?:的)?报告|简报|工作情况|开展情况|纪实|成效|自查报告|述职|(?<!请示)报告(?:（[^）]*）)?$|信息$|工作汇报|通报$",
    ),
    (
        "plan",
        r"方案|计划|实施意见|意见|(?<!讲话)(?<!发言)要点|安排|措施|任务分解|责任清单|任务清单|通知|细则|办法|部署|工作清单|工作提示(?:函|单)?$",
    ),
)
_COMPILED = tuple((document, re.compile(words)) for document, words in _TITLES)
_LESSON = re.compile(
    r"同学们|教学目标|教学过程|教学重点|教学准备|班会目的|班会目标|班会过程|老师[：:]|主持人[：:]|学生(?:讨论|回答|交流|观看|自由|代表发言)|播放课件|师[：:]|生[：:]|课件|多媒体|导入|板书|活动过程|班主任(?:总结|小结)|小组讨论|甲[：:]|乙[：:]|设计意图"
)
_LETTER = re.compile(
    r"亲爱的|尊敬的|朋友们|居民朋友|广大(?:居民|群众|市民|家长)朋友|请您|您的|您要|倡议如下|如下倡议|我们倡议|家长朋友|您好"
)
_SPEECH = re.compile(
    r"会议(?:指出|强调|要求|认为)|同志们|我(?:再)?讲[几三两四五]点|下面，?我|谢谢大家|各位(?:领导|老师|同志|来宾)"
)
_DONE = re.compile(
    r"截至目前|截止目前|共(?:开展|发放|排查|召开|组织|悬挂|张贴|出动|签订|接到|破获|立案|抓获|整改)|累计|取得(?:了)?(?:明显|显著|良好|一定|阶段性|较好|初步)?(?:的)?(?:成效|效果|成绩)|余(?:份|人次|条|人|场|户|次|张)|"
    r"(?:开展|召开|成立|制定|组织|发放|悬挂|建立|落实|完成|印发|张贴|举办|排查|整改|签订|加强|提高|利用|邀请|下发|明确|营造|增强)了|现将.{0,30}(?:总结|汇报|报告)如下|总结如下|汇报如下|同比(?:下降|上升)|存在(?:的)?(?:问题|不足)|下一步(?:工作)?(?:打算|计划|安排)|先后|已(?:完成|开展|建立|成立|整改)"
)
# 「现述职如下」, 「一年来」: what comes is told, and its last part, of what is to come, orders nobody.
_REPORT_TITLE = re.compile(r"(?:总结|小结|汇报(?:材料)?|述职(?:述廉)?(?:报告)?|[^示]报告)(?:（[^）]*）)?$")
# 「5月20日下午，我县召开……会。」
_NEWS = re.compile(
    r"(?:^|\n)(?:20\d\d年)?\d{1,2}月\d{1,2}日(?:上午|下午|晚上?)?，[^。\n]{2,60}(?:召开|举行|举办|赴|深入|来到)"
)
_HELD = re.compile(r"会议(?:要求|强调|指出|认为)|出席|(?:参加|列席)(?:会议|活动|调研)|主持会议|陪同")
_TELLS = re.compile(
    r"现(?:将)?[^。]{0,60}?(?:总结|汇报|报告|述职|小结)如下|(?:一年|半年|今年以|近年|去年以)来|履职情况|工作(?:完成|开展)情况|取得(?:了)?[^，。]{0,8}成效"
)
_ORDERS = re.compile(
    r"(?<![需只重主])要(?![求闻素点件])|必须|应当|负责(?!人|同志)|责任单位|牵头|配合单位|成员单位|(?:日|月|底|末)前|不得|严禁|务必|各(?:村|单位|部门|乡镇|社区|街道|镇|学校|成员|科室|班|有关|相关|级)[^，。；]{0,12}(?:要|应|须|负责)|特制定|制定本方案|制定如下|工作要求|组织领导|指导思想|实施步骤|时间安排|任务分工|职责分工"
)


# 「××管理办法」 in articles, with 总则 and 附则: rules that hold until they are changed.
_STANDING = re.compile(r"(?:办法|规定|制度|守则|规程|准则|章程|条例|规则|规范)(?:（[^（）]{1,8}）)?(?:》?的?通知)?$")
# 「上半年总结及下半年计划」 reports first; what its end intends orders nobody yet.
_TOLD_AND_PLANNED = re.compile(
    r"(?:总结|小结|汇报|回顾)[^，。]{0,3}(?:及|和|与|暨)[^，。]{0,16}(?:计划|打算|安排|思路|要点)$"
)
_LONGEST_QUESTION = 40
_MEETING = re.compile(r"召开.{2,40}会议?的?通知$")
_HOUSE_RULES = re.compile(r"(?:制度|守则|规程|须知|公约|章程|岗位职责)(?:（[^（）]{1,8}）)?$")
_ARTICLE = re.compile(r"第[一二三四五六七八九十百\d]{1,3}条")
_MOST_ARTICLES = 3


def classify(title: str, paragraphs: list[str], measures: int) -> tuple[Document, tuple[str, ...]]:
    """Return what the document is and the reasons, each a sentence for the person who confirms."""
    body = "\n".join(paragraphs)[:200_000]
    size = max(1.0, len(body) / 1000)
    per = {
        "lesson": len(_LESSON.findall(body)) / size, "letter": len(_LETTER.findall(body)) / size,
        "speech": len(_SPEECH.findall(body)) / size, "done": len(_DONE.findall(body)) / size,
        "orders": len(_ORDERS.findall(body)) / size,
    }  # fmt: skip
    named = _by_title(title)
    if _HOUSE_RULES.search(title):
        return "other", (f"标题「{title[:40]}」写明是制度，长期适用，不是方案。",)
    headed = [text for text in paragraphs if len(text) <= _LONGEST_QUESTION and ordinal_at(text) is not None]
    if sum(1 for text in headed if text.endswith(("？", "?"))) * 2 > max(len(headed), 2):
        return "other", ("小标题都是问句，是解答和宣传材料，不是方案。",)
    if _MEETING.search(title):
        return "other", (f"标题「{title[:40]}」是会议通知，请人来开会，不是方案。",)
    if _STANDING.search(title) and sum(1 for text in paragraphs if _ARTICLE.match(text)) >= _MOST_ARTICLES:
        return "other", (f"标题「{title[:40]}」和逐条的写法说明是制度，长期适用，不是方案。",)
    items = _of_items(paragraphs) if named == "plan" else None
    if items:  # A plan may open with what was reached last year; what its items say counts.
        per |= items
    document, reasons = _weigh(named, title, per, body)
    if document == "plan" and measures == 0:
        return "other", (*reasons, "没有找到任何要单位去做的事，所以不按方案处理。")
    return document, reasons


def _by_title(title: str) -> Document | None:
    """The last word of a title says what the paper is: 「××方案的总结」 is a summary."""
    if _TOLD_AND_PLANNED.search(title):
        return "summary"
    bare = re.sub(r"^关于(?:印发|下发|转发|做好|报送)?", "", re.sub(r"的?通知$", "", title)) or title
    found = [(match.end(), document) for document, words in _COMPILED for match in words.finditer(bare)]
    if not found:
        return "plan" if title.endswith("通知") else None
    special = [each for each in found if each[1] != "plan"]
    last = max(found)
    if special and any(document == "lesson" for _, document in special):
        return "lesson"
    return last[1]


def _weigh(named: Document | None, title: str, per: dict[str, float], body: str) -> tuple[Document, tuple[str, ...]]:
    quoted = f"标题「{title[:40]}」"
    if (named == "lesson" and per["lesson"] >= 0.4) or (per["lesson"] >= 3 and per["orders"] < 4 * per["lesson"]):
        return "lesson", ((quoted + "是班会或教案。") if named == "lesson" else "文中多是师生活动的用语。",)
    if named == "lesson":
        return (
            ("plan", ("标题提到班会，但正文是任务安排。",))
            if per["orders"] >= 3
            else ("lesson", (quoted + "是班会或教案。",))
        )
    if named == "other" and not (per["orders"] > 6 and "责任单位：" in body):
        return "other", (quoted + "是倡议、讲话或宣传材料，不是方案。",)
    if named == "summary" and re.search(r"简报|快报|专报|动态", title):
        return "summary", (quoted + "是简报一类，转述会议和情况，自己不布置任务。",)
    if named == "summary" and (_REPORT_TITLE.search(title) or _TELLS.search(body[:600])):
        return "summary", (quoted + "是总结或报告，开头就说要讲已经做了什么。",)
    if named == "summary":
        if per["orders"] > 3 * per["done"] and per["orders"] >= 4:
            return "plan", (quoted + "像总结，但正文在部署任务。",)
        return "summary", (quoted + "是总结或报告，正文说的是已经做了什么。",)
    if named is None and _NEWS.search(body[:300]) and _HELD.search(body):
        return "other", ("文中是会议或活动的报道，自己不布置任务。",)
    if named is None:
        return _by_body(per)
    if per["done"] >= 3 and per["done"] > 1.5 * per["orders"]:
        return "summary", ("标题像方案，但正文说的多是已经做完的事。",)
    return "plan", (quoted + "写明是方案或计划。",)


def _of_items(paragraphs: list[str]) -> dict[str, float] | None:
    """Return how much the text from its first numbered paragraph on tells and orders; None without numbers."""
    first = next((index for index, text in enumerate(paragraphs) if ordinal_at(text) is not None), None)
    if not first:
        return None
    body = "\n".join(paragraphs[first:])[:200_000]
    size = max(1.0, len(body) / 1000)
    return {"done": len(_DONE.findall(body)) / size, "orders": len(_ORDERS.findall(body)) / size}


def _by_body(per: dict[str, float]) -> tuple[Document, tuple[str, ...]]:
    if per["letter"] >= 1.5 and per["letter"] * 2 > per["orders"]:
        return "other", ("文中直接对群众说话，是公开信或倡议。",)
    if per["speech"] >= 1 and per["speech"] * 3 > per["orders"]:
        return "other", ("文中是讲话的口气。",)
    if per["done"] >= 1.2 and per["done"] * 1.2 > per["orders"]:
        return "summary", ("没有标明是方案，正文说的多是已经做完的事。",)
    if per["orders"] >= 1.5:
        return "plan", ("没有标明是方案，但正文在布置任务、规定责任和时限。",)
    return "other", ("标题和正文都没有布置任务的写法。",)
