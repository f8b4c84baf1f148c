"""What a heading announces: duties, goals, the leading group, phases … It decides what below it can be a measure."""

from __future__ import annotations

import re
from enum import Enum


class Role(Enum):
    """The part that a section plays.

    TASKS: every item is a duty. DEMANDS: requirements, duties unless mere exhortation. PHASES: stages with
    dates. GROUP: the leading group and its members. TARGETS: what is looked at, not what is done. CONSEQUENCES:
    what follows good or bad work; a duty only where it says who acts. SILENT:
    thoughts, goals, background. ATTACHED: forms and lists behind the plan.
    """

    TASKS = "tasks"
    DEMANDS = "demands"
    PHASES = "phases"
    GROUP = "group"
    TARGETS = "targets"
    CONSEQUENCES = "consequences"
    SILENT = "silent"
    ATTACHED = "attached"


_BY_WORDS: tuple[tuple[Role, str], ...] = (
    (Role.ATTACHED, r"^附[件表：:]"),
    (Role.DEMANDS, r"^(?:有关|相关|几点|行动|整改|创建|管理|报送|宣传|检查|教育|会议|具体|工作|活动|组织|纪律|其他|方案|整治|保障|落实|实施)?(?:工作|组织)?(?:要求|保障|保障措施|保障要求|保障机制|纪律)$|强化保障|保障措施|工作保障|组织实施|^组织领导和?.*保障"),
    (Role.PHASES, r"(?:方法|时间|阶段|实施|工作|进度|推进|行动|整治|活动|开展)?(?:步骤|阶段|进度)(?:安排|划分|任务|和时间安排|及时间安排|与安排|要求|及措施|和措施|及要求)?$|^时间(?:步骤|进度|阶段)|时间安排及|安排步骤|^(?:工作|时间|活动|总体|进度|日程|具体)安排$|时间步骤|实施计划|推进计划"),
    (Role.CONSEQUENCES, r"^(?:严格|严肃|强化|实行|落实|加强|严明|实施)?(?:责任|工作|监督)?(?:追究|追责|问责|奖惩|奖罚|倒查|考核(?!验收)|考评)(?:制度?|奖惩|问责|追责|追究|倒查|办法|措施|机制|评比|评价|兑现|责任|规定)*$|^奖(?:励|惩)(?:与|和|及)(?:处罚|惩罚|惩戒|问责|追责)$"),
    (Role.GROUP, r"^(?:成立)?(?:工作|活动|组织|领导|安全)?(?:组织|领导|指挥)(?:机构|体系|架构|小组|领导机构|机构及职责|机构和职责)|领导小组(?:及|成员|组成|名单|人员)?|组织领导机构|^机构设置|组织架构|^成立.{0,24}(?:领导小组|领导组|工作专班|指挥部)|^组织领导$|^加强组织领导$|^领导小组|工作专班$|人员组成"),
    (Role.SILENT, r"指导思想|^(?:工作|总体|行动|整治|活动|总的|主要|预期|阶段|年度|具体|创建|治理)?(?:工作)?目标(?:要求|和要求|与要求|及要求|和原则)?$|工作目标|总体目标|活动目标|总体思路|工作思路|(?:基本|工作|活动)?原则$|背景|重要意义|^意义|活动目的|^目的|目的意义|形势|现状|存在(?:的)?问题|"
                  r"^(?:活动|宣传|教育|班会)?主题$|^[^，。；]{0,5}(?:时间(?:要求)?|期限?|标准|条件|指标|指标体系)$|地点$|^参加(?:人员|对象|范围)|^[^，。；]{0,4}(?:对象|范围|区域|时段|路段|水域)(?:和.{0,4})?$|"
                  r"(?:时间|期限?|范围|区域|时段)(?:和|及|与|、)(?:时间|范围|区域|对象|时段)$|基本情况|工作成效|工作依据|编制依据|^依据|名词解释|术语|适用范围|联系人|联系方式|^口号|宣传标语|活动口号|法律责任|活动意义|宣传口号|参考标语|总体要求$|目标任务$|^[^，。；：]{0,6}目标$|^[^，。：]{0,8}案例(?:警示|分析|展示|介绍|解读)?$|诈骗手[段法]|防范(?:知识|常识|要点|提示)"),
    (Role.TARGETS, r"^(?:整治|排查|行动|清理|检查|监管)?(?:范围|对象)(?:与|和|及|、)(?:内容|重点|范围|对象)$"),
    (Role.TASKS, r"(?:重点|内容|范围|对象)(?:及|和|与|、)(?:责任|任务|职责|工作|具体)?(?:分工|措施|任务|职责)$"),
    (Role.TARGETS, r"^(?!(?:工作|行动|整改|监管)(?:的)?内容)(?:重点)?(?:整治|自查|抽查|核查|督查|排查|检查|打击|治理|宣传|防范|行动|摸排|清理|监管|教育|整改|工作)(?:的)?(?:重点|范围和重点|重点和范围|对象|重点对象|内容|重点内容|重点领域|重点问题|重点部位|范围及内容|范围和内容|内容和范围|重点及内容)(?:和.{0,6})?$|^重点(?:对象|人群|内容|领域|部位|区域|问题|水域|时段|场所|范围|群体|行业|单位)$|^宣传重点|整治重点|排查重点|打击重点"),
    (Role.TASKS, r"任务|措施|职责|分工|举措|内容|做法|项目|事项|工作重点|重点工作|活动(?:安排|形式|方式|流程|步骤|过程|开展)|工作方法|实施(?:办法|方法|方式|途径|内容)|制度|机制|主要工作|工作安排|安排部署|方法(?:步骤)?|方式|责任|工作分工|职能|要点|清单"),
)  # fmt: skip
_COMPILED = tuple((role, re.compile(words)) for role, words in _BY_WORDS)
_STAGE = re.compile(
    r"^(?:第[一二三四五六1-6](?:个)?阶段|[^，。；：]{2,16}?阶段)(?=$|[（(：:。，]|[一-龥]{0,14}$|\d|即|20|每)"
)
#: names that a heading may have without any numbering
KNOWN_HEADINGS = re.compile(
    r"^(?:指导思想|总体要求|总体目标|工作目标|目标任务|活动目标|活动目的|工作原则|基本原则|组织领导|组织机构|领导机构|领导小组|组织保障|保障措施|工作要求|活动要求|有关要求|相关要求|具体要求|"
    r"工作任务|主要任务|重点任务|工作内容|活动内容|主要内容|整治内容|整治重点|工作重点|重点工作|工作措施|主要措施|具体措施|工作步骤|实施步骤|方法步骤|时间安排|活动安排|工作安排|进度安排|"
    r"活动时间|活动主题|活动地点|活动形式|活动方式|活动过程|活动流程|参加人员|职责分工|任务分工|责任分工|工作职责|部门职责|工作分工|宣传内容|宣传重点|宣传形式|宣传方式|宣传对象|整治目标|"
    r"整治范围|排查范围|排查内容|排查重点|检查内容|检查重点|行动目标|行动时间|工作机制|工作制度|考核奖惩|督导检查|信息报送|工作背景|背景意义|指导原则|实施时间|整治时间|工作时间|主要目标|任务目标|"
    r"实施方法|实施办法|阶段安排|工作方法|活动背景|教学目标|教学过程|教学重点|教学难点|教学准备|班会目的|班会目标|班会过程|班会主题|设计意图|活动准备|活动总结|下一步工作打算|下一步打算|下步工作打算|存在问题|存在的问题|工作成效|主要做法)"
)


def role_of_heading(title: str) -> Role | None:
    """Return what the heading announces, or None if it says nothing about that."""
    bare = re.sub(r"（[^（）]*）", "", title).strip("。：，； ")
    if not bare or len(bare) > 40:
        return None
    if is_stage(bare):
        return Role.PHASES
    return next((role for role, words in _COMPILED if words.search(bare)), None)


def is_stage(title: str) -> bool:
    """Whether the heading is one stage of the plan (「动员部署阶段（5月中旬）」, 「第二阶段：…」)."""
    return _STAGE.match(title.strip()) is not None
