"""Wrong files: every mistake is a sentence with file, path, reason and the nearest right word."""

import pytest

from tracker.definitions.catalog import content_of, load_catalog, workflow_from_content
from tracker.definitions.plain import content_hash
from tracker.domain.definition import DayUnit, FieldType, Within
from tracker.domain.errors import DefinitionInvalid
from tracker.domain.ladder import RungAct

SURVEY = """
key: survey
version: 1
title: 摸排
states:
  assigned: {title: 待签收, waits_for: unit, clock: {name: accept, within: 1 working day, ladder: gentle}}
  surveying: {title: 排查中, waits_for: unit}
  completed: {title: 已办结, final: true, done: true}
clocks:
  finish: {runs_in: [assigned, surveying], due: from_measure, pauses_for: [extension_pending], ladder: gentle}
transitions:
  - {name: accept, title: 签收, from: assigned, to: surveying, by: unit}
  - {name: report, title: 报送, from: surveying, to: completed, by: unit, form: survey_return}
forms:
  survey_return:
    - {name: should_check, title: 应排查数, type: count, as_of: date}
    - {name: checked, title: 已排查数, type: count, at_most: should_check}
    - {name: kind, title: 类别, type: choice, options: {z: 末, a: 首}}
    - {name: problems, title: 发现问题, type: rows, of: problem, required: false}
  problem:
    title: 问题
    fields:
      - {name: place, title: 地点, type: text, max_length: 100}
"""

GENTLE = """
key: gentle
version: 3
title: 签收
rungs:
  - {name: remind, title: 提醒, do: remind, to: liaison, after: -1, at: 10:10}
  - {name: urge, title: 催办, do: urge, to: [liaison, head], after: 1}
  - {name: supervise, title: 督导, raise: notice, to: [supervisor], after: 4, quality_failures: 2}
"""

NOTICE = """
key: notice
version: 1
title: 通知书
paper: true
states:
  gathering: {title: 汇集中, waits_for: supervisor}
  issued: {title: 待签收, waits_for: unit}
  closed: {title: 已办结, final: true}
transitions:
  - {name: seal, title: 提请, from: gathering, to: gathering, by: supervisor}
  - {name: send_back, title: 退回, from: gathering, to: gathering, by: supervisor}
  - {name: approve, title: 批准, from: gathering, to: gathering, by: leader, unless: same_person_as.edit}
  - {name: issue, title: 印发, from: gathering, to: issued, by: office}
  - {name: accept, title: 签收, from: issued, to: issued, by: unit}
  - {name: reply, title: 回复, from: issued, to: issued, by: unit}
  - {name: return_reply, title: 退回, from: issued, to: issued, by: supervisor}
  - {name: close, title: 办结, from: issued, to: closed, by: supervisor}
  - {name: discard, title: 弃用, from: gathering, to: closed, by: supervisor}
  - {name: void, title: 作废, from: issued, to: closed, by: leader}
"""


@pytest.fixture
def folder(tmp_path):
    """A small, right set of files that each test spoils in one place."""
    root = tmp_path / "workflows"
    (root / "ladders").mkdir(parents=True)
    (root / "survey.yaml").write_text(SURVEY, encoding="utf-8")
    (root / "notice.yaml").write_text(NOTICE, encoding="utf-8")
    (root / "ladders" / "gentle.yaml").write_text(GENTLE, encoding="utf-8")
    return root


