"""The whole story of one campaign, clicked through: issue, accept, report, send back, climb, draft, sign, sign off.

The browser test runs it and looks at what the pages say; `make screenshots` runs it and keeps the pictures.
"""

from __future__ import annotations

import io
from collections.abc import Collection
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser

from tests.browser.people import Someone
from tests.support.running import RunningSample

SURVEY, PUBLICITY, PLAN = "出租房屋和流动人口排查", "召开动员会", "制定本单位实施安排"
PROBLEMS = {
    "problems.0.place": "二组临街出租屋", "problems.0.kind": "not_registered", "problems.0.risk_grade": "medium",
    "problems.0.description": "租户登记不全", "problems.0.measure": "逐户补登", "problems.0.leader": "村主任",
    "problems.0.limit_on": "2026-03-20",
    "problems.1.place": "三组老院子", "problems.1.kind": "hidden_danger", "problems.1.risk_grade": "low",
    "problems.1.description": "门牌缺失", "problems.1.measure": "补装门牌", "problems.1.leader": "村会计",
    "problems.1.limit_on": "2026-03-27",
}  # fmt: skip


CLERKS = frozenset({"dongling", "xipo"})
EVERYBODY_ELSE = frozenset({"bangongshi1", "dudao1", "dudao2", "lingdao1"})


