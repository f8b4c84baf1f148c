"""The hash chains: seal what grew, verify everything (DESIGN.md §3.6)."""

from __future__ import annotations

from dataclasses import dataclass

from tracker.domain.chain import GENESIS, EventFacts, event_hash, root_of
from tracker.persistence.repositories.ledger import EventRow
from tracker.services.context import Floor

LEAVES_A_SEAL = 5000
MOST_FAULTS = 50


@dataclass(frozen=True)
class Verification:
    """What was checked and what was wrong; `faults` empty = whole."""

    events: int
    streams: int
    seals: int
    faults: tuple[str, ...]

    def sentences(self) -> list[str]:
        """Return the result as sentences."""
        head = f"共核对{self.streams}条记录链、{self.events}条记录、{self.seals}次封存。"
        return [head, *(self.faults or ("全部一致，没有改动、缺失或乱序。",))]


class LedgerService:
    """Seals and verifies."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor

    def seal(self) -> str | None:
        """Commit a root over the heads that grew since the last seal; return it as hex, None when nothing grew.

        The caller hands the root out of the database (a log, a mail, another machine).
        """
        now = self._floor.clock.now()
        with self._floor.uows() as uow:
            uow.ledger.lock_sealing()
            leaves = uow.ledger.grown_streams(LEAVES_A_SEAL)
            if not leaves:
                return None
            last = uow.ledger.last_seal()
            previous = last[1] if last else GENESIS
            root = root_of(previous, leaves)
            uow.ledger.add_seal(at=now, root=root, previous=previous, leaves=leaves)
            uow.commit()
            return root.hex()

    def verify(self) -> Verification:
        """Recompute every chain and every seal."""
        faults: list[str] = []
        events = streams = 0
        with self._floor.uows() as uow:
            for batch in uow.ledger.stream_batches():
                head, place = GENESIS, ("", 0)
                seq = 0
                for row in batch:
                    if (row.stream_kind, row.subject_id) != place:
                        head, place, seq = GENESIS, (row.stream_kind, row.subject_id), 0
                        streams += 1
                    events += 1
                    seq += 1
                    fault = _fault(row, head, seq)
                    if fault and len(faults) < MOST_FAULTS:
                        faults.append(fault)
                    head, seq = row.hash, row.seq
            faults += [
                f"记录链 {name} 的末端与最后一条记录不符，可能有记录被删除。"
                for name in uow.ledger.heads_that_disagree()
            ]
            seals = uow.ledger.seals()
            previous = GENESIS
            for seal_id, root, claimed in seals:
                leaves = uow.ledger.leaves_of(seal_id)
                if claimed != previous or root_of(previous, [(x.stream_id, x.seq, x.head) for x in leaves]) != root:
                    faults.append(f"第{seal_id}次封存的根值不符。")
                faults += [
                    f"第{seal_id}次封存的记录链 {x.stream_id} 第{x.seq}条与现存记录不符。"
                    for x in leaves
                    if x.event_hash != x.head
                ]
                previous = root
        return Verification(events, streams, len(seals), tuple(faults[:MOST_FAULTS]))


def _fault(row: EventRow, head: bytes, seq: int) -> str | None:
    name = f"{row.stream_kind}:{row.subject_id}"
    if row.seq != seq:
        return f"记录链 {name} 缺第{seq}条。"
    facts = EventFacts(row.kind, row.payload, row.person_id, row.post_id)
    expected = event_hash(head, stream=name, seq=row.seq, at=row.at, facts=facts, commitment=row.commitment)
    if row.previous != head or row.hash != expected:
        return f"记录链 {name} 第{row.seq}条与其校验值不符，内容被改动过。"
    return None
