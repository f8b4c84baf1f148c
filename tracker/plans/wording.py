"""Whether words order something: the verbs of doing, the phrases that only introduce, exhort or describe."""

from __future__ import annotations

import re

from tracker.plans.sections import Role

_ACTS = re.compile(
    r"给予|解决|采集|采样|救助|救治|补助|处罚|记入|列入|抽查|抽检|复查|复核|准备|筹备|备好|悬挂|安排|预付|列支|扣发|扣除|扣减|取消|追偿|巡|负总责|负连带|负主要|执法|劝导|起草|拟定|编写|维修|更换|储备|备足|备齐|要|应|须|必须|负责|牵头|配合|不得|严禁|禁止|开展|组织|加强|强化|落实|完善|建立|健全|推进|推动|排查|摸排|摸底|宣传|宣讲|整治|整改|治理|清理|打击|查处|巡查|巡逻|检查|督导|督查|"
    r"报送|上报|报告|报备|召开|制定|签订|发放|张贴|悬挂|播放|培训|教育|登记|建档|走访|入户|劝阻|预警|管控|监管|监督|监测|核查|核验|曝光|通报|考核|追究|问责|约谈|成立|明确|设立|设置|"
    r"安装|推广|利用|发动|动员|邀请|举办|举行|进行|实行|实施|严格|规范|压实|提升|提高|做好|抓好|深化|深入|畅通|共享|研判|移送|移交|处置|冻结|止付|封堵|拦截|取缔|拆除|关停|普及|"
    r"编印|印发|印制|制作|推送|转发|更新|总结|评估|验收|评比|表彰|奖励|保障|统筹|协调|调度|部署|参加|参与|引导|督促|指导|帮扶|关爱|看护|值守|演练|救援|配备|配齐|公示|收集|汇总|梳理|"
    r"整理|归档|确定|选派|指定|纳入|对接|协助|执行|履行|坚持|发挥|优化|拓展|构建|打造|营造|防范|化解|消除|维护|保持|查找|查明|追查|分析|撰写|填写|填报|征集|开设|开辟|开通|布置|设计|"
    r"观看|学习|讲解|参观|创建|评选|选树|挖掘|倡导|缴纳|拨付|投入|购置|修缮|加固|清查|摸清|核实|甄别|劝返|惩戒|惩处|侦办|侦破|破获|斩断|铲除|遏制|严打|严查|严管|严惩|倒查|回头看|"
    r"升级|改造|搭建|压降|清退|限制|核减|回访|约束|授权|受理|办理|审核|审查|把关|备案|备查|提供|提交|反馈|公布|公开|发布|转办|交办|督办|跟踪|销号|联动|会商|召集"
)
_CONCRETE = re.compile(
    r"成立|制定|明确|建立|健全|确定|签订|召开|报送|上报|报告|反馈|督导|督查|督促|通报|考核|考评|检查|抽查|问责|追究|追责|约谈|纳入|经费|资金|保障|配备|培训|研究|部署|协调|配合|牵头|分工|亲自|"
    r"专人|联络员|方案|台账|整改|信息|宣传|报道|总结|责任|落实|严禁|不得|查处|移送|取缔|立案|协作|联动|沟通|密切|调度|排查|机制|制度|奖|惩|表彰|检验|细化|分解|指定|安排|组织|巡查|管理|严肃|处理|档案|资料|共享|合力|亮点|经验|倒查|扣发|扣除|取消|绩效|处分|处罚|曝光|播放|悬挂|张贴|发放|值班|值守|巡逻|演练|储备|准备|举办|入户|拨付|列支|投入"
)
_MEMBER_LINE = re.compile(
    r"^(?:[^，。；：]{0,8}领导小组：)?(?:组\s*长|副组长|常务副组长|第一组长|成\s*员|组员|主\s*任|副主任|总指挥|副总指挥|指挥长|副指挥长|召集人|副召集人|联系人|联系电话|电话|地点|活动地点|会议地点|主题|活动主题|活动时间|时间|"
    r"对象|活动对象|参加人员|参加对象|主持人?|记录人?|抄送|抄报|主送|标语|责任人|第一责任人|责任领导|办公室主任|顾问|总负责人?|附件?|年级|班级|日期|邮箱|传真|单位（盖章）|填报人|审核人|备注|整改目标|目标任务|问题表现|具体表现|存在问题)[：（]"
)
_PREAMBLE = re.compile(
    r"(?:特|现|经|并)?(?:研究)?(?:制定|制订|拟定|提出)(?:以下|如下|本|此|该)(?:[^，。]{0,14})?(?:方案|计划|意见|措施|办法|预案)?(?:如下)?(?:[。：，]|$)|现将.{0,60}(?:印发|通知|下发|转发)|请(?:认真|遵照|结合实际)?(?:遵照|贯彻|抓好|认真)?(?:贯彻)?(?:执行|落实)[。]?$|"
    r"^(?:根据|按照|为|为了|为进一步|为深入|为切实|为认真|近年来|今年以来|近期|当前|随着).{10,}(?:方案|如下|通知|计划)[：。]?$|特此通知|^(?:本次|此次)?[^，。；]{0,10}(?:整治|行动|活动|实施|工作|防火|禁烧|防汛|值守|宣传)(?:时间|期)(?:为|自|从|是)|自(?:印发|发布|公布|下发)[^，。]{0,6}起(?:施行|实施|执行)|负责解释"
)
_ESTABLISHING = re.compile(
    r"(?:下设|设在|兼任|任组长|为组长|任(?:副?总)?(?:指挥|召集人)|任(?:副)?指挥长|担任|任副组长|为副组长|为成员|任主任|组成人员|组成如下|名单如下|具体名单|成立[^，。]{0,24}领导小组(?!，明)|办公室主任|成员由|组长由)"
)
# 「由镇长任组长的专班」 only says what kind of group; 「推选老党员担任会长」 is something to do.
_DEFINES = re.compile(r"^[^，。；]{0,16}“[^”]{1,20}”均?(?:包?含|包括|是?指)")
_CALLED = re.compile(
    r"(?:[^，。；]{2,30}(?:为|是)[^，。；]{2,12}(?:阶段|期)[，；、])*[^，。；]{2,30}(?:为|是)[^，。；]{2,12}(?:阶段|期)(?:，[^，。；]{2,14}起(?:全面|正式)?(?:实施|执行|施行|推行))?"
)
_STAGE = re.compile(
    r"(?:(?:共|拟)?分[^，。；：]{1,8}(?:阶段|步)[^，。；：]{0,6}[：。，])?第[一二三四五1-5](?:个)?阶段[^，。；（）]{0,14}（[^（）]{2,30}）"
)
_BY_THE_WAY = re.compile(
    r"由[^，。；]{2,24}?(?:任|担任|为)(?:正?副?组长|总?指挥长?|主任|召集人)的|(?:推选|推荐|选举|选聘|聘请)[^，。；]{2,30}?担任"
)
_INTRODUCES = re.compile(
    r"(?:如下|以下|下列|包括|分别是|分别为|主要有|主要是|主要包括|具体(?:任务|要求|内容|安排|措施|分工|步骤|职责)?(?:是|为|如下)?|做到|做好|情形|内容|对象|重点(?:是|为|排查|整治|检查|打击|围绕|内容|关注)?|工作|方面|分为|要求)：$"
)
_OBJECTS_FOLLOW = re.compile(
    r"(?:包括|情形|对象|内容|范围|重点(?:是|为|排查|整治|检查|打击|围绕|内容|关注|宣传|摸排)?|主要(?:是|有|包括|排查|检查|整治|内容)|类型|分别为|分别是|下列|以下(?:几类|情形|人员|场所|问题|对象|部位)[^：]{0,10}|(?:人员|场所|问题|隐患|行为|部位))：$"
)
_RETURN = re.compile(
    r"将[^，。；]{2,30}?(?:报|交|送)(?!通|警|道|案|流|易|纳|付|告群|给群|由|办)|报送|(?<=[日前内])报(?![名道警废销考表])|上报|报告(?!会|制度)|报至|报到|填报|报备|报(?=[县区市镇乡街局校院]|领导小组|办公室|综治|政法|平安|专班|联席|专项|教育|公安|党政|党委|我|本|送)|反馈(?=至|到|给)|提交|汇总报|送交|送至|报综|报来|发送至|发至"
)
# The guiding thought of a plan, where its heading is lost.
_THOUGHT = re.compile(
    r"^(?:坚持以|以习近平|以[^，。]{2,40}为(?:指导|引领|统领|遵循)|全面贯彻|深入学习贯彻|坚持[^，。]{2,12}，坚持|认真贯彻)"
)
_MUST = re.compile(r"(?:各|村|单位|部门|局|办|所|校)[^，。；]{0,10}(?:要|应|须|负责)")
# What only asks for the right state of mind: it holds 责任 and 落实 without ordering anything.
_ZEAL = re.compile(
    r"[^，。；]{0,24}(?:是|为)[^，。；]{0,12}(?:第一|直接|主要)责任人|要?(?:从|站在)[^，。；]{2,20}高度|(?:是|为)?(?:第一|直接|主要)责任人|[^，。；]{0,16}负(?:总|主要|直接|督导|包保|领导|监管|具体)+责任?|(?:提高|统一|强化)思想认识|(?:切实|认真)?履行[^，。；]{0,12}(?:责任人|主体|属地|监管)(?:的)?(?:职责|责任)|责任感|使命感|紧迫感|责任意识|思想认识|提高认识|统一思想|高度重视|充分认识[^，。；]*|深刻认识[^，。；]*|牢固树立[^，。；]*|切实增强[^，。；]*|进一步增强[^，。；]*|提高政治站位|加强(?:组织)?领导|(?:层层)?压实[^，。；]{0,6}责任|(?:深刻|认真)?(?:汲取|吸取)[^，。；]{0,16}教训|(?:切实)?把思想[^，。；]{0,4}统一到[^，。；]*|要?(?:把|将)[^，。；]{2,30}?作为[^，。；]{0,16}?(?:任务|工作|大事|抓手|工程)|以[^，。；]{0,14}(?:精神状态|姿态|作风|热情|态度|干劲)[^，。；]*|精心组织|营造[^，。；]{0,14}氛围|思想统一|认识到位|[^，。；]{0,10}重要性|[^，。；]{0,12}重大意义"
)
# What is left of 「各部门要切实提高认识」 when the zeal is taken out.
_BARE_MODAL = re.compile(r"(?:要|应|须|必须|务必|切实|进一步|不断|真正|充分)+(?=[，。；、]|$)")