def spoil(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def sentences(folder):
    with pytest.raises(DefinitionInvalid) as refused:
        load_catalog(folder)
    return list(refused.value.problems)


def test_files_become_definitions(folder):
    catalog = load_catalog(folder)
    survey = catalog.workflows["survey"]
    assert survey.initial == "assigned"
    assert survey.clocks["accept"].within == Within(1, DayUnit.WORKING_DAY)
    assert survey.clocks["accept"].restarts
    assert survey.clocks["finish"].within is None
    assert survey.clocks["finish"].title == "办结"
    should_check, _, kind, _ = survey.forms["survey_return"].fields
    assert should_check.asks_as_of
    assert list(kind.options) == ["z", "a"]
    assert survey.forms["survey_return"].title == "报送"
    assert survey.forms["problem"].fields[0].type is FieldType.TEXT
    assert catalog.workflows["notice"].transition("approve").unless_same_person_as == {"edit"}


def test_a_ladder_becomes_rungs(folder):
    remind, urge, supervise = load_catalog(folder).ladders["gentle"].rungs
    assert (remind.act, remind.to, remind.after, remind.at.isoformat()) == (
        RungAct.REMIND,
        ("liaison",),
        -1,
        "10:10:00",
    )
    assert (urge.at.isoformat(), urge.severity) == ("09:10:00", 2)
    assert (supervise.act, supervise.raises, supervise.quality_failures) == (RungAct.RAISE, "notice", 2)


SPOILT = [
    # what lies unopened
    ("ladders/gentle", "do: urge, to: [liaison, head], after: 1", "do: pass_on, to: [head], unopened: 4",
     "workflows/ladders/gentle.yaml: rungs.urge.unopened: “4”不对，请写成 4 hours（工作小时，工作日8:30至17:30计，1到200）。"),
    ("ladders/gentle", "after: 1}", "after: 1, unopened: 4 hours}",
     "do: pass_on（改请转办）和 unopened（送达后几小时无人拆阅）要写在一起。"),
    ("ladders/gentle", "after: 1}", "after: 1, papers_from: 3}", "papers_from（从几级文书起）只对 unopened 有意义。"),
    ("ladders/gentle", "do: urge, to: [liaison, head], after: 1", "do: pass_on, to: [head], unopened: 4 hours",
     "“urge”级看送达后无人拆阅（unopened），只能用在文书的拆阅计时（due: at_once）上。"),
    # choices from the plan
    ("survey", "options: {z: 末, a: 首}", "offers: duties",
     "forms.survey_return.kind.offers: 从方案措施里选（offers: duties）只能写在选填的单选（choice）上，不再写 options。"),
    # unknown keys and words
    ("survey", "title: 摸排", "titel: 摸排",
     "workflows/survey.yaml: titel: 键“titel”不存在。您是不是想写“title”？"),
    ("survey", "{title: 排查中, waits_for", "{title: 排查中, wait_for",
     "workflows/survey.yaml: states.surveying.wait_for: 键“wait_for”不存在。您是不是想写“waits_for”？"),
    ("survey", "title: 签收, from", "title: 签收, frm",
     "workflows/survey.yaml: transitions.accept.frm: 键“frm”不存在。您是不是想写“from”？"),
    ("survey", "type: count, at_most", "type: cuont, at_most",
     "workflows/survey.yaml: forms.survey_return.checked.type: 字段类型“cuont”不存在。您是不是想写“count”？"),
    ("survey", "waits_for: unit}", "waits_for: units}",
     "states.surveying.waits_for: 等待方“units”不存在。您是不是想写“unit”？"),
    ("survey", "by: unit}", "by: [unit, police]}", "transitions.accept.by.第2项: 办理方“police”不存在。"),
    # YAML's own traps
    ("survey", "required: false", "required: no",
     "forms.survey_return.第4项.required: YAML 会把“no”读成真假值。"),
    ("survey", "{z: 末", "{on: 末", "options.on: YAML 会把“on”读成真假值"),
    ("survey", "title: 待签收", "title: yes",
     "states.assigned.title: YAML 会把“yes”读成真假值。要文字请加引号"),
    ("survey", "title: 待签收", "title: true", "states.assigned.title: 这里要写文字"),
    ("survey", "version: 1", "version: 1\nversion: 2", "version: “version”写了两次，后一个会盖掉前一个"),
    ("survey", "states:", "states: [", "不是正确的 YAML"),
    ("survey", "version: 1", "version: 一", "version: 这里要写整数。"),
    ("survey", "version: 1", "version: 0", "version: 要在 1 到 9999 之间。"),
    ("survey", "version: 1\n", "", "version: 缺少这一项。"),
    # key and file name
    ("survey", "key: survey", "key: surveys", "key: 键是“surveys”，文件名却是“survey”，两者要一致。"),
    # states
    ("survey", "  surveying: {", "  idle: {title: 闲置, waits_for: unit}\n  surveying: {",
     "states.idle: 没有任何步骤能走到状态“idle”（闲置）。"),
    ("survey", "  surveying: {", "  idle: {title: 闲置, waits_for: unit}\n  surveying: {",
     "states.idle: 状态“idle”（闲置）没有出路：请加一个步骤，或标 final: true。"),
    ("survey", "from: surveying, to: completed", "from: surveying, to: assigned",
     "states.surveying: 从状态“surveying”（排查中）出发，永远走不到终结状态。"),
    ("survey", "title: 摸排", "title: 摸排\ninitial: asigned",
     "initial: 状态“asigned”不存在。您是不是想写“assigned”？"),
    ("survey", "  surveying: {", "  Surveying!: {", "states.Surveying!: “Surveying!”不能作名称"),
    # transitions
    ("survey", "to: surveying, by", "to: surveing, by",
     "transitions.accept.to: 状态“surveing”不存在。您是不是想写“surveying”？"),
    ("survey", "from: surveying", "from: completed",
     "transitions.report.from: 状态“completed”是终结状态（final）"),
    ("survey", "name: report", "name: accept", "transitions.accept: 步骤“accept”写了两次"),
    ("survey", "name: report", "name: to_end", "transitions.to_end.name: “to_end”是系统保留的名称"),
    ("survey", "form: survey_return", "form: survey_retrun",
     "transitions.report.form: 表单“survey_retrun”不存在。您是不是想写“survey_return”？"),
    ("survey", "form: survey_return", "form: survey_return, unless: same_person_as.acept",
     "transitions.report.unless: 步骤“acept”不存在。您是不是想写“accept”？"),
    ("survey", "form: survey_return", "form: survey_return, unless: accept",
     "transitions.report.unless: 只能写“same_person_as.<步骤名>”。"),
    ("survey", "to: surveying, by: unit", "to: surveying, by: unit, opens: rectification_for_problems",
     "transitions.accept.opens: 按问题立项整改，要有带问题行"),
    # clocks
    ("survey", "pauses_for: [extension_pending], ladder: gentle", "ladder: gentel",
     "clocks.finish.ladder: 升级规则“gentel”不存在。您是不是想写“gentle”？"),
    ("survey", "pauses_for: [extension_pending], ladder: gentle", "pauses_for: []",
     "clocks.finish.ladder: 缺少这一项。"),
    ("survey", "runs_in: [assigned, surveying]", "runs_in: [assigned, reporting]",
     "clocks.finish.runs_in: 状态“reporting”不存在。"),
    ("survey", "runs_in: [assigned, surveying]", "runs_in: completed",
     "clocks.finish.runs_in: 状态“completed”是终结状态，不能再计时。"),
    ("survey", "within: 1 working day", "within: 1 workday",
     "states.assigned.clock.within: 期限“1 workday”不对，请写成 5 working days（工作日）"),
    ("survey", "within: 1 working day", "within: 5", "states.assigned.clock.within: 期限“5”不对"),
    ("survey", "due: from_measure", "due: from_measure, within: 5 days",
     "clocks.finish: within（期限）和 due"),
    ("survey", "due: from_measure, ", "", "clocks.finish: within（期限）和 due"),
    ("survey", "  finish: {", "  accept: {", "clocks.accept: 计时“accept”在状态里已写过"),
    # forms
    ("survey", "at_most: should_check", "at_most: should_chek",
     "forms.survey_return.checked.at_most: 数量字段“should_chek”不存在。您是不是想写“should_check”？"),
    ("survey", "at_most: should_check", "at_most: kind",
     "forms.survey_return.checked.at_most: 数量字段“kind”不存在。"),
    ("survey", "type: text, max_length: 100", "type: text, at_most: x",
     "forms.problem.place.at_most: 只有数量"),
    ("survey", "of: problem", "of: problems",
     "forms.survey_return.problems.of: 表单“problems”不存在。您是不是想写“problem”？"),
    ("survey", "of: problem, ", "", "forms.survey_return.problems.of: 多行（rows）要写 of"),
    ("survey", "of: problem", "of: survey_return", "每行的表单“survey_return”里不能再有多行"),
    ("survey", ", form: survey_return", "", "forms.survey_return: 表单“survey_return”没有用到"),
    ("survey", "name: checked", "name: should_check",
     "forms.survey_return.should_check: 字段“should_check”写了两次。"),
    ("survey", ", options: {z: 末, a: 首}", "",
     "forms.survey_return.kind.options: 选择（choice、choices）要写 options"),
    # papers and ladders
    ("notice", "  - {name: void, title: 作废, from: issued, to: closed, by: leader}\n", "",
     "workflows/notice.yaml: transitions: 文书流程（paper: true）要有步骤“void”。"),
    ("ladders/gentle", "to: liaison", "to: liason",
     "workflows/ladders/gentle.yaml: rungs.remind.to.第1项: 角色“liason”不存在。您是不是想写“liaison”？"),
    ("ladders/gentle", "after: 1}", "after: -2}",
     "rungs.urge.after: after: -2 比前一级的 -1 早，各级要按时间先后排列。"),
    ("ladders/gentle", "raise: notice", "raise: notcie",
     "rungs.supervise.raise: 文书流程“notcie”不存在。您是不是想写“notice”？"),
    ("notice", "  - {name: return_reply, title: 退回, from: issued, to: issued, by: supervisor}\n", "",
     "要回复的文书，reply、return_reply、close 三步要齐全，还缺 return_reply。"),
    ("ladders/gentle", "raise: notice", "raise: extension_reply",
     "rungs.supervise.raise: 延期批复由人从有关页面起草，升级规则不能形成。"),
    ("ladders/gentle", "raise: notice", "raise: survey", "rungs.supervise.raise: 文书流程“survey”不存在。"),
    ("ladders/gentle", "quality_failures: 2", "severity: 6", "rungs.supervise.severity: 要在 1 到 5 之间，或写 next"),
    ("ladders/gentle", "name: urge", "name: remind", "rungs.remind: 级名“remind”写了两次。"),
    ("ladders/gentle", "at: 10:10", "at: 25:10", "rungs.remind.at: “25:10”不是时刻，请写成 09:10。"),
    ("ladders/gentle", "do: urge", "do: urge, raise: notice",
     "rungs.urge: do（提醒 remind、催办 urge、改请转办 pass_on）、raise"),
    ("ladders/gentle", ", after: 1}", "}",
     "rungs.urge: 要写至少一个触发条件（after、quality_failures"),
    ("ladders/gentle", "do: remind", "do: remid",
     "rungs.remind.do: 动作“remid”不存在。您是不是想写“remind”？"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "says"), SPOILT, ids=[f"{s[0]}:{s[2][:24]}" for s in SPOILT])
def test_each_mistake_is_told_where_it_is(folder, file, old, new, says):
    spoil(folder / f"{file}.yaml", old, new)
    told = sentences(folder)
    assert any(says in sentence for sentence in told), told


def test_all_problems_of_all_files_are_told_together(folder):
    spoil(folder / "survey.yaml", "to: surveying, by", "to: surveing, by")
    spoil(folder / "survey.yaml", "of: problem", "of: problems")
    spoil(folder / "notice.yaml", "title: 通知书", "titel: 通知书")
    spoil(folder / "ladders" / "gentle.yaml", "to: liaison", "to: liason")
    told = sentences(folder)
    assert {one.split(": ")[0] for one in told} == {
        "workflows/survey.yaml", "workflows/notice.yaml", "workflows/ladders/gentle.yaml",
    }  # fmt: skip
    assert sum("survey.yaml" in one for one in told) >= 2
    assert not any("rungs.supervise.raise" in one for one in told), "a paper whose own file is wrong is told once"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "文件是空的。"),
        (b"- 1\n- 2\n", "这里要写成“名称: 值”的对象。"),
        (b"\xff\xfe\x00", "请用 UTF-8 编码保存"),
        (b"key: \x01", "不是正确的 YAML"),
        (b"a: &a [*a]", "嵌套太深，或用锚点引用了自身。"),
        (b"? [1, 2]\n: 3\n", "键必须是一个词"),
    ],
)
def test_a_file_that_is_no_workflow_at_all_is_told(folder, content, says):
    (folder / "survey.yaml").write_bytes(content)
    assert any(says in one for one in sentences(folder) if one.startswith("workflows/survey.yaml"))


