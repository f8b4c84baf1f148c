"""How much of a table is read at all; what is larger is refused with a sentence, never cut off."""

MOST_BYTES = 20 * 1024**2
MOST_UNPACKED = 200 * 1024**2
MOST_ROWS = 30_000
MOST_COLUMNS = 60
MOST_SHEETS = 12
LONGEST_CELL = 2_000
