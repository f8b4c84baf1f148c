"""The living style page: for administrators, and in a sample for everybody."""

from __future__ import annotations

from pathlib import Path

from tests.support.world import World, morning, small_campaign
from tests.web.conftest import Site
from tests.web.site import MEASURES
from tracker.domain.lights import LIGHTS
from tracker.web.style.tokens import read_tokens


def test_it_shows_every_token_every_light_and_every_state(site: Site) -> None:
    page = site.browser("system").get("/style").text
    groups = read_tokens(Path(site.app.static_folder or "") / "css" / "tokens.css")
    tokens = [token for group in groups for token in group.tokens]
    assert len(tokens) > 50
    assert all(f"--{token.name}</code>" in page for token in tokens)
    assert all(f"light-{code}" in page for code in LIGHTS)
    for state in ("现在没有要办的任务", "正在报送…", "已有人先办理了", "填的是“很多”"):
        assert state in page


def test_in_a_sample_everybody_may_look(fresh_database_url: str) -> None:
    with World(fresh_database_url, start=morning("2026-03-02"), is_sample=True) as world:
        world.load(small_campaign(measures=MEASURES))
        assert Site(world).browser("clerk-east").get("/style").status_code == 200


def test_elsewhere_a_clerk_finds_nothing(site: Site) -> None:
    assert site.browser("clerk-east").get("/style").status_code == 404
