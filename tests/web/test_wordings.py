"""The page of messages' words: shipped and own, a preview on real news, and what is wrong with them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.web.site import Site
from tracker.definitions.channel_file import read_channels_text
from tracker.delivery.render import TemplateRenderer
from tracker.domain.channels import Channels
from tracker.domain.messages import KINDS, masked_facts
from tracker.services.wordings import WordingService


@pytest.fixture
def site(site: Site) -> Site:
    site.world.engine_works()
    return site


def service(site: Site, folder: Path | None = None, channels: Channels | None = None) -> WordingService:
    parts = site.world.container
    return WordingService(parts.floor, texts=TemplateRenderer(folder), channels=channels or parts.channels)


def test_every_kind_is_listed_and_opens(site: Site) -> None:
    browser = site.browser("office1")
    page = browser.get("/outbox/wording").text
    for kind in KINDS:
        assert f"/outbox/wording/{kind}" in page
        assert browser.get(f"/outbox/wording/{kind}").status_code == 200
    assert "digest/body.html" in browser.get("/outbox/wording/digest").text
    assert browser.get("/outbox/wording/remnid").status_code == 404


def test_an_office_reads_real_news_and_the_administrator_their_length(site: Site) -> None:
    page = site.browser("office1").get("/outbox/wording/assigned").text
    assert ("最近一条真实消息" in page, "计费1条" in page, "working_days_left" in page) == (True, True, False)
    hidden = site.browser("system").get("/outbox/wording/assigned").text
    assert ("文字已换成示例" in hidden, "测试专项行动" in hidden) == (True, False)
    assert "还没有发过这种消息" in site.browser("office1").get("/outbox/wording/relapsed").text


def test_masked_facts_have_the_length_and_no_word() -> None:
    facts = {"title": "电信诈骗重点人员排查", "due_on": "2026-09-15", "task_ref": "RW-1", "granted": True, "days": 3}
    masked = masked_facts(facts)
    assert len(str(masked["title"])) == len(str(facts["title"]))
    assert not set("电信诈骗") & set(str(masked["title"]))
    assert {name: masked[name] for name in ("due_on", "task_ref", "granted", "days")} == {
        name: facts[name] for name in ("due_on", "task_ref", "granted", "days")
    }


def test_an_own_text_that_went_wrong_on_the_disk_is_named_before_the_restart(site: Site, tmp_path: Path) -> None:
    file = tmp_path / "remind" / "body.txt"
    file.parent.mkdir()
    file.write_text("{{ unit }}：{{ title }}", encoding="utf-8")
    made, office = service(site, tmp_path), site.world.viewer("office1")
    assert {one.key: one.is_own for one in made.kinds(office)}["remind"]
    file.write_text("{{ unti }}", encoding="utf-8")
    (listed,) = [one for one in made.kinds(office) if one.key == "remind"]
    assert "没有叫 unti 的内容" in listed.problem
    (source,) = [one for one in made.look(office, "remind").sources if one.own is not None]
    assert (source.name, source.own, "due_on" in source.allowed) == ("remind/body.txt", "{{ unti }}", True)


def test_a_word_that_providers_turn_down_is_named_with_its_reason(site: Site) -> None:
    office = site.world.viewer("office1")
    channels = read_channels_text("banned_words: {督办事项: 本地运营商不收}\n", file="c.yaml", hosts=())
    preview = service(site, channels=channels).look(office, "assigned").preview
    assert preview is not None
    assert preview.remarks == ["短信含有服务商不收的词：“督办事项”（本地运营商不收）。"]
    names = replace(channels, banned={"east村": "示例"})
    (remark,) = service(site, channels=names).examine()
    assert "单位简称“east村”含有" in remark.sentence


def test_a_long_text_says_how_many_pieces_it_costs(site: Site) -> None:
    template = "您" * 66 + "${total}件，请办理。"
    channels = read_channels_text(
        f"sms: {{provider: file, template: '{template}', file: {{folder: x}}}}\n", file="c.yaml", hosts=()
    )
    preview = service(site, channels=channels).look(site.world.viewer("office1"), "assigned").preview
    assert preview is not None
    assert (len(preview.sms), preview.segments) == (73, 2)


@pytest.mark.parametrize("who", ["sup1", "boss", "clerk-east", "security"])
def test_for_all_others_it_does_not_exist(site: Site, who: str) -> None:
    assert site.browser(who).get("/outbox/wording").status_code == 404
    assert site.browser(who).get("/outbox/wording/remind").status_code == 404
