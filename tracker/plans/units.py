"""What is a unit, and where one ends and the next begins.

A unit is told by its last characters (局, 派出所, 村委会 …) or by 各/有关 before a noun for units. There is no
list of places: the names of townships and villages cannot be known beforehand.
"""

from __future__ import annotations

import re
from functools import lru_cache

from tracker.plans.doing import CALLED_SO, OFFICE_AHEAD, VERB
from tracker.plans.passages import Passage

MAX_UNIT = 36
_LONGEST_LIST = 400
_SHORT_NAME = 5
_DEED = re.compile(r"^(?!重点|主要|具体|专人|先|联合|监督|监管|审批|执法|宣传|教育|值班)..")
_SUFFIXES = (
    "系部|院系|学部|大队部|保障部|服务部|信息部|综合部|法务部|党群部|宣教部|局|委|办|厅|署|社|所|站|队|组|处|科|室|股|院|校|村|镇|乡|县|市|区|州|省|旗|街道|社区|单位|部门|机关|机构|政府|党委|党组|党工委|党支部|支部|党总支|管委会|委员会|村委会|"
    "居委会|村民委员会|居民委员会|办事处|宣传部|组织部|统战部|武装部|人武部|工作部|社会工作部|政治部|教务部|学工部|后勤部|保卫部|安全部|业务部|审计部|合规部|科技部|金融部|人力资源部|监察部|稽核部|零售部|公司部|市场部|客户部|工程部|管理部|运营部|信贷部|营业部|营管部|营业管理部|护理部|医务部|总务部|财务部|管理部|"
    "中心|公司|集团|企业|服务点|教学点|银行|支行|分行|总行|信用社|联社|农商行|网点|营业厅|博物馆|图书馆|文化馆|纪念馆|档案馆|体育馆|展览馆|博物院|水厂|电厂|处理厂|商场|超市|菜市场|农贸市场|集贸市场|门店|工地|煤矿|矿山|大队|支队|中队|总队|派出所|警务室|学校|学院|大学|中学|小学|幼儿园|园所|医院|卫生院|卫生室|法院|检察院|法庭|团委|"
    "妇联|工会|总工会|残联|工商联|科协|文联|侨联|关工委|红十字会|协会|商会|学会|联合会|业委会|理事会|监事会|专班|指挥部|联席会议|运营商|服务所|工作站|服务站|物业|报社|电视台|广播站|电台|"
    "融媒体|网格|家委会|学生会|居民小组|村民小组|经联社|合作社|园区|开发区|林场|农场|养殖场|屠宰场|规模场|养猪场|养鸡场|填埋场|砂石场|驾校|养老院|敬老院|班子|成员单位|责任单位|牵头单位|纪委|监委|纪检组|纪工委|政法委|编办|国资委|发改委|卫健委|"
    "镇街|镇办|村（社区）|工务段|电务段|供电所|基站|班级|年级|年级组|教研组|级部|处室|科室|股室|车间|班组|项目部|经营户|宾馆|酒店|旅馆|药店|诊所|网吧|商户"
)
#: people in an office's service who are named as those responsible
_OFFICES = (
    "会计|出纳|民兵排长|“两委”干部|家庭医生|签约医生|帮扶责任人|包保责任人|包联责任人|帮扶干部|年级主任|车间主任|教研组长|备课组长|小组长|支书|村支书|村居干部|村居两委|生活老师|宿管老师|值周老师|校车司机|客户经理|大堂经理|运营主管|理财经理|项目经理|包案领导|挂钩领导|带班领导|包抓领导|值守领导|法律顾问|法治副校长|看护员|巡山员|养护员|饲养员|村主任|村会计|文书|两委成员|农机手|收割机手|网格长|班主任|社区工作者|楼长|单元长|网格员|社区干部|镇干部|街道干部|镇村干部|机关干部|乡镇干部|网格长|联络员|包片领导|包村领导|包村干部|驻村干部|驻村工作队|驻村第一书记|村干部|村两委|两委干部|包保干部|辅导员|河长|林长|塘长|护林员|科任教师|任课教师|值周教师|年级组长|"
    "安全员|楼栋长|治保主任|调解主任|民兵连长|村医|督学|村民组长|村民小组长|劝导员|社区民警|责任区民警|护校队|志愿者|志愿服务队|平安志愿者|任课老师|值班教师|宣传员|信息员|巡查员|巡护员|村支书|村党支部书记|驻片领导|挂村领导|挂点领导|包联干部|领导小组|"
    "学校领导|值班领导|办公室|工作人员|干部职工|党员干部|教师|全体职工|后勤主任|教务主任|政教主任|总务主任|德育主任|保健医生|校医|门卫|保安|保安员|宿管员|炊事员|园长|校长|委员|专干|班子成员|检查人员|执法人员|督查人员|督导人员|医务人员|窗口人员|居民小组长|总值班|值班员|值班长|值班人员|带班领导|护士长|科主任|病区护士长|责任护士|管理员|水管员|食堂管理员"
)
_NOT_UNITS = (
    "部署|带队|排队|组队|列队|归队|入队|机会|班会|大会|例会|社会|学会了|全会|晚会|(?<!安)全部|内部|外部|局部|干部|场所|厕所|住所|辖区|城区|地区域|片区|山区|景区|小区|库区|教室|寝室|宿舍|学科|本科|举办|承办|主办|开办|协办|"
    "代办|查办|督办|包办|布局|结局|格局|僵局|大局|全局|队伍|车队|机组|重组|小组长|副组长|车站|网站|住院|出院|处处|好处|之处|身处|各处|专项行动|城乡|家乡|返乡|集镇|超市|门市|股市|上市|"
    "防区|盲区|校区|误区|禁区|水域|领域|全区|全市|全县|全镇|全省|全乡|全街道|全村|全校|我县|我市|我镇|我乡|我区|我省|本县|本市|本镇|本区|本村|本校|人事处|一处|到处|何处|惩处|查处|"
    "论处|深处|高处|低处|用处|法治社|全社|防范区|重点区|隐患处|落脚点|归口管理|安全教育|法治教育|警示教育|主题教育|宣传教育|广泛宣传|集中宣传|大力宣传|加强宣传|开展宣传|舆论宣传|流动|联动|"
    "活动|行动|主动|变动|推动|劳动|发动|拉动|执法机关"
)
_NEVER_FIRST = re.compile(
    r"迎(?![宾春新祥])|进(?![出修])|入(?!驻)|严肃|每(?![家个所])|逐|至少|约谈|问责|追究|督促|提请|报请|提醒|告知|邀请|协调|联系|请|鼓励|帮助|引导|发动|动员|依托|会同|下发|健全|安排|成立|组建|组成(?!部)|设立|压实|明确|确定|选派|配备|配齐|联合(?=[县市区镇乡各]|[\u4e00-\u9fff]{1,8}(?:局|站|所|院|办|部门|社区)(?:、|$))|前报|并|再次|均|也|其(?![他它余])|此|该|报(?!社)|从|把|被(?![检查抽督])|按|凭|将|要|须|让|使|据|除|跟|与|在|到|向(?!阳)|对(?!外|口)|应(?!急|城)|不|是|以"
)
#: departments by their line of work; so short a word is a unit only in a list of them
_SHORT = re.compile(
    r"[县市区镇乡]?(?:消防|交警|公安|宣传|财政|民政|司法|教育|人行|人社|网信|市监|城管|水务|应急|文旅|移动|联通|电信|邮政|铁塔|卫健|卫生健康|卫生|市场监管|住建|交通|交通运输|农业|农业农村|工信|商务|审计|税务|金融|银行|通信|政法|法院|检察院|共青团|工商|质监|安监|环保|生态环境|国土|自然资源|水利|林业|气象|电力|供电|建设|信访|统战|纪检|监察|文化|体育|旅游|广电|科技|食药监|药监|海关|烟草|综治|司法行政|退役军人|医保|教体|应急管理|公安交警|网信)"
)
_PERSONS = {"民警", "辅警", "党员", "干部", "教师", "职工"}
_BY_ROLE = {"牵头单位", "配合单位", "责任单位", "成员单位", "牵头部门", "配合部门", "责任部门", "牵头科室", "责任科室"}
_NOT_UNIT = re.compile(rf"(?:{_NOT_UNITS})$")
# 人事处 is a real office; it stands above only to keep 处 from ending other words.
_REAL = re.compile(
    r"(?:人事处|教务处|政教处|德育处|总务处|学生处|保卫处|安全处|管理处|办事处|监督处|法制处|督查办|核查办|稽查办)$|"
    rf"(?:{_OFFICES})$"
)
# 实验员, 照管员, 柜员: whoever is called after a work; no 人员, 成员, 党员.
_BY_WORK = "[^派人成党动全学会演职委伤超满定减议裁官队雇店球]员"
# 安环部, 生产部, 门诊部; no 全部, 干部, 东部.
_PART = "[^全内外局干东西南北中底顶头腹胸背腰根面颈眼尾上下前后基一各分本大]部"
_TAIL = (
    rf"(?:{_BY_WORK}|{_PART}|{'|'.join(sorted({*_SUFFIXES.split('|'), *_OFFICES.split('|')}, key=len, reverse=True))})"
)
_BRACKETED = r"(?:（[^（）]{1,24}）)"
_COLLECTIVE = re.compile(
    r"^(?:全[县市区镇乡校院街]?|辖区|驻[^各，]{0,4}|[县市区镇乡村]直|[县市区镇乡](?:属|级)?|我[县市区镇乡校局院]|其他|其它|涉及的?|相关|有关|所有|全体)?(?:内)?的?"
    r"(?:各|有关|相关|所有|全体|其他|其它|各个|各类|各级|两个|三大|四大)(?:有关|相关|成员|责任|牵头|党|直|行业|主管|基层|职能|级|类|个|驻[县市区镇乡]|[县市区镇乡](?:直|属|区|级)?)*"
    rf"[^，。；：、]{{0,14}}?(?:{_TAIL}|行业|地|级|线口|站所|县区|镇街|乡镇|村组|村居|学校|家|班|街镇|镇村|园区|主体|方面|业主|商户|项目|小区|工地|责任人|党组织|党员干部|场所|支部|[^成人党社动全队学会演职]员){_BRACKETED}?$"
)
_ALONE = re.compile(rf"^[\u4e00-\u9fffA-Za-z0-9×xX*_·“”□\-]{{0,26}}?{_TAIL}{_BRACKETED}?$")
_WITH_BRACKET = re.compile(
    rf"^[\u4e00-\u9fff]{{0,20}}{_BRACKETED}[\u4e00-\u9fff]{{0,14}}(?:{_TAIL})$|^各[\u4e00-\u9fff]{{1,6}}{_BRACKETED}[\u4e00-\u9fff]{{0,14}}$"
)
_VERB_INSIDE = re.compile(
    r"期间|须(?!知)|[前后]对|(?<!所)在(?![线建])|约谈|问责(?![组办科室])|纳入|加强|开展|落实|做好|完善|建立|推进(?![组办专])|强化|组织(?!部|委|$)|配合(?!单位|部门|科室)|负责(?!单位|部门|科室)|牵头(?!单位|部门|科室)|要求|督促|指导(?!组|小组|中心|办)|按照|根据|通过|确保|利用|结合|对于|以及|"
    r"进行|实行|实施|提高|全面|依法|严格|认真|积极|切实|及时|不得|严禁|是否|的时候|发现|充分|发挥|围绕|深入|坚持|向(?![阳东西南北])|把|将|使(?!用)|让|被(?![检查抽督])|并|由|为了|的|取消|撤销|走访|排查(?!组|管控组)|张贴|推送|建成|召开|发放|抽调|面向|印制|悬挂|播放|(?<=[\u4e00-\u9fff])每|到|(?<=年级)至|\d+[月日]|(?<![举情预警申])报(?!社|告|道[组办]|送[组办])|交(?!通|警|管|运|投|行|易|流)"
)
_CONJUNCTION = re.compile(r"(?<=[\u4e00-\u9fff）])(?:以及|和|与|及|暨)(?=[\u4e00-\u9fff])")
_TRAIL = re.compile(
    r"(?:(?<!同)等)(?:相关|有关|各|成员|责任|职能|若干|多个|[二三四五六七八九十\d]+个)*(?:单位|部门|科室|地|处室|行业|主体|方面)*$|等$"
)
_HEAD = re.compile(r"^(?:由|请|是|为|并由|同时|其中|主要由|具体由|分别由|并)(?=[\u4e00-\u9fff])")
_PERSON_OF = re.compile(
    r"(?:的)?(?:党政)?(?:主要|分管|相关|有关|具体)?(?:“?一把手”?|□{3,5}|法定代表人|负责人|负责同志|领导|责任人|领导干部|(?:法治|分管|常务|主管)?副?(?:书记|主任|校长)|书记|主任|(?:社区|责任区|包片|驻村|辖区)?民警|辅警|行长|院长|园长|队长|科长|局长|校长|所长|站长|镇长|主席|会长|员工|干部职工)(?:（[^（）]{1,6}长）)?$"
)


