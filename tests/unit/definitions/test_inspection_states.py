"""The states of an inspection that visits go by are states of the shipped workflow."""

from tests.support.world import shipped_catalog
from tracker.domain.visits import INSPECTION, INSPECTION_PLANNED, INSPECTION_WITHDRAWN

WORKFLOW = shipped_catalog().workflows[INSPECTION]


def test_an_inspection_begins_where_nothing_is_recorded_and_is_called_off_at_an_end() -> None:
    assert WORKFLOW.initial == INSPECTION_PLANNED
    assert WORKFLOW.states[INSPECTION_WITHDRAWN].final
    assert not WORKFLOW.states[INSPECTION_WITHDRAWN].done
    leaving = {one.target for one in WORKFLOW.transitions if INSPECTION_PLANNED in one.sources}
    assert leaving == {"recorded", INSPECTION_WITHDRAWN}
