"""How the conditions of a rung are said to people: 逾期3个工作日, 落后10到30个百分点, 90日内满3次 …"""

from __future__ import annotations

from collections.abc import Callable

from tracker.domain.ladder import Behind, Counted, CountedAbout, Measured, Rung, Window

_WINDOWS = {Window.EVER: "", Window.YEAR: "当年", Window.CAMPAIGN: "本次行动中"}


def say_conditions(rung: Rung, paper_title: Callable[[str], str], rung_title: Callable[[str], str]) -> list[str]:
    """Return each way by which a rung is reached, in words; the look-ups name papers and other rungs of the ladder."""
    said = []
    if rung.after is not None:
        moment = "到期当日" if rung.after == 0 else f"{'到期前' if rung.after < 0 else '逾期'}{abs(rung.after)}个工作日"
        said.append(f"{moment}{rung.at:%H:%M}")
    if rung.quality_failures is not None:
        said.append(f"被退回{rung.quality_failures}次")
    if rung.failed_rechecks is not None:
        said.append(f"复查不合格{rung.failed_rechecks}次")
    if rung.behind is not None:
        said.append(f"核对时落后序时进度{say_behind(rung.behind)}")
    if rung.not_started:
        said.append("核对时应开始而没有进展")
    if rung.streak is not None:
        said.append(f"连续{rung.streak.times}次核对都有“{'”“'.join(map(rung_title, rung.streak.rungs))}”")
    if rung.counted is not None:
        said.append(say_counted(rung.counted, paper_title))
    if rung.unopened is not None:
        graver = f"（{rung.papers_from}级以上文书）" if rung.papers_from > 1 else ""
        said.append(f"送达后满{rung.unopened}个工作小时无人拆阅{graver}")
    return said or ["由领导指定"]


def say_behind(behind: Behind) -> str:
    """Return how far behind: 10到30个百分点（含）, 应完成量的50%以上."""
    low = behind.at_least if behind.at_least is not None else behind.above
    included = "（含）" if behind.at_least is not None else ""
    unit = "个百分点" if behind.measured is Measured.POINTS else "%"
    of = "" if behind.measured is Measured.POINTS else "应完成量的"
    if behind.at_most is not None:
        return f"{of}{low}{unit}{included}到{behind.at_most}{unit}（含）"
    return f"{of}{low}{unit}以上{included}" if low else "（任何幅度）"


def say_counted(counted: Counted, paper_title: Callable[[str], str]) -> str:
    """Return what is counted: 同一任务满2次黄牌警告通知书, 90日内满3次督导通知书, 连续3次红牌."""
    papers = "、".join(map(paper_title, counted.of))
    about = "同一任务" if counted.about is CountedAbout.TASK else ""
    window = f"{counted.within_days}日内" if counted.within_days is not None else _WINDOWS[counted.window]
    how = "连续" if counted.running else "累计"
    return f"{window}{about}{how}{counted.at_least}次印发{papers}"
