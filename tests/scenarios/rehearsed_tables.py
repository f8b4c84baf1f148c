"""The periods of the shipped campaign files, reckoned by hand: a line names measures, the lines below it their periods.

Each period: its key without the year (once and start as they are), the day its task opens, the day it is due.
"""

from __future__ import annotations

Row = tuple[str, str, str, str]

FUNDS = {
    # Leads in 5, 6, 7, 15, 20 and 22, works alone in 21, supports 26.
    "zj-gongan": """
m05 m07 m20 m21 m22 m26
  Q1 01-05 03-31
  Q2 04-01 06-30
  Q3 07-01 09-30
  Q4 10-01 12-31
m06
  once 01-05 03-31
m15
  once 01-05 12-31
""",
    # On its own in 1, 2, 3, 8, 9, 12, 14, 16, 19, 23 and 28; supports 4, 5, 7, 10, 15 and 29. Sundays stay.
    "zj-nongshang": """
m01 m02 m04 m05 m07 m08 m10 m14 m16 m29
  Q1 01-05 03-31
  Q2 04-01 06-30
  Q3 07-01 09-30
  Q4 10-01 12-31
m03 m09 m15 m19 m23
  once 01-05 12-31
m12
  start 01-05 03-31
  Q2 04-01 06-30
  Q3 07-01 09-30
  Q4 10-01 12-31
m28
  01 01-05 01-25
  02 02-01 02-25
  03 03-01 03-25
  04 04-01 04-25
  05 05-01 05-25
  06 06-01 06-25
  07 07-01 07-25
  08 08-01 08-25
  09 09-01 09-25
  10 10-01 10-25
  11 11-01 11-25
  12 12-01 12-25
""",
}

ELDERS = {
    # Fifteen working days after 15 April: 30 April is the eleventh, 6 to 8 May three more, Saturday 9 May the last.
    "yl-minzheng": """
m01
  once 04-15 05-09
m02
  once 04-15 05-31
m05
  once 06-01 06-30
m06
  once 04-15 06-20
m07
  once 07-01 07-15
m08
  once 07-01 07-31
m09
  once 07-01 08-20
m12
  06 06-01 06-30
  07 07-01 07-31
  08 08-01 08-31
m14
  05 05-01 05-19
  06 06-01 06-19
  07 07-01 07-19
  08 08-01 08-19
m15
  once 04-15 08-25
""",
    "yl-gongan": """
m01
  once 04-15 05-09
m03
  once 04-15 05-31
m05
  once 06-01 06-30
m07
  once 07-01 07-15
m08
  once 07-01 07-31
m09
  once 07-01 08-20
m11
  04 04-15 04-30
  05 05-01 05-31
  06 06-01 06-30
  07 07-01 07-31
  08 08-01 08-31
m14
  05 05-01 05-19
  06 06-01 06-19
  07 07-01 07-19
  08 08-01 08-19
m15
  once 04-15 08-25
""",
    "yl-beixi": """
m01
  once 04-15 05-09
m04
  once 04-15 05-31
m05
  once 06-01 06-30
m07
  once 07-01 07-15
m08
  once 07-01 07-31
m09
  once 07-01 08-20
m10
  07-1 07-01 07-10
  07-2 07-11 07-20
  07-3 07-21 07-31
  08-1 08-01 08-10
  08-2 08-11 08-20
  08-3 08-21 08-31
m13
  06 06-01 06-30
  07 07-01 07-31
  08 08-01 08-31
m14
  05 05-01 05-19
  06 06-01 06-19
  07 07-01 07-19
  08 08-01 08-19
m15
  once 04-15 08-25
""",
}

DROWNING = {
    # Fifteen working days after 16 March: 3 April is the fourteenth, 清明 lies between, 7 April the last.
    "fn-401": """
m02
  once 03-16 04-07
m03
  once 03-16 04-10
m04
  W14-5 04-01 04-03
  W15-1 04-04 04-06
  W15-5 04-07 04-10
  W16-1 04-11 04-13
  W16-5 04-14 04-17
  W17-1 04-18 04-20
  W17-5 04-21 04-24
  W18-1 04-25 04-27
  W18-5 04-28 05-01
  W19-1 05-02 05-04
  W19-5 05-05 05-08
  W20-1 05-09 05-11
  W20-5 05-12 05-15
  W21-1 05-16 05-18
  W21-5 05-19 05-22
  W22-1 05-23 05-25
  W22-5 05-26 05-29
  W23-1 05-30 06-01
  W23-5 06-02 06-05
  W24-1 06-06 06-08
  W24-5 06-09 06-12
  W25-1 06-13 06-15
  W25-5 06-16 06-19
  W26-1 06-20 06-22
  W26-5 06-23 06-26
  W27-1 06-27 06-29
  W27-5 06-30 07-03
  W28-1 07-04 07-06
  W28-5 07-07 07-10
m05
  once 03-16 04-24
m08
  once 05-18 05-29
m09
  07-2 07-11 07-20
  07-3 07-21 07-31
  08-1 08-01 08-10
  08-2 08-11 08-20
  08-3 08-21 08-31
m11
  once 03-16 09-25
""",
    "fn-houqin": """
m01
  once 03-16 03-31
m06
  once 03-16 05-15
m07
  04 04-01 04-30
  05 05-01 05-31
  06 06-01 06-30
  07 07-01 07-31
  08 08-01 08-31
  09 09-01 09-30
m10
  once 03-16 09-11
""",
}


def rows_of(table: str) -> list[Row]:
    """Return a table as (measure, period key, opens on, due on), sorted."""
    rows: list[Row] = []
    measures: list[str] = []
    for line in table.strip().splitlines():
        if not line.startswith(" "):
            measures = line.split()
            continue
        period, opens, due = line.split()
        key = period if period in ("once", "start") else f"2026-{period}"
        rows += [(measure, key, opens, due) for measure in measures]
    return sorted(rows)