def without_zeal(text: str) -> str:
    """Return the words without those that only ask for the right state of mind or say who answers for it."""
    return _BARE_MODAL.sub("", _ZEAL.sub("", text))


def is_return(text: str) -> bool:
    """Whether the words ask for something to be sent in (报送)."""
    return _RETURN.search(text) is not None


def is_member_line(text: str) -> bool:
    """Whether a line names people, a place or a time, and orders nothing."""
    return _MEMBER_LINE.match(text) is not None


def is_establishing(text: str) -> bool:
    """Whether a sentence sets up the leading group (谁任组长, 办公室设在哪里)."""
    return _ESTABLISHING.search(_BY_THE_WAY.sub("", text)) is not None


def beyond_establishing(text: str) -> str:
    """Return the sentences of a text that do not set up a group: what the group has to do stands there."""
    return "".join(part for part in re.split(r"(?<=[。；])", text) if not is_establishing(part))


def names_stage(text: str) -> bool:
    """Whether words hold the name of a stage and its days, and nothing to be done in it."""
    return _STAGE.fullmatch(text.strip("。；， ")) is not None


def name_of_stage(text: str) -> str:
    """Return the name and days of the stage that a sentence begins with (「第二阶段全面推进（5月至8月），抓好…」), or ""."""
    named = _STAGE.match(text)
    return named.group() if named else ""


