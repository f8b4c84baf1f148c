"""送达回执: whoever holds the paper and knows the code signs for it once; nothing else opens anything."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import event as listening

from tests.support.bundles import check, data, take
from tests.support.kept import standing_world
from tests.support.late_village import bring_late, draft, sign
from tests.support.racing import at_once
from tests.support.world import World
from tracker.domain.errors import InvalidInput, NotAllowed, NotFound, SlipRefused, TransitionNotAllowed
from tracker.domain.receiving import MOST_TRIES
from tracker.services.slips import REFUSED, MadeSlip, SignedFor


@standing_world()
def world(world: World) -> None:
    bring_late(world)


def issued(world: World) -> str:
    ref = draft(world)
    sign(world, ref)
    return ref


def make(world: World, ref: str, who: str = "sup1") -> MadeSlip:
    return world.container.slips.make(world.viewer(who), notice_ref=ref)


def use(world: World, slip: MadeSlip, code: str | None = None, post: str = "村主任") -> SignedFor:
    return world.container.slips.sign_for(token=slip.token, code=slip.code if code is None else code, post=post)


def refused(world: World, slip: MadeSlip, code: str | None = None) -> None:
    with pytest.raises(SlipRefused) as problem:
        use(world, slip, code)
    assert problem.value.sentence == REFUSED


def wrong(slip: MadeSlip, by: int = 1) -> str:
    return f"{(int(slip.code) + by) % 1_000_000:06d}"


def test_a_village_on_paper_signs_by_slip_and_the_record_names_way_and_post_and_no_person(world: World) -> None:
    ref = issued(world)
    signed = use(world, make(world, ref))
    assert (signed.number, signed.unit, signed.reply_due_on.isoformat()) == ("测督〔2026〕1号", "west村", "2026-04-01")
    (moved,) = world.rows(
        "SELECT payload, person_id FROM event WHERE kind = 'task.moved' AND payload ->> 'transition' = 'accept'"
        " AND payload ? 'how'"
    )
    assert (moved["person_id"], moved["payload"]["how"]) == (None, {"way": "slip", "post": "村主任"})
    assert (
        world.value("SELECT state FROM task t JOIN notice n ON n.task_id = t.id WHERE n.ref = :ref", ref=ref)
        == "accepted"
    )
    printed = world.container.printing.compose(world.viewer("clerk-west"), notice_ref=ref)
    assert "扫码签收，签收人自报岗位“村主任”，回复期限自签收起算，至2026年4月1日" in printed.notes[-1]
    why = "\n".join(world.container.explanations.explain(world.viewer("clerk-west"), ref).lines)
    assert "纸质送达，扫码签收；签收人自报岗位“村主任”，系统不核实个人身份" in why
    assert "开具送达回执" in why
    assert world.container.ledger.verify().faults == ()
    assert world.container.audits.audit().clean
    told = [row for row in world.told() if row[2] == "received"]
    assert [who for _, who, _ in told] == ["clerk-west", "head-west"], "whoever is not asked hears of it"


def test_it_stands_in_the_evidence(world: World, tmp_path: object) -> None:
    ref = issued(world)
    use(world, make(world, ref))
    files = take(world, ref, "clerk-west")
    events = [event for name in files if name.startswith("events/") for event in data(files, name)["events"]]
    assert {"way": "slip", "post": "村主任"} in [one.get("payload", {}).get("how") for one in events]
    assert check(files, tmp_path)[0] == 0  # type: ignore[arg-type]


def test_neither_token_nor_code_is_kept(world: World) -> None:
    slip = make(world, issued(world))
    (row,) = world.rows("SELECT * FROM receipt_slip")
    assert bytes(row["token_hash"]) == hashlib.sha256(slip.token.encode()).digest()
    assert slip.code not in str(row)
    assert slip.token not in str(world.rows("SELECT payload FROM event"))
    assert row["expires_at"] - row["made_at"] <= timedelta(hours=72)


def test_a_token_is_read_as_it_is_printed_and_as_it_is_typed(world: World) -> None:
    slip = make(world, issued(world))
    typed = "-".join(slip.token[n : n + 4] for n in range(0, 20, 4)).lower()
    assert world.container.slips.sign_for(token=f" {typed} ", code=f"{slip.code[:3]} {slip.code[3:]}", post="值班").unit


def test_used_expired_revoked_and_unknown_slips_are_refused_alike(world: World) -> None:
    ref = issued(world)
    first = make(world, ref)
    second = make(world, ref)
    refused(world, first)  # a new one revokes those before
    refused(world, MadeSlip("2" * 20, "123456", second.expires_at))
    refused(world, MadeSlip("' OR 1=1 --", "１２３４５６", second.expires_at))
    refused(world, MadeSlip("", "", second.expires_at))
    world.clock.real = second.expires_at
    refused(world, second)
    world.clock.real -= timedelta(seconds=1)
    use(world, second)
    refused(world, second)
    assert world.value("SELECT count(*) FROM event WHERE payload ? 'how'") == 1


def test_five_wrong_codes_and_the_right_one_does_not_help_any_more(world: World) -> None:
    slip = make(world, issued(world))
    for number in range(MOST_TRIES):
        refused(world, slip, wrong(slip, number + 1))
    refused(world, slip)
    assert world.value("SELECT tries FROM receipt_slip") == MOST_TRIES


def test_ten_guessers_at_once_have_five_tries_and_ten_holders_sign_once(world: World) -> None:
    ref = issued(world)
    slip = make(world, ref)
    answers = at_once(*(partial(use, world, slip, wrong(slip, n + 1)) for n in range(10)))
    assert {type(one) for one in answers} == {SlipRefused}
    assert world.value("SELECT tries FROM receipt_slip") == MOST_TRIES
    again = make(world, ref)
    answers = at_once(*(partial(use, world, again) for _ in range(4)))
    assert sum(isinstance(one, SignedFor) for one in answers) == 1
    assert world.value("SELECT count(*) FROM event WHERE payload ? 'how'") == 1


def test_two_offices_making_slips_at_once_leave_one_that_is_good(world: World) -> None:
    ref = issued(world)
    made = at_once(*(partial(make, world, ref, who) for who in ("sup1", "sup2", "office1")))
    good = [slip for slip in made if world.value(
        "SELECT revoked_at IS NULL FROM receipt_slip WHERE token_hash = :hash",
        hash=hashlib.sha256(slip.token.encode()).digest(),
    )]  # fmt: skip
    assert len(good) == 1
    use(world, good[0])


def test_a_slip_and_its_event_are_written_and_decided_on_one_connection(world: World) -> None:
    ref = issued(world)
    make(world, ref)  # definitions are read once, apart
    with world.container.uows() as uow:
        engine = uow.session.get_bind()
    held, most = set(), []

    def take(connection: object, *_: object) -> None:
        held.add(id(connection))
        most.append(len(held))

    listening.listen(engine, "checkout", take)
    listening.listen(engine, "checkin", lambda connection, _: held.discard(id(connection)))
    make(world, ref)
    assert max(most) == 1


def test_who_signed_in_was_first_and_the_slip_is_refused(world: World) -> None:
    ref = issued(world)
    slip = make(world, ref)
    world.act_on_notice("clerk-west", ref, "accept")
    refused(world, slip)
    with pytest.raises(TransitionNotAllowed, match="还没有签收"):
        make(world, ref)


def test_the_office_makes_slips_of_issued_papers_and_nobody_else(world: World) -> None:
    with pytest.raises(TransitionNotAllowed):
        make(world, draft(world))
    with pytest.raises(NotFound):
        make(world, draft(world), "clerk-west")
    ref = issued(world)
    for who in ("clerk-west", "boss"):
        with pytest.raises(NotAllowed):
            make(world, ref, who)


@pytest.mark.parametrize("post", ["", "  ", "长" * 31, "13800138000"])
def test_a_post_is_asked_for_and_no_number_of_a_person(world: World, post: str) -> None:
    slip = make(world, issued(world))
    with pytest.raises(InvalidInput):
        use(world, slip, post=post)
    assert world.value("SELECT tries FROM receipt_slip") == 0, "a form that is not complete costs no try"


def test_the_slip_is_printed_while_it_is_good_and_the_paper_stays_as_it_was(world: World) -> None:
    ref = issued(world)
    service, viewer = world.container.slips, world.viewer("sup1")
    paper = world.container.printing.print_paper(viewer, notice_ref=ref)
    slip = make(world, ref)
    printed = service.print_slip(viewer, notice_ref=ref, token=slip.token)
    assert printed == service.print_slip(viewer, notice_ref=ref, token=slip.token)
    assert slip.code.encode() not in printed.content
    assert world.container.printing.print_paper(viewer, notice_ref=ref) == paper
    make(world, ref)
    with pytest.raises(SlipRefused):
        service.print_slip(viewer, notice_ref=ref, token=slip.token)
    with pytest.raises(NotAllowed):
        service.print_slip(world.viewer("clerk-west"), notice_ref=ref, token=slip.token)