def test_an_empty_folder_is_told(tmp_path):
    assert "没有流程文件" in sentences(tmp_path)[0]


def test_stored_content_survives_jsonb_and_knows_its_hash(folder):
    survey = load_catalog(folder).workflows["survey"]
    content = content_of(survey)
    # JSONB gives the keys of objects back in an order of its own.
    shuffled = dict(sorted(content.items(), reverse=True))
    assert workflow_from_content(shuffled) == survey
    assert list(workflow_from_content(shuffled).states) == ["assigned", "surveying", "completed"]
    assert content_hash(shuffled) == content_hash(content)
    spoil(folder / "survey.yaml", "title: 排查中", "title: 摸底中")
    assert content_hash(content_of(load_catalog(folder).workflows["survey"])) != content_hash(content)


def test_content_of_a_later_release_is_refused_with_a_sentence(folder):
    content = content_of(load_catalog(folder).workflows["survey"])
    with pytest.raises(DefinitionInvalid, match="可能由更新的版本写入"):
        workflow_from_content({**content, "colour": "red"})


def test_hours_and_dates_stay_text(folder):
    spoil(folder / "survey.yaml", "title: 排查中", "title: 2026-05-01")
    assert load_catalog(folder).workflows["survey"].states["surveying"].title == "2026-05-01"