# 「各企业、用气场所」: the set before it says that those who run the places are meant.
_PLACE = re.compile(r"[\u4e00-\u9fff]{1,8}场所")
# 「乡镇（街道）责任」: a heading that says whose duties follow. 「部门职责」 names nobody.
_OWNED = re.compile(r"^(?P<owners>.{2,40}?)(?:的)?(?:主体|监管|属地|行业|工作|主要|具体)?(?:责任|职责)$")
# 「各乡镇交管站应当：」 over the list of what they have to do.
_MODAL = re.compile(r"(?:应当|必须|应|须|要)(?:做到|做好|履行)?$")
_OWNER = re.compile(r"(?:产权人|所有权人|经营者|使用人|管理人|承租人|监护人|业主|家长|经营户)$")
_HOLDER = re.compile(r"[\u4e00-\u9fff]{0,8}(?:产权人|所有权人|经营者|使用人|承租人|业主|经营户)")
# 「县禁毒委各成员单位」: whoever sits in that body; a body is not one of its members.
_OWN_MEMBERS = re.compile(r"(?:委|委员会|领导小组|指挥部|联席会议|专班)各成员单位$")
# 「安全办（负责人：副校长）」: the office that has the duties, and who heads it.
_HEADED_BY = re.compile(r"（(?:负责人|责任人|组长|牵头人|联系人|分管领导)：?[^（）]{1,20}）$")
# 「住院部各病区」, 「街道各社区」: whose they are stands before them.
_PARENT = re.compile(r"^[^各].*(?:部|科|局|街道|公司|学校|医院|支行|分行|镇|乡)$")
_ONE_OFFICE = re.compile(r"(?![县市区镇乡])[\u4e00-\u9fff]{2,6}(?:局|委|厅|委员会)")
_GENERAL = re.compile(r"^(?:[县市区镇乡]级|各?(?:相关|有关|成员)?)(?:部门|单位|机构|科室)$|领导机构|组织机构")