class Story:
    """One telling of the story: `phones` work on phones, the others at desks, with wide screens where `wide`."""

    def __init__(
        self, browser: Browser, sample: RunningSample, pictures: Path | None = None, *,
        phones: Collection[str] = CLERKS, wide: bool = False,
    ) -> None:  # fmt: skip
        def come(username: str) -> Someone:
            return Someone(browser, sample, username, phone=username in phones, wide=wide, pictures=pictures)

        self.office = come("bangongshi1")
        self.clerk = come("dongling")
        self.other_clerk = come("xipo")
        self.first = come("dudao1")
        self.second = come("dudao2")
        self.leader = come("lingdao1")
        #: The 督导通知书 as Word, taken from its page: before approval, issued, and once it was signed for.
        self.papers: dict[str, bytes] = {}

    def issue(self) -> None:
        """1. The office opens the sample campaign and issues it; the liaisons are told."""
        self.office.go("/campaigns")
        self.office.follow("打击治理电信网络诈骗专项行动")
        self.office.picture("campaign-draft")
        self.office.step("issue")
        self.office.sees("237")
        self.office.picture("campaign-issued")

    def accept_and_report(self) -> None:
        """2. and 3. A liaison accepts, fills the form wrong and then right, and each problem opens an item."""
        clerk = self.clerk
        clerk.go("/desk")
        clerk.picture("desk-to-accept")
        clerk.press("全部签收（12项）")
        clerk.picture("desk")
        clerk.follow(SURVEY)
        wrong = {"category": "rental", "should_check": "100", "checked": "120"}
        clerk.step("report", wrong | {"remark": "先报一部分"})
        clerk.sees("已排查数（120）不能大于应排查数（100）")
        assert clerk.page.locator('[name="remark"]').first.input_value() == "先报一部分"
        clerk.picture("survey-refused")
        form = clerk.form("report")
        clerk.press("再加一行", within=form)
        clerk.fill(form, {"checked": "90余", **PROBLEMS})
        form.locator("input[type=file]").first.set_input_files(
            {"name": "现场.jpg", "mimeType": "image/jpeg", "buffer": a_photo()}
        )
        clerk.step("report")
        clerk.sees("核查中")
        clerk.picture("survey-reported")

    def send_back_twice(self) -> None:
        """4. The supervisors send the return back with a reason; the second time it climbs the ladder."""
        for reason in ("请补充三组的登记情况", "照片与说明不符，请核实"):
            self.first.go("/workbench")
            self.first.picture("workbench-reviews")
            self.first.follow(SURVEY)
            self.first.picture("review")
            self.first.step("return", {"reason": reason})
            self.clerk.go("/desk")
            self.clerk.picture("desk-sent-back")
            self.clerk.follow(SURVEY)
            self.clerk.sees(reason)
            self.clerk.picture("task-sent-back")
            self.clerk.step("report")
        self.first.go("/workbench")
        self.first.follow(SURVEY)
        self.first.step("approve")

    def ask_extension(self) -> None:
        """A liaison asks for a later date before expiry; the supervisors grant a definite one."""
        self.clerk.go("/desk")
        self.clerk.follow(PUBLICITY)
        asked = {"wanted_on": "2026-03-27", "reason": "会场另有安排", "progress": "已定方案"}
        self.clerk.step("extension", asked)
        self.clerk.sees("等待")
        self.second.go("/workbench")
        self.second.follow(PUBLICITY)
        self.second.picture("extension")
        self.second.step("extension/decision", {"grant": "yes", "granted_on": "2026-03-25"})
        self.clerk.page.reload()
        self.clerk.sees("3月25日")

    def let_time_pass(self) -> None:
        """What nobody does is reminded, urged, and then drafted, by itself."""
        self.first.passes_time("到下一时点")
        self.first.passes_time("+1个工作日")
        self.first.passes_time("+1周", times=2)
        self.first.go("/sample/outbox")
        self.first.sees("到期提醒")
        self.first.picture("outbox")
        self.first.go("/workbench")
        self.first.picture("workbench")

    def issue_notice(self) -> None:
        """A draft is struck, edited, put up, approved by somebody else, numbered and issued."""
        self.first.go("/notices?kind=supervision_notice")
        self.first.picture("notices")
        self.first.page.locator("tr, li, article", has_text="西坡村").first.get_by_role("link").first.click()
        self.first.page.wait_for_load_state()
        self.first.picture("notice-draft")
        self.first.step("strike", {"reason": "已当面说明"})
        self.first.step("edit", {"body": "你单位下列事项未按要求落实，请逐项整改并书面回复。"})
        self.first.step("seal")
        self.first.sees("待审批")
        self._print(self.first, "draft")
        self.notice_path = self.first.page.url.removeprefix(self.first.address)
        self.second.go(self.notice_path)
        self.second.step("approve")
        self.second.sees("待印发")
        self.first.go(self.notice_path)
        self.first.step("issue")
        self.first.sees("青反诈督〔2026〕1号")
        self.first.picture("notice-issued")
        self._print(self.first, "issued")

    def answer_notice(self) -> None:
        """The unit accepts and answers; every line becomes a rectification item."""
        clerk = self.other_clerk
        clerk.go("/desk")
        clerk.picture("desk-late")
        clerk.go(self.notice_path)
        clerk.step("accept")
        clerk.picture("notice-accepted")
        self._print(clerk, "accepted")
        reply = clerk.form("reply")
        clerk.fill(reply, {"situation": "人手不足，已重新分工。"})
        rows = reply.locator('textarea[name^="items."][name$=".measure"]').count()
        for row in range(rows):
            plan = {"measure": "本周内补齐", "leader": "村主任", "limit_on": "2026-04-10"}
            clerk.fill(reply, {f"items.{row}.{name}": value for name, value in plan.items()})
        clerk.step("reply")
        clerk.sees("待审核")
        self.first.go(self.notice_path)
        self.first.step("close")
        self.first.sees("已办结")

    def _print(self, someone: Someone, name: str) -> None:
        """Take the paper that is open as Word, by the link on its page."""
        with someone.page.expect_download() as taken:
            someone.page.locator(".paper-files a[download]").first.click()
        self.papers[name] = Path(taken.value.path()).read_bytes()

    def rectify(self) -> None:
        """An item is reported, rechecked, and signed off by somebody else than who started the recheck may be."""
        clerk = self.other_clerk
        clerk.go(self.notice_path)
        clerk.page.locator('main a[href^="/tasks/ZG-"]').first.click()
        clerk.page.wait_for_load_state()
        path = clerk.page.url.removeprefix(clerk.address)
        clerk.step("report", {"result": "已补齐并上墙公示", "done_on": "2026-03-16"})
        self.first.go(path)
        self.first.step("start_recheck")
        self.second.go(path)
        opinion = {"rechecked_on": "2026-03-16", "manner": "on_site", "opinion": "实地查看，已整改到位"}
        self.second.step("sign_off", opinion)
        self.second.sees("已销号")
        self.second.picture("signed-off")

    def lead(self) -> None:
        """5. A leader sees the matrix and orders a rung directly."""
        self.leader.go("/campaigns")
        self.leader.follow("打击治理电信网络诈骗专项行动")
        self.leader.follow("亮灯矩阵")
        self.leader.sees("逾期")
        self.leader.picture("matrix")
        self.leader.follow("问题台账")
        self.leader.picture("problems")
        self.leader.go("/campaigns")
        self.leader.follow("打击治理电信网络诈骗专项行动")
        self.leader.follow("任务")
        self.leader.page.locator('main a[href^="/tasks/RW-"]').last.click()
        self.leader.page.wait_for_load_state()
        self.leader.form("order")
        self.leader.picture("order")
        self.leader.step("order", {"rung": "interview", "reason": "请直接约谈"})
        self.leader.picture("ordered")

    def tell(self) -> None:
        """Tell it from beginning to end."""
        for part in (
            self.issue, self.accept_and_report, self.send_back_twice, self.ask_extension, self.let_time_pass,
            self.issue_notice, self.answer_notice, self.rectify, self.lead,
        ):  # fmt: skip
            part()

    def pages_of(self, someone: Someone) -> list[str]:
        """Return the pages that a person reaches from the navigation."""
        links = someone.page.locator("nav a").evaluate_all("all => all.map(a => a.getAttribute('href'))")
        return [link for link in dict.fromkeys(links) if link and link.startswith("/")]


def a_photo() -> bytes:
    """Return a small photo."""
    content = io.BytesIO()
    Image.new("RGB", (640, 480), (90, 130, 90)).save(content, "JPEG")
    return content.getvalue()
