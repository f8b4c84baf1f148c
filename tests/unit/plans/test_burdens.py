"""Duties that rules against burdening the grassroots forbid or limit are named, others are left alone."""

import pytest

from tracker.plans.burdens import find_burdens


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("各村组织群众安装反诈APP，安装率达到90%以上，完成任务。", "以安装、注册、使用数量为任务"),
        ("实现小程序注册全覆盖。", "以安装、注册、使用数量为任务"),
        ("巡查人员每日打卡，实行积分排名。", "打卡、积分或在线时长"),
        ("走访时须上传现场照片和视频。", "要求上传照片、视频或轨迹"),
        ("信息刊发情况纳入考核。", "以留痕、批示、刊发计分"),
        ("督导组每周开展督导检查。", "频繁督查检查"),
        ("各村每天下午5时前填报排查数据。", "每天报数填表"),
        ("对排名末位的实行一票否决。", "一票否决"),
    ],
)
def test_a_burden_is_named_with_its_rule_and_its_place(text: str, title: str) -> None:
    whole = f"一、工作任务\n先做好摸底。{text}"
    found = [one for one in find_burdens(whole) if one.title == title]
    assert len(found) == 1
    first, last = found[0].span
    assert whole[first:last] == text.rstrip("。")
    assert title in found[0].sentence


@pytest.mark.parametrize(
    "text",
    [
        "软件的安装和使用不作为任务，安装率不纳入考核。",
        "不得要求上传照片，严禁每日打卡。",
        "各村每月25日前报送进度。",
        "会议签到表存档备查。",
        "张贴宣传图片，播放宣传视频。",
        "每季度开展一次联合督查。",
    ],
)
def test_what_is_allowed_or_itself_forbids_it_is_left_alone(text: str) -> None:
    assert find_burdens(text) == []
