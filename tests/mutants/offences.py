"""Offences against the invariants of DESIGN.md §3: one line of the code changed, and the tests that must notice.

An offence is a text of a file and what it is replaced with. Where the code moves on, the contract test says which
text no longer stands; then the offence is written anew, never dropped.
"""

from __future__ import annotations

from dataclasses import dataclass

SERVICES = "tests/integration/services"
RACES = f"{SERVICES}/test_sweep_races.py"
FAULTS = f"{SERVICES}/test_sweep_faults.py"
KILLS = "tests/faults/test_kills.py"
DELIVERIES = f"{SERVICES}/test_deliveries.py"
NOTICES = f"{SERVICES}/test_notices.py"
OBJECTIONS = f"{SERVICES}/test_objections.py"
SPINE = "migrations/versions/20261123_2305_create_the_spine.py"


@dataclass(frozen=True)
class Offence:
    """One line changed. `invariant` is its number in DESIGN.md §3; `tests` are pytest ids of which one must fail."""

    invariant: int
    what: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.invariant}-{self.what.replace(' ', '-')}"


OFFENCES = (
    Offence(
        1, "the scheduler never sweeps by itself", "tracker/bootstrap/container.py",
        "return moment is not None and moment <= self.clock.now() - grace", "return False",
        (f"{KILLS}::test_with_redis_dead_the_scheduler_sweeps_itself_and_raises_an_incident",),
    ),
    Offence(
        2, "a sweep commits halfway", "tracker/services/raising.py",
        "    places = uow.sweeping.places([j.row", "    uow.commit()\n    places = uow.sweeping.places([j.row",
        (f"{KILLS}::test_a_sweeper_killed_at_this_table_leaves_nothing_and_the_next_fires_everything_once",),
    ),
    Offence(
        2, "a sweeper waits for what another holds", "tracker/persistence/repositories/sweeping.py",
        "FOR UPDATE OF t, c SKIP LOCKED", "FOR UPDATE OF t, c",
        (f"{RACES}::test_a_second_sweeper_passes_by_what_the_first_holds_and_does_not_wait",),
    ),
    Offence(
        2, "a sweeper does not lock what it claims", "tracker/persistence/repositories/sweeping.py",
        "FOR UPDATE OF t, c SKIP LOCKED", "",
        (f"{RACES}::test_a_second_sweeper_passes_by_what_the_first_holds_and_does_not_wait",
         f"{RACES}::test_two_sweepers_fire_each_due_rung_once_and_leave_none"),
    ),
    Offence(
        3, "a rung that fired is forgotten", "tracker/persistence/repositories/sweeping.py",
        "ON CONFLICT (clock_id, occurrence, rung) DO NOTHING", "",
        ("tests/integration/persistence/test_record.py",),
    ),
    Offence(
        3, "the fired rungs are not looked at", "tracker/domain/escalation.py",
        "if index in clock.fired:", "if index in clock.ordered:",
        ("tests/unit/domain/test_escalation.py",),
    ),
    Offence(
        4, "one cause is told twice", "tracker/persistence/repositories/told.py",
        "ON CONFLICT (cause, person_id) DO NOTHING", "",
        (f"{DELIVERIES}::test_the_same_cause_is_told_once",),
    ),
    Offence(
        4, "nobody looks again before sending", "tracker/services/deliveries.py",
        "reason = why_not_send(part.message, part.standing, today=local_date(now))", "reason = None",
        (f"{DELIVERIES}::test_a_task_finished_meanwhile_is_not_reminded_of",
         f"{DELIVERIES}::test_whoever_left_the_post_is_not_written_to"),
    ),
    Offence(
        4, "a reminder of unknown fate is sent again", "tracker/services/delivery_outcomes.py",
        "if delivery.grave and not delivery.resent:", "if not delivery.resent:",
        (f"{DELIVERIES}::test_a_reminder_with_an_unknown_outcome_is_never_sent_again",),
    ),
    Offence(
        4, "what may have left with a killed sender is sent again", "tracker/services/delivery_outcomes.py",
        "each.place > first[each.round_id]", "each.place >= first[each.round_id]",
        (f"{SERVICES}/test_sending_rounds.py::test_what_did_not_leave_with_a_killed_sender_waits_again"
         "_and_what_may_have_is_shown_as_unknown",),
    ),
    Offence(
        4, "an unopened paper is passed on to one who was asked already", "tracker/persistence/repositories/told.py",
        "t.message = 'unopened') AS asked", "t.message = 'never') AS asked",
        (f"{SERVICES}/test_unopened_papers.py::test_step_by_step_somebody_else_is_told_each_once",),
    ),
    Offence(
        4, "who opens a paper does not end its being passed on", "tracker/services/paper_openings.py",
        "clock = end(clock_from(row, uow.clocks.fired([row])[row.id]))",
        "clock = clock_from(row, uow.clocks.fired([row])[row.id])",
        (f"{SERVICES}/test_unopened_papers.py::test_once_the_unit_has_opened_it_nobody_else_is_told",),
    ),
    Offence(
        4, "a message goes on a look that is long past", "tracker/services/deliveries.py",
        "if clock.real_now() - looked_at > FRESH and (place or not at_any_age):", "if False:",
        (f"{SERVICES}/test_sending_rounds.py::test_a_round_that_took_long_to_be_written_is_looked_at_again_before_any_of_it_goes",),
    ),
    Offence(
        4, "a gatherer waits for whom another holds", "tracker/persistence/repositories/deliveries.py",
        "FOR NO KEY UPDATE OF p SKIP LOCKED", "FOR NO KEY UPDATE OF p",
        (f"{DELIVERIES}::test_a_second_gatherer_passes_by_whom_the_first_holds_and_does_not_wait",),
    ),
    Offence(
        4, "a gatherer does not claim a person", "tracker/persistence/repositories/deliveries.py",
        "FOR NO KEY UPDATE OF p SKIP LOCKED", "",
        (f"{DELIVERIES}::test_a_second_gatherer_passes_by_whom_the_first_holds_and_does_not_wait",),
    ),
    Offence(
        4, "what was gathered is gathered again", "tracker/persistence/repositories/deliveries.py",
        "WHERE person_id = ANY(CAST(:people AS bigint[])) AND {TO_GATHER}",
        "WHERE person_id = ANY(CAST(:people AS bigint[]))",
        (f"{DELIVERIES}::test_what_was_gathered_once_is_not_gathered_again_with_what_comes_later",),
    ),
    Offence(
        4, "messages are gathered while a sweep works", "tracker/persistence/repositories/deliveries.py",
        "WHERE NOT EXISTS (SELECT 1 FROM clock WHERE next_fire_at <= :now) OR w.oldest <= :waited",
        "WHERE true OR :now = :waited",
        (f"{SERVICES}/test_crowded_sweeps.py::"
         "test_a_crowd_over_a_backlog_fires_each_rung_once_and_writes_each_person_one_message",),
    ),
    Offence(
        4, "what a calendar moves is told batch by batch", "tracker/persistence/repositories/deliveries.py",
        "AND NOT (starts_with(cause, 'calendar:') AND", "AND NOT (false AND",
        (f"{SERVICES}/test_recounts.py::test_a_person_is_told_of_all_his_dates_at_once_and_of_other_things_meanwhile",),
    ),
    Offence(
        5, "a sealed draft goes on gathering", "tracker/services/notices.py",
        "        held.notice.gathering = False\n        held.notice.content_hash", "        held.notice.content_hash",
        (f"{NOTICES}::test_later_findings_of_the_same_kind_open_the_next_draft_once_one_is_put_up",),
    ),
    Offence(
        5, "the drafter approves", "tracker/domain/machine.py",
        "            self.separation\n", "            False\n",
        (f"{NOTICES}::test_the_drafter_may_not_approve",),
    ),
    Offence(
        5, "what is finished is not struck at issue", "tracker/services/striking.py",
        "        if all(task.done or task.final for task in about):", "        if False:",
        (f"{NOTICES}::test_what_is_finished_meanwhile_is_struck_at_issue_and_the_paper_shows_it",),
    ),
    Offence(
        5, "what is contested is not struck at issue", "tracker/services/striking.py",
        "elif all(task.done or task.final or task.id in frozen for task in about):", "elif False:",
        (f"{OBJECTIONS}::test_an_approved_draft_is_looked_at_again_at_issue",),
    ),
    Offence(
        5, "only the last who edited a paper is kept from judging the objection to it", "tracker/domain/doers.py",
        "frozenset({found} if isinstance(found, int) else found)", "frozenset({found} if isinstance(found, int) else found[-1:])",
        (f"{OBJECTIONS}::test_everybody_who_edited_the_draft_is_kept_out_not_only_the_last",),
    ),
    Offence(
        9, "a clock that comes back while it is contested runs", "tracker/services/moving.py",
        "        if contested:\n            moved = freeze", "        if False:\n            moved = freeze",
        (f"{OBJECTIONS}::test_the_unit_may_still_do_its_duty_while_it_is_contested",),
    ),
    Offence(
        5, "a decision that nobody may take stays", "tracker/domain/rising.py",
        "    for level in chain[1:]:\n        taken", "    for level in chain[9:]:\n        taken",
        (f"{SERVICES}/test_rising.py",),
    ),
    Offence(
        5, "a paper is printed though its hash does not hold", "tracker/services/printing.py",
        "if now_hash != head.approved_hash or printed", "if printed",
        ("tests/integration/services/test_printing.py::test_what_was_altered_after_approval_is_not_printed",),
    ),
    Offence(
        5, "a paper is printed though its list is another", "tracker/services/printing.py",
        "or printed != issued.get(\"items\")", "",
        ("tests/integration/services/test_printing.py::test_what_was_altered_after_approval_is_not_printed",),
    ),
    Offence(
        6, "a changed event goes unnoticed", "tracker/persistence/repositories/events.py",
        "            hashed = _hash_of(event, head.head, head.seq + 1, commitment, payload)",
        "            hashed = _hash_of(event, GENESIS, head.seq + 1, commitment, payload)",
        (f"{SERVICES}/test_escalations.py::test_every_chain_verifies_after_a_month_of_work",),
    ),
    Offence(
        6, "an event may be rewritten", SPINE,
        "    RAISE EXCEPTION 'rows of % are never updated or deleted', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';",
        "    RETURN NEW;",
        ("tests/integration/persistence/test_record.py",),
    ),
    Offence(
        7, "an explanation forgets the time spent waiting", "tracker/services/clock_explanations.py",
        "            if span.clock.status in STOPPED and (", "            if False and (",
        ("tests/integration/services/test_explanations.py",),
    ),
    Offence(
        8, "one poisonous clock stops the batch", "tracker/services/judging.py",
        "JUDGING_ERRORS = (TrackerError, ValueError,", "JUDGING_ERRORS = (ZeroDivisionError,) or (TrackerError, ValueError,",
        (f"{FAULTS}::test_a_poisonous_clock_is_put_back_an_hour_and_delays_nobody",),
    ),
    Offence(
        8, "an act after an outage hides that it was late", "tracker/services/catching_up.py",
        "        task_id = uow.tasks.get_by_ref(task_ref).id\n", "        task_id = 0\n",
        (f"{SERVICES}/test_catching_up.py",),
    ),
    Offence(
        8, "a batch limit drops the rest", "tracker/services/escalations.py",
        "            report = report.plus(batch)\n        self._ring(report)", "            report = report.plus(batch)\n            break\n        self._ring(report)",
        (f"{FAULTS}::test_a_batch_of_one_leaves_the_rest_due_and_the_sweep_goes_on_until_none_is",),
    ),
    Offence(
        8, "a vacancy is passed over", "tracker/domain/addressing.py",
        "                asked = NEXT_IN_CHAIN.get(asked)", "                asked = None",
        ("tests/unit/domain/test_addressing.py",),
    ),
    Offence(
        9, "a granted date fires the old rungs", "tracker/domain/clocks.py",
        "clock, occurrence=clock.occurrence + 1,", "clock, occurrence=clock.occurrence,",
        (f"{SERVICES}/test_extensions.py::test_a_granted_date_is_the_next_occurrence_and_the_old_rungs_never_fire",),
    ),
    Offence(
        9, "dates of an older calendar fire after a newer one came into force", "tracker/services/escalations.py",
        "at = now if calendar.version >= newest.version else min(now, since)", "at = now",
        (f"{SERVICES}/test_recounts.py::test_what_had_fallen_due_before_the_import_fires_on_the_old_date_however_late",),
    ),
    Offence(
        9, "a fixed date rolls off a rest day", "tracker/domain/deadlines.py",
        "due_on=day, due_at=Cutoff(cutoff).on(day), due_class=DueClass.FIXED",
        "due_on=calendar.roll_forward(day), due_at=Cutoff(cutoff).on(day), due_class=DueClass.FIXED",
        ("tests/unit/domain/test_deadlines.py",),
    ),
    Offence(
        10, "a stale page wins", "tracker/services/seeing.py",
        "    if present != expected:\n", "    if False:\n",
        (f"{SERVICES}/test_tasks.py::test_a_stale_page_is_told_the_present_state_and_changes_nothing",
         f"{RACES}::test_approval_and_return_of_one_report_cannot_both_succeed"),
    ),
    Offence(
        11, "numbers that do not add up are taken", "tracker/domain/fields.py",
        "        self._check_limits(form, values, prefix, row)\n", "",
        (f"{SERVICES}/test_tasks.py::test_a_form_that_does_not_add_up_is_refused_at_its_field_and_nothing_changes",),
    ),
    Offence(
        11, "a file is half imported", "tracker/services/campaign_loading.py",
        "        problems = [\n            *self._already_loaded(),", "        problems = [] and [\n            *self._already_loaded(),",
        (f"{SERVICES}/test_campaigns.py::test_a_due_date_in_the_past_is_refused_with_its_row_and_nothing_is_changed",),
    ),
    Offence(
        12, "a production database becomes a sample", SPINE,
        "        RAISE EXCEPTION 'whether a database is a sample is decided once' USING ERRCODE = 'restrict_violation';",
        "        RETURN NEW;",
        ("tests/integration/persistence/test_record.py",),
    ),
    Offence(
        12, "days are counted in UTC", "tracker/domain/values.py",
        "return moment.astimezone(SHANGHAI).date()", "return moment.date()",
        ("tests/unit/domain/test_deadlines.py", "tests/unit/domain/test_clocks.py"),
    ),
)  # fmt: skip
