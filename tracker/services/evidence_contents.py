"""What a bundle of evidence says of a paper, as data: its content, its chains, its deliveries, what was filled in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from tracker.domain.definition import FieldType
from tracker.domain.evidence import UnitsView, as_json, chain_file, chain_plain
from tracker.domain.field_words import say_value
from tracker.domain.ports import WorkflowCatalog
from tracker.domain.values import ROLE_TITLES, Role
from tracker.persistence.models import Task
from tracker.persistence.queries.evidence import find_receipts, known_findings, newest_seal, read_chains, visits_behind
from tracker.persistence.queries.notice_page import FilledRow, NoticePage
from tracker.persistence.queries.proof import find_proof
from tracker.persistence.unit_of_work import UnitOfWork


def record_files(uow: UnitOfWork, found: NoticePage, tasks: Iterable[Task]) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the manifest's account of the record, and the files that carry it.

    The seal is read first: a chain that grows meanwhile then reaches beyond it, never a seal beyond its chains.
    """
    head, tasks = found.head, tuple(tasks)
    notice, own = f"notice:{head.id}", f"task:{head.task_id}"
    about = {notice: f"{head.ref} {head.title}", own: f"{head.task_ref} 这份文书的办理"}
    if head.inside:
        # A visit's chain tells of other units too; a unit has the record of its own inspection.
        behind = visits_behind(uow.session, [task.id for task in tasks])
        about |= {f"visit:{visit_id}": f"{ref} 实地督导" for visit_id, ref in behind.items()}
    about |= {f"task:{task.id}": f"{task.ref} {task.title}" for task in tasks}
    seal = newest_seal(uow.session, head.id, streams=about)
    chains = read_chains(uow.session, [_stream(name) for name in about])
    view = None
    if not head.inside:
        known = known_findings(uow.session, [head.task_id, *(task.id for task in tasks)])
        view = UnitsView(notice, own, known)
    texts = {chain_file(name): as_json(chain_plain(name, about[name], events, view)) for name, events in chains.items()}
    ends = {name: events[-1] for name, events in chains.items() if events}
    issued = next(one.payload for one in chains[notice] if one.kind == "notice.issued")
    manifest: dict[str, Any] = {
        "paper": {
            "ref": head.ref, "number": head.printed_number, "title": head.title, "stream": notice,
            "unit": head.printed_unit_name, "approved_hash": head.approved_hash,
        },
        "chains": {
            name: {"file": chain_file(name), "seq": last.seq, "head": last.hash, "about": about[name]}
            for name, last in ends.items()
        },
    }  # fmt: skip
    texts["paper/content.json"] = as_json(_content(uow, found, issued))
    texts["deliveries.json"] = as_json(_deliveries(uow, head.id))
    if seal is not None:
        texts["seal.json"] = as_json(asdict(seal))
        manifest["seal"] = {"file": "seal.json", "id": seal.id, "root": seal.root}
    return manifest, texts


def filled_plain(catalog: WorkflowCatalog, row: FilledRow) -> dict[str, Any]:
    """Return what was filled in for a paper, in words."""
    definition = catalog.workflow(row.workflow_version_id)
    form = definition.forms[row.form_key]
    fields: dict[str, Any] = {}
    for one in form.fields:
        value = row.values.get(one.name)
        if one.type is FieldType.ROWS:
            of = definition.forms[one.of or ""].fields
            fields[one.title] = [{x.title: say_value(x, line.get(x.name)) for x in of} for line in value or []]
        elif one.type is not FieldType.FILES:
            fields[one.title] = say_value(one, value)
    return {
        "form": form.title, "step": row.transition, "at": row.submitted_at, "person": row.person_name,
        "fields": fields, "attachments": sorted(row.files),
    }  # fmt: skip


def _stream(name: str) -> tuple[str, int]:
    kind, _, subject = name.partition(":")
    return kind, int(subject)


def _content(uow: UnitOfWork, found: NoticePage, issued: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was approved, as it was hashed; a line that never left the office has no text for those outside."""
    head = found.head
    shown = {item.id for item in found.items}
    texts = {item.id: item.text for item in uow.notices.items(head.id) if item.id in shown}
    return {
        "kind": head.kind, "unit": head.unit_id, "severity": head.severity, "title": head.title, "body": head.body,
        "details": dict(head.details), "number": head.printed_number, "approved_hash": head.approved_hash,
        "recipient": head.printed_unit_name, "printed": issued["items"],
        "items": [[item_id, texts.get(item_id)] for item_id in uow.notices.sealed_items(head.id)],
    }  # fmt: skip


def _deliveries(uow: UnitOfWork, notice_id: int) -> list[dict[str, Any]]:
    lines = find_proof(uow.session, notice_id)
    receipts = find_receipts(uow.session, {way.ref for line in lines for way in line.ways})
    found = []
    for line in lines:
        ways = [
            {**asdict(way), "title": way.title, "receipts": [asdict(one) for one in receipts if one.ref == way.ref]}
            for way in line.ways
        ]
        found.append({
            "told": line.kind_title, "person": line.name, "unit": line.unit_name, "role": ROLE_TITLES[Role(line.role)],
            "told_at": line.told_at, "opened_at": line.read_at, "ways": ways,
        })  # fmt: skip
    return found