@lru_cache(maxsize=8192)
def is_unit(name: str) -> bool:
    """Whether `name`, whole, names a unit, a set of units, or an office that is held responsible."""
    if name in _BY_ROLE or name == "村（社区）干部":
        return True
    if _SHORT.fullmatch(name) or _HOLDER.fullmatch(name):
        return True
    if _NEVER_FIRST.match(name):
        return False
    if not 1 < len(name) <= MAX_UNIT or _VERB_INSIDE.search(_without_brackets(name)):
        return False
    if re.search(r"[，。；：！？《》%]", _without_brackets(name)):
        return False
    begins = VERB.match(name) if len(name) > _SHORT_NAME else None
    if begins and _DEED.search(begins.group()) and not (OFFICE_AHEAD.match(name) or CALLED_SO.match(name)):
        return False  # 「曝光一批隐患单位」 is something to do with units.
    if _COLLECTIVE.match(name) or _WITH_BRACKET.match(name):
        return True
    if _NOT_UNIT.search(_without_brackets(name)) and not _REAL.search(name):
        return False
    return bool(_ALONE.match(name))


def _without_brackets(name: str) -> str:
    return re.sub(r"（[^（）]*）", "", name)


def split_units(value: str) -> list[str]:
    """Return the units of a list, as printed: 「各镇（街道）、派出所和综治办」 → three names.

    Brackets belong to the name before them; 和/与/及 part two names only if both sides are units.
    """
    names: list[str] = []
    for piece in _at_separators(value):
        for name in _at_conjunctions(piece):
            cleaned = clean_unit(name)
            if cleaned and cleaned not in names:
                names.append(cleaned)
    return names


