"""The page of a slip: anybody may open it, opening changes nothing, and its token stands in no log and no address."""

from __future__ import annotations

import io
import json
import re
import zipfile

import pytest
from PIL import Image

from tests.support.logs import written_log
from tests.support.qr import read_codes
from tests.web.conftest import Site
from tests.web.papers import draft_of, issue
from tracker.services.slips import REFUSED
from tracker.web.slips.views import SIGN_LIMIT


@pytest.fixture
def paper(late: Site) -> str:
    ref = draft_of(late)
    issue(late, ref)
    return ref


def made(late: Site, ref: str) -> tuple[str, str]:
    """Make a slip from the paper's page; return its token and its code."""
    page = late.browser("sup1").post(f"/notices/{ref}/slip", page=f"/notices/{ref}").text
    token, code = (
        re.findall(r'name="slip" value="(\w{20})"', page),
        re.findall(r"<strong>(\d{3}) (\d{3})</strong>", page),
    )
    return token[0], "".join(code[0])


def send(late: Site, **fields: str) -> tuple[int, str]:
    answer = late.browser().client.post("/slip", data={"post": "村主任", **fields})
    return answer.status_code, answer.text


def test_the_office_makes_one_from_the_papers_page_and_a_unit_is_not_offered_any(late: Site, paper: str) -> None:
    assert "开具送达回执" in late.browser("sup1").get(f"/notices/{paper}").text
    assert "开具送达回执" not in late.browser("clerk-east").get(f"/notices/{paper}").text
    token, code = made(late, paper)
    answer = late.browser("sup1").post(f"/notices/{paper}/slip.docx", {"slip": token})
    with zipfile.ZipFile(io.BytesIO(answer.data)) as package:
        text = package.read("word/document.xml").decode()
        code_on_paper = read_codes(Image.open(io.BytesIO(package.read("word/media/1.png"))))
    assert code_on_paper == [f"{late.world.settings.address}/slip#{token}"]
    assert f"{token[:4]}-{token[4:8]}" in text
    assert code not in text, "the code is handed over apart"
    status, said = send(late, slip=token, code=code)
    assert (status, "已签收" in said) == (200, True)
    page = late.browser("clerk-east").get(f"/notices/{paper}").text
    assert "纸质送达，扫码签收；签收人自报岗位“村主任”" in page
    assert "开具送达回执（扫码签收）" not in late.browser("sup1").get(f"/notices/{paper}").text


def test_opening_changes_nothing_and_whatever_is_wrong_is_said_alike(late: Site, paper: str) -> None:
    token, code = made(late, paper)
    before = late.world.value("SELECT count(*) FROM event")
    for path in ("/slip", f"/slip?slip={token}&code={code}", f"/slip/{token}"):
        late.browser().get(path)
    sentences = set()
    for fields in ({"slip": token, "code": "000000"}, {"slip": "A" * 20, "code": code}, {"slip": "", "code": ""}, {}):
        status, page = send(late, **fields)
        assert status == 422
        assert 'value="村主任"' in page, "what was typed stays"
        sentences |= set(re.findall(r'role="alert">([^<]+)<', page))
    assert sentences == {REFUSED}
    assert late.world.value("SELECT count(*) FROM event") == before


def test_a_form_without_a_post_says_so_at_the_field(late: Site, paper: str) -> None:
    token, code = made(late, paper)
    status, page = send(late, slip=token, code=code, post=" ")
    assert (status, "请填写签收人的岗位" in page, token in page) == (422, True, True)
    assert send(late, slip=token, code=code)[0] == 200


def test_no_page_that_is_left_from_it_learns_of_it_and_it_works_behind_https(late: Site, paper: str) -> None:
    token, code = made(late, paper)
    client = late.browser().client
    assert client.get("/slip").headers["Referrer-Policy"] == "no-referrer"
    answer = client.post("/slip", data={"slip": token, "code": code, "post": "村主任"}, base_url="https://localhost")
    assert (answer.status_code, answer.headers["Referrer-Policy"]) == (200, "no-referrer")


def test_tokens_and_codes_stand_in_no_log_and_on_no_error_page(late: Site, paper: str) -> None:
    with written_log(style="json") as log:
        token, code = made(late, paper)
        send(late, slip=token, code="000000")
        lost = late.browser("sup1").client.post(
            f"/notices/{paper}/slip.docx", data={"slip": token}, headers={"Origin": "http://localhost"}
        )
        assert (lost.status_code, token in lost.text) == (400, False)
        late.browser("sup1").post(f"/notices/{paper}/slip.docx", {"slip": token})
        send(late, slip=token, code=code)
        lines = [json.loads(line) for line in log.getvalue().splitlines()]
    said = [[value for name, value in line.items() if name not in ("at", "request", "milliseconds")] for line in lines]
    assert "/slip" in str(said)
    assert (token in str(said), code in str(said)) == (False, False)


def test_a_flood_from_one_address_is_slowed_down(late: Site) -> None:
    many = int(SIGN_LIMIT.split()[0])
    statuses = [send(late, slip="A" * 20, code="000000")[0] for _ in range(many + 1)]
    assert statuses == [422] * many + [429]