def is_preamble(text: str) -> bool:
    """Whether a paragraph only says why there is a plan, sends it out, or says what a time is called."""
    return (
        _CALLED.fullmatch(text.strip("。；， ")) is not None
        or _DEFINES.match(text) is not None
        or _PREAMBLE.search(text) is not None
    )


def introduces(text: str) -> bool:
    """Whether a paragraph only leads over to the items below it."""
    return text.rstrip().endswith("：")


def objects_follow(text: str) -> bool:
    """Whether what follows is a list of things to look at, not of things to do."""
    return _OBJECTS_FOLLOW.search(text.rstrip()) is not None


def acts(text: str) -> bool:
    """Whether the words hold a verb of doing or of having to."""
    return _ACTS.search(text) is not None


def orders_something(text: str, role: Role | None, *, spoken: bool = False) -> bool:
    """Whether a text of this section is a duty: under requirements it must order more than zeal.

    `spoken`: it says in so many words who has to do it.
    """
    bare = text.strip("。；，： ")
    if len(bare) < 4 or is_member_line(bare) or not acts(bare):
        return False
    if _THOUGHT.match(bare) and not _MUST.search(bare):
        return False
    if role is Role.DEMANDS:
        left = without_zeal(bare)
        if not spoken and all(len(clause) <= 4 for clause in re.split(r"[，。；、]", left)):
            return False  # 「广泛宣传，营造氛围」: phrases for a heading, with nothing behind it.
        told = spoken and any(len(clause) >= 6 and acts(clause) for clause in re.split(r"[，。；、]", left))
        return told or _CONCRETE.search(left) is not None
    return True