def clean_unit(name: str) -> str:
    """Return a unit's name without 「由」 before it, 「等单位」 after it, and stray punctuation."""
    name = name.strip(" 。，；：、.·\t|/")
    name = _HEAD.sub("", name)
    shorter = _TRAIL.sub("", name)
    return shorter.strip(" 、，") if len(shorter) > 1 else ("" if name.startswith("等") else name)


def of_person(name: str) -> str:
    """Return the unit of 「各村主要负责人」: 各村. A name without a person comes back unchanged."""
    if _REAL.fullmatch(name) or name.endswith(("班主任", "治保主任", "调解主任", "年级主任", "车间主任")):
        return name
    shorter = _PERSON_OF.sub("", name)
    return shorter if len(shorter) > 1 and is_unit(shorter) else name


def _at_separators(value: str) -> list[str]:
    pieces, depth, start = [], 0, 0
    for place, character in enumerate(value):
        if character in "（《":
            depth += 1
        elif character in "）》":
            depth = max(0, depth - 1)
        elif depth == 0 and character in "、，,；;/|\n 。":
            pieces.append(value[start:place])
            start = place + 1
    pieces.append(value[start:])
    return [piece for piece in pieces if piece.strip()]


def _at_conjunctions(piece: str) -> list[str]:
    if len(piece) > _LONGEST_LIST:
        return [piece]
    for found in _CONJUNCTION.finditer(piece):
        left, right = piece[: found.start()], piece[found.end() :]
        right = clean_unit(right)
        if _SHORT.fullmatch(left) and _ONE_OFFICE.fullmatch(right):
            continue  # 县文化和旅游局 is one office.
        if is_unit(clean_unit(left)) and (is_unit(right) or right.startswith("各")):
            return [left, *_at_conjunctions(right)]
    return [piece]


