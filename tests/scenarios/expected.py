"""What six months must produce, derived by hand from the ladders and the calendar of 2026. Never pasted from output.

moment | who | what | why. After the first "assigned" messages everything told is here, one line a person and
moment, with its kinds; and what the engine raised (who = finding) or could not do (who = incident).

what      kind and task: `p1` a measure, `s1/r` an item opened by a task of s1, `DD3` a 督导通知书 of severity 3,
          `YT4` a 约谈通知书 of severity 4, `DD3/r` an item opened by it. `new` = the finding opened a draft.
          † = told, but overtaken before sending, so not in the mail.
rest      Sat and Sun; 4.4–6, 5.1–5, 6.19–21; worked Saturday 5.9.
"""

from __future__ import annotations

EXPECTED = """
# March. accept: one working day from Monday 3.2. West signs for s1 only on the 5th.
03-03 09:10 | clerk-west | remind s1 | accept is due on the 3rd
03-04 09:10 | clerk-west | urge s1 | accept +1
03-04 09:10 | head-west | urge s1 | accept +1 goes to the head too
03-05 09:10 | area | urge s1 | accept +2 rises to the area leader
03-05 09:10 | head-west | urge s1 | accept +2
# Everybody returns s1 and p1 before the first reminder (3.17); south's p1 is sent back.
03-12 10:00 | sup | to_review p1×6 s1×6 | six villages return two duties: one message
03-13 10:00 | clerk-east | approved p1 s1 | passed
03-13 10:00 | clerk-hill | approved p1 s1 | passed
03-13 10:00 | clerk-lake | approved p1 s1 | passed
03-13 10:00 | clerk-north | approved p1 s1 | passed
03-13 10:00 | clerk-south | approved s1; returned p1 | sent back, first time: told, nothing raised
03-13 10:00 | clerk-west | approved p1 s1 | passed
03-16 10:00 | sup | to_review p1 | south's second try
# South's p1 is sent back twice: the ladder's supervise rung by count, though nothing is late.
03-17 10:00 | clerk-south | returned p1 | sent back, second time
03-17 10:00 | finding | south DD3 new p1 quality | quality_failures: 2
03-17 10:00 | sup | raised p1 | supervise addresses the supervisor
03-17 10:30 | boss | draft_waiting DD3 | put up: leader told, the doer not
03-17 11:00 | sup | draft_waiting DD3 | approved by the leader
03-17 11:30 | clerk-south | served DD3 | issued
03-17 11:30 | head-south | served DD3 | issued
03-19 10:00 | sup | to_review DD3 p1 | reply, and the third try
03-20 10:00 | clerk-south | approved p1; reply_judged DD3 | closed
03-20 10:00 | head-south | reply_judged DD3 | closed
# r1 of all and south's item are reported on 3.25; north's does not stand the recheck.
03-25 10:00 | sup | to_review DD3/r r1×6 | long before r1 is due (4.30)
03-26 10:00 | clerk-east | signed_off r1 | signed off
03-26 10:00 | clerk-hill | signed_off r1 | signed off
03-26 10:00 | clerk-lake | signed_off r1 | signed off
03-26 10:00 | clerk-north | returned r1 | failed recheck
03-26 10:00 | clerk-south | signed_off DD3/r r1 | signed off
03-26 10:00 | clerk-west | signed_off r1 | signed off
03-26 10:00 | finding | north DD3 new r1 recheck | failed_rechecks: 1
03-26 10:00 | sup | raised r1 | supervise
03-26 10:30 | boss | draft_waiting DD3 | put up
03-26 11:00 | sup | draft_waiting DD3 | approved
03-26 11:30 | clerk-north | served DD3 | issued
03-26 11:30 | head-north | served DD3 | issued
# East set itself Sunday 4.5 for its problem: no move, and all counts back from Friday 4.3. North must reply by 4.2.
03-31 09:10 | clerk-east | remind s1/r | -3 from Friday 4.3
04-01 09:10 | clerk-north | remind DD3 | reply -1
04-02 09:10 | clerk-east | remind s1/r | -1 from Friday 4.3
04-02 09:10 | clerk-north | remind DD3 | reply on the day
04-02 09:10 | head-north | remind DD3 | reply on the day goes to the head too
04-03 09:10 | clerk-east | remind s1/r | the last working day before Sunday
04-03 09:10 | clerk-north | urge DD3 | reply +1
04-03 09:10 | head-north | urge DD3 | reply +1
# Qingming 4.4–6: silence.
04-07 09:10 | clerk-east | urge s1/r | +1 is the first working day after Qingming
04-07 09:10 | head-east | urge s1/r | +1
04-08 09:10 | boss | raised DD3 | interview addresses supervisor and leader
04-08 09:10 | finding | north YT4 new DD3 late | reply +3: 4.3, 4.7, 4.8
04-08 09:10 | sup | raised DD3 | interview
04-08 10:00 | sup | to_review DD3 r1 s1/r | north replies and redoes r1; east reports, before its +3 (4.9)
04-09 10:00 | clerk-east | signed_off s1/r | signed off
04-09 10:00 | clerk-north | reply_judged DD3; signed_off r1 | closed
04-09 10:00 | head-north | reply_judged DD3 | closed
# Nobody decides on the interview draft: that is escalated as well.
04-10 09:10 | sup | remind YT4 | decide: two working days from 4.8
04-13 09:10 | boss | remind YT4 | decide +1 goes to the leader too
04-13 09:10 | sup | remind YT4 | decide +1
# The second batch, a good while before each due day. Hill keeps s2 and t1, lake keeps t1.
04-20 10:00 | sup | to_review DD3/r p2×3 s2×5 t1×4 | one message
04-21 10:00 | clerk-east | approved p2 s2 t1 | passed
04-21 10:00 | clerk-hill | approved p2 | passed
04-21 10:00 | clerk-lake | approved s2 | passed
04-21 10:00 | clerk-north | approved p2 s2 t1; signed_off DD3/r | passed, signed off
04-21 10:00 | clerk-south | approved s2 t1 | passed
04-21 10:00 | clerk-west | approved s2 t1 | passed
# s2 is due on 4.28. Hill asks on the 27th; the clock rests over the due day; refused on the 29th.
04-23 09:10 | clerk-hill | remind s2 | -3
04-27 09:10 | clerk-hill | remind s2 | -1
04-27 10:00 | sup | extension_asked s2 | hill asks
04-28 10:00 | sup | extension_asked t1 | lake asks; s2's reminder of the day rests
04-29 09:10 | sup | remind s2 | the answer to hill is due today (two working days)
04-29 10:00 | clerk-hill | extension_decided s2 | refused; "due today" would now be untrue and is not sent
04-29 10:00 | clerk-lake | extension_decided t1 | granted until 5.15
04-29 10:00 | head-hill | extension_decided s2 | refused
04-29 10:00 | head-lake | extension_decided t1 | granted
04-30 09:10 | clerk-hill | remind t1; urge s2 | t1 -3 (5.7, 5.6, 4.30); s2 +1 counted from the answer
04-30 09:10 | head-hill | urge s2 | +1
# Labour Day 5.1–5: silence. Hill asks again on 5.6, too late (an error, no message), and reports before +3 (5.7).
05-06 10:00 | sup | to_review s2 | late, but there
05-07 09:10 | clerk-hill | remind t1 | -1
05-08 09:10 | clerk-hill | remind t1 | on the day
05-09 09:10 | clerk-hill | urge t1 | +1 is the worked Saturday
05-09 09:10 | head-hill | urge t1 | +1
05-11 10:00 | sup | to_review t1 | hill, before +3 (5.12)
05-11 14:00 | clerk-hill | approved s2 t1 | passed
05-12 09:10 | clerk-lake | remind t1 | -3 of the extended date; nothing of the old one
05-13 10:00 | sup | to_review t1 | lake, within the extension
05-14 10:00 | clerk-lake | approved t1 | passed
# Lake's p2 is withdrawn in the minute in which it is reported: nobody is asked to review what is gone.
05-20 10:00 | clerk-lake | withdrawn p2 | by the office
05-20 10:00 | sup | to_review p2† | told, overtaken, not mailed
# A leader orders an interview for west's r2, due on 7.31. The draft is given up next day.
05-25 10:00 | boss | raised r2 | interview
05-25 10:00 | finding | west YT4 new r2 order | ordered; two months before the due day
05-25 10:00 | sup | raised r2 | interview
# June. Signed off on 3.26: 90 days end on 6.24; ten working days before is 6.9, as 6.19 is a holiday.
06-09 09:10 | sup | remind DD3/r r1×5 | look_back -10
# West's liaison left on 6.1: the head gets the messages, and the office an item to mend.
06-15 09:10 | clerk-south | remind p2 | -3
06-15 09:10 | head-west | remind p2 | -3, in the liaison's stead
06-15 09:10 | incident | vacancy west liaison | opened once, however often met
06-16 10:00 | sup | to_review p2 | the head reports
06-17 09:10 | clerk-south | remind p2 | -1
06-17 10:00 | head-west | approved p2 | in the liaison's stead
06-18 09:10 | clerk-south | remind p2 | on the day
# Dragon Boat 6.19–21: silence.
06-22 09:10 | clerk-south | urge p2 | +1
06-22 09:10 | head-south | urge p2 | +1
06-24 09:10 | finding | south DD3 new p2 late | +3: 6.22, 6.23, 6.24; its first paper is issued, so a new draft
06-24 09:10 | sup | raised p2; remind r1 s1/r | supervise; look_back -10 of what was signed off on 4.9 (90 days: 7.8)
06-24 10:00 | sup | to_review p2 | south reports at last; the draft has nothing left and is given up
# Look-back finds east's problem again: severity one higher from now on.
06-25 10:00 | clerk-east | relapsed s1/r | fifteen days to mend it: 7.10
06-25 10:00 | clerk-south | approved p2 | passed
06-30 10:00 | sup | to_review s1/r | mended
07-01 10:00 | clerk-east | returned s1/r | failed recheck; counts began anew with the relapse
07-01 10:00 | finding | east DD4 new s1/r recheck | severity 3 + 1
07-01 10:00 | sup | raised s1/r | supervise
07-02 10:00 | sup | to_review s1/r | mended again
07-03 10:00 | clerk-east | signed_off s1/r | signed off
# July: r2 and t2, early. Nothing more until the end: the next look-backs fall into autumn.
07-20 10:00 | sup | to_review r2×6 t2×6 | one message
07-21 10:00 | clerk-east | approved t2; signed_off r2 | done
07-21 10:00 | clerk-hill | approved t2; signed_off r2 | done
07-21 10:00 | clerk-lake | approved t2; signed_off r2 | done
07-21 10:00 | clerk-north | approved t2; signed_off r2 | done
07-21 10:00 | clerk-south | approved t2; signed_off r2 | done
07-21 10:00 | head-west | approved t2; signed_off r2 | done, in the liaison's stead
"""

MOST_ROWS = 120


#: Mondays from the first whole week to the last day; 4.6 and 5.4 are holidays, told on the first day worked after them.
WEEKS = """
03-09 03-16 03-23 03-30 04-07 04-13 04-20 04-27 05-06 05-11 05-18 05-25 06-01 06-08 06-15 06-22 06-29
07-06 07-13 07-20 07-27 08-03 08-10 08-17 08-24 08-31"""


def expected_rows() -> dict[str, str]:
    """Return why by row ("moment | who | what")."""
    rows: dict[str, str] = {}
    for line in EXPECTED.strip().splitlines():
        if line.startswith("#"):
            continue
        moment, who, what, why = (part.strip() for part in line.split(" | "))
        row = f"{moment} | {who} | {what}"
        if row in rows:
            raise ValueError(f"the table says twice: {row}")
        rows[row] = why
    if len(rows) > MOST_ROWS:
        raise ValueError(f"{len(rows)} rows, at most {MOST_ROWS}")
    return rows