def _each_of(name: str) -> list[str]:
    """「各乡镇各部门」 is two sets without a comma; 「各级各部门」 is one, and so are a body's own members."""
    second = name.find("各", 2)
    if _OWN_MEMBERS.search(name):
        return [name]
    if (
        second > 0
        and not name.startswith("各级")
        and not _PARENT.search(name[:second])
        and is_unit(name[:second])
        and is_unit(name[second:])
    ):
        return [name[:second], *_each_of(name[second:])]
    return [name]


def all_units(value: str) -> list[str] | None:
    """Return the units of a list if each of its parts is one; None otherwise."""
    names = [each for name in split_units(value) for each in _each_of(of_person(name))]
    names = [name for name in names if name not in _PERSONS] if len(names) > 1 else names
    if len(names) > 1 and names[0].startswith("各") and all(is_unit(name) or _PLACE.fullmatch(name) for name in names):
        return list(dict.fromkeys(names))
    if (
        not names
        or not all(is_unit(name) for name in names)
        or (len(names) == 1 and _SHORT.fullmatch(names[0]) and names[0][0] not in "县市区镇乡")
    ):
        return None
    return list(dict.fromkeys(names))


def unit_heading(title: Passage) -> list[str] | None:
    """Return the units if a heading is nothing but units (「县公安局、县教育局」, 「各镇（街道）职责」), else None."""
    if len(title) > 60:
        return None
    named = _HEADED_BY.sub("", _MODAL.sub("", title.text.strip("：。 ")))
    units = all_units(named)
    if units is not None or not (owned := _OWNED.match(named)):
        return units
    owners = split_units(owned["owners"])
    if all(is_unit(name) or _OWNER.search(name) for name in owners) and not _GENERAL.match(owned["owners"]):
        return owners
    return None
