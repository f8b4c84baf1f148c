"""The table of every route: who may, who sees and may not; for all others it does not exist."""

from __future__ import annotations

from dataclasses import dataclass

UNIT = "clerk-east head-east"
SIDE = "office1 sup1 boss"
DRAFTERS = "office1 sup1"
INVOLVED = f"{UNIT} area {SIDE}"
CAMPAIGN = f"{INVOLVED} clerk-west head-west"
NEIGHBOURS = "n-office1 n-sup n-boss n-area n-east n-east-head n-north n-north-head"
BUSINESS = f"{CAMPAIGN} {NEIGHBOURS}"
ADMINS = "security system audit"
SIGNED_IN = f"{BUSINESS} {ADMINS}"
NOBODY = "nobody"
ALL = f"{SIGNED_IN} {NOBODY}"
ACTS = "any(unlock, disable, enable):act"
BENCH = f"{SIDE} n-office1 n-sup n-boss"


@dataclass(frozen=True)
class Row:
    """One knock: method and rule, the door (parts of the rule filled in), who may, who sees but may not (403)."""

    method: str
    rule: str
    may: str = ""
    sees: str = ""
    fill: str = ""

    def path(self, doors: dict[str, str]) -> str:
        """Return the address."""
        given = dict(pair.split("=") for pair in self.fill.split())
        path = self.rule.replace(f"<{ACTS}>", "disable")
        for part, door in given.items():
            path = path.replace(f"<{part}>", doors.get(door, door))
        return path

    def __str__(self) -> str:
        return f"{self.method} {self.rule} {self.fill}".strip()


#: Whoever answers for items somewhere, as their unit or at the office.
EDITORS = f"{UNIT} clerk-west head-west {DRAFTERS} n-office1 n-sup n-east n-east-head n-north n-north-head"
#: Two offices of one township keep its units and people together.
KEEPERS = "office1 n-office1"
UNIT_DOOR = "int:unit_id=unit"
#: The neighbour's campaign reaches into the same village; its people follow their own part of what it does.
AT_EAST = "n-office1 n-sup n-boss n-area n-east n-east-head"
PERSON = "int:person_id=person"
ACCOUNT = f"{PERSON} int:account_id=account"
ROUTES = (
    Row("GET", "/static/<path:filename>", ALL, fill="path:filename=css/tracker.css"),
    Row("GET", "/bootstrap/static/<path:filename>", ALL, fill="path:filename=css/bootstrap.min.css"),
    Row("GET", "/healthz", ALL),
    Row("GET", "/metrics", ALL),  # from this machine; from elsewhere see test_errors
    Row("GET", "/", SIGNED_IN),
    Row("GET", "/login", ALL),
    Row("POST", "/login", ALL),
    Row("POST", "/logout", SIGNED_IN),
    Row("GET", "/account/password", SIGNED_IN),
    Row("POST", "/account/password", SIGNED_IN),
    Row("GET", "/account/mail", SIGNED_IN),
    Row("POST", "/account/mail", SIGNED_IN),
    Row("GET", "/help", SIGNED_IN),
    Row("GET", "/help/roles/<role>", SIGNED_IN, fill="role=liaison"),
    Row("GET", "/help/roles/<role>", fill="role=mayor"),
    Row("GET", "/help/<workflow>", SIGNED_IN, fill="workflow=lead_check"),
    Row("GET", "/help/<workflow>", fill="workflow=none"),
    Row("GET", "/help/visits", SIGNED_IN),
    Row("GET", "/style", ADMINS),  # in a sample everybody: see test_style_page
    Row("GET", "/inbox", SIGNED_IN),
    Row("GET", "/inbox/<int:told_id>", "clerk-east", fill="int:told_id=told"),
    Row("POST", "/inbox/read", SIGNED_IN),
    # -- the desk and tasks
    Row("GET", "/desk", BUSINESS),
    Row("GET", "/desk/month", BUSINESS),
    Row("GET", "/desk/problems", BUSINESS),
    Row("POST", "/desk/accept", UNIT),
    Row("GET", "/tasks/<ref>", INVOLVED, fill="ref=task"),
    Row("GET", "/tasks/<ref>", INVOLVED, fill="ref=issued_task"),
    Row("GET", "/tasks/<ref>", SIDE, fill="ref=draft_task"),
    *(
        Row("GET", rule, who, fill=f"ref={door}")
        for rule in ("/tasks/<ref>/timeline", "/explain/<ref>", "/explain/<ref>.json")
        for door, who in (("task", INVOLVED), ("issued_task", INVOLVED), ("draft_task", SIDE))
    ),
    *(
        Row("GET", f"/explain/<ref>{form}", who, fill=f"ref={door}")
        for form in ("", ".json")
        for door, who in (("finding", SIDE), ("draft", SIDE), ("issued", INVOLVED))
    ),
    Row("POST", "/tasks/<ref>/attachments", UNIT, f"{SIDE} area", fill="ref=task"),
    Row("POST", "/tasks/<ref>/<transition>", UNIT, f"{SIDE} area", fill="ref=task transition=report"),
    Row("POST", "/tasks/<ref>/<transition>", fill="ref=task transition=none"),
    Row("POST", "/tasks/<ref>/<transition>", fill="ref=draft_task transition=seal"),  # papers have their own page
    Row("POST", "/tasks/<ref>/<transition>", fill="ref=issued_task transition=accept"),
    Row("POST", "/tasks/<ref>/extension", UNIT, fill="ref=task"),
    Row("POST", "/tasks/<ref>/extension", fill="ref=draft_task"),
    Row("POST", "/tasks/<ref>/extension/decision", DRAFTERS, f"{UNIT} boss", fill="ref=task"),
    Row("POST", "/tasks/<ref>/urge", f"{SIDE} area", UNIT, fill="ref=task"),
    Row("POST", "/tasks/<ref>/urge", SIDE, fill="ref=draft_task"),
    Row("POST", "/tasks/<ref>/objection", UNIT, fill="ref=task"),
    Row("POST", "/tasks/<ref>/objection", fill="ref=draft_task"),
    Row("POST", "/tasks/<ref>/hand-down", UNIT, fill="ref=task"),
    Row("POST", "/tasks/<ref>/hand-down", fill="ref=draft_task"),
    Row("POST", "/tasks/<ref>/order", "boss", fill="ref=task"),
    Row("POST", "/tasks/<ref>/excuse", "sup1", fill="ref=task"),
    Row("POST", "/tasks/<ref>/order", "boss", fill="ref=draft_task"),
    Row("POST", "/tasks/<ref>/attachments", DRAFTERS, "boss", fill="ref=draft_task"),
    Row("POST", "/tasks/<ref>/drafts/<act>", UNIT, f"{SIDE} area", fill="ref=task act=report"),
    Row("POST", "/tasks/<ref>/drafts/<act>", SIDE, fill="ref=draft_task act=send_back"),
    Row("POST", "/tasks/<ref>/drafts/<act>/discard", INVOLVED, fill="ref=task act=report"),
    Row("POST", "/tasks/<ref>/drafts/<act>/discard", SIDE, fill="ref=draft_task act=send_back"),
    Row("GET", "/attachments/<ref>", INVOLVED, fill="ref=attachment"),
    Row("GET", "/search", BUSINESS),
    # -- the workbench and papers
    Row("GET", "/workbench", BENCH),
    Row("GET", "/workbench/findings", BENCH),
    Row("GET", "/workbench/decide", f"{BENCH}"),
    Row("POST", "/workbench/decide", f"{BENCH}"),
    Row("GET", "/workbench/one", BENCH),
    Row("POST", "/workbench/one", BENCH),
    Row("POST", "/workbench/one/release", BENCH),
    Row("POST", "/workbench/views", BENCH),
    Row("POST", "/workbench/views/<int:view_id>/forget", fill="int:view_id=1"),  # one's own: see test_saved_views
    Row("GET", "/brief", "boss n-boss"),
    Row("POST", "/campaigns/<ref>/weekly", "boss", fill="ref=campaign"),
    Row("GET", "/notices", BUSINESS),
    Row("GET", "/notices/<ref>", SIDE, fill="ref=draft"),
    Row("GET", "/notices/<ref>", INVOLVED, fill="ref=issued"),
    Row("GET", "/notices/<ref>/<document>.docx", SIDE, fill="ref=draft document=paper"),
    Row("GET", "/notices/<ref>/<document>.docx", INVOLVED, fill="ref=issued document=paper"),
    Row("GET", "/notices/<ref>/<document>.docx", fill="ref=issued document=record"),  # only an interview has one
    Row("POST", "/notices/papers.zip", INVOLVED),  # whose list holds an issued paper
    Row("GET", "/slip", ALL),
    Row("POST", "/notices/<ref>/slip", DRAFTERS, fill="ref=issued"),
    Row("POST", "/notices/<ref>/slip", DRAFTERS, fill="ref=draft"),
    Row("POST", "/notices/<ref>/slip.docx", DRAFTERS, fill="ref=issued"),
    *(
        Row("POST", rule, may, fill=f"ref={door}")  # these are no circulars: see test_rankings
        for rule in ("/notices/<ref>/ranking", "/notices/<ref>/ranking/none")
        for door, may in (("issued", DRAFTERS), ("draft", ""))
    ),
    *(
        Row(method, "/notices/<ref>/receipt", DRAFTERS, fill=f"ref={door}")
        for method in ("GET", "POST")
        for door in ("issued", "draft")
    ),
    *(Row("POST", "/notices/<ref>/filing", DRAFTERS, fill=f"ref={door}") for door in ("issued", "draft")),
    Row("POST", "/notices/<ref>/evidence", f"{UNIT} {SIDE}", fill="ref=issued"),
    Row("POST", "/notices/<ref>/evidence", SIDE, fill="ref=draft"),
    Row("GET", "/notices/<ref>/proof", SIDE, fill="ref=draft"),
    Row("GET", "/notices/<ref>/proof", INVOLVED, fill="ref=issued"),
    Row("POST", "/notices/<ref>/edit", DRAFTERS, fill="ref=draft"),
    Row("POST", "/notices/<ref>/edit", DRAFTERS, fill="ref=issued"),
    Row("POST", "/notices/<ref>/items", DRAFTERS, fill="ref=draft"),
    Row("POST", "/notices/<ref>/items/<int:item_id>/strike", DRAFTERS, fill="ref=draft int:item_id=draft_item"),
    Row("POST", "/notices/<ref>/items/<int:item_id>/strike", fill="ref=draft int:item_id=issued_item"),
    Row("POST", "/notices/<ref>/items/<int:item_id>/restore", DRAFTERS, fill="ref=draft int:item_id=draft_item"),
    Row("POST", "/notices/<ref>/correction", DRAFTERS, fill="ref=issued"),
    Row("POST", "/notices/<ref>/correction", DRAFTERS, fill="ref=draft"),
    Row("POST", "/notices/<ref>/signed-copy", DRAFTERS, fill="ref=issued"),
    Row("POST", "/notices/<ref>/signed-copy", DRAFTERS, fill="ref=draft"),
    Row("POST", "/notices/<ref>/<transition>", DRAFTERS, "boss", fill="ref=draft transition=seal"),
    Row("POST", "/notices/<ref>/<transition>", UNIT, f"{SIDE} area", fill="ref=issued transition=accept"),
    Row("POST", "/notices/<ref>/<transition>", "office1 boss", f"{UNIT} area sup1", fill="ref=issued transition=void"),
    Row("POST", "/notices/<ref>/extension", UNIT, fill="ref=issued"),
    Row("POST", "/notices/<ref>/extension", fill="ref=draft"),
    Row("POST", "/notices/<ref>/extension/decision", DRAFTERS, "head-east boss", fill="ref=issued"),
    Row("POST", "/notices/<ref>/extension/decision", DRAFTERS, "boss", fill="ref=draft"),
    Row("POST", "/tasks/<ref>/papers/<kind>", DRAFTERS, fill="ref=task kind=extension_reply"),
    Row("POST", "/tasks/<ref>/papers/<kind>", DRAFTERS, fill="ref=issued_task kind=revocation"),
    Row("POST", "/tasks/<ref>/papers/<kind>", fill="ref=task kind=none"),
    Row("GET", "/templates", KEEPERS),
    Row("GET", "/templates/starter.docx", KEEPERS),
    Row("POST", "/templates/<kind>", KEEPERS, fill="kind=supervision_notice"),
    Row("POST", "/templates/<kind>", fill="kind=none"),
    Row("POST", "/templates/<kind>/use", KEEPERS, fill="kind=supervision_notice"),
    Row("GET", "/templates/<kind>/<int:version>.docx", fill="kind=supervision_notice int:version=1"),
    Row("GET", "/templates/<kind>/<int:version>/trial.docx", fill="kind=supervision_notice int:version=1"),
    Row("POST", "/notices/<ref>/hand", SIDE, fill="ref=draft"),
    Row("POST", "/notices/<ref>/hand", SIDE, fill="ref=issued"),
    Row("GET", "/notices/<ref>/objection", UNIT, fill="ref=issued"),
    Row("GET", "/notices/<ref>/objection", fill="ref=draft"),
    Row("POST", "/notices/<ref>/objection", UNIT, fill="ref=issued"),
    Row("POST", "/notices/<ref>/objection", fill="ref=draft"),
    # -- campaigns
    Row("GET", "/campaigns", BUSINESS),
    Row("GET", "/campaigns/<ref>", CAMPAIGN, fill="ref=campaign"),
    Row("GET", "/campaigns/<ref>", SIDE, fill="ref=unissued"),
    Row("POST", "/campaigns/<ref>/issue", "office1", fill="ref=unissued"),
    Row("POST", "/campaigns/<ref>/issue", "office1", fill="ref=campaign"),
    *(
        Row(method, f"/campaigns/<ref>/changes{page}", "office1", fill=f"ref={door}")
        for method, page in (("GET", ""), ("GET", "/measure"), ("POST", ""), ("POST", "/preview"))
        for door in ("campaign", "unissued")
    ),
    *(
        Row("GET", f"/campaigns/<ref>/{page}", who, fill=f"ref={door}")
        for page in ("matrix", "tasks", "problems", "occurrences", "returns", "standings", "trends")
        for door, who in (("campaign", CAMPAIGN), ("unissued", SIDE))
    ),
    *(
        Row(method, f"/campaigns/<ref>/changes/{page}", "office1", fill=f"ref={door}")
        for method, page in (
            ("GET", "version"), ("POST", "version"), ("POST", "version/chosen"), ("POST", "measure"), ("POST", "ranking"),
            ("GET", "papers"), ("POST", "papers"),
        )
        for door in ("campaign", "unissued")
    ),
    Row("GET", "/campaigns/<ref>/look-backs", SIDE, fill="ref=campaign"),
    Row("POST", "/campaigns/<ref>/look-backs/<month>", "sup1", fill="ref=campaign month=2026-03"),
    Row("POST", "/campaigns/<ref>/look-backs/<month>", "sup1", fill="ref=unissued month=2026-03"),
    *(
        Row(method, "/campaigns/<ref>/papers/new", DRAFTERS, fill=f"ref={door}")
        for method in ("GET", "POST")
        for door in ("campaign", "unissued")
    ),
    # -- visits: an announced one to east, whose team is sup1 and the leader
    *(
        Row("GET", f"/campaigns/<ref>/visits{page}", who, fill=f"ref={door}")
        for page, who in (("", SIDE), (".csv", SIDE), ("/new", DRAFTERS))
        for door in ("campaign", "unissued")
    ),
    *(
        Row(method, "/campaigns/<ref>/visits/draws", who, fill=f"ref={door}")
        for method, who in (("GET", SIDE), ("POST", DRAFTERS))
        for door in ("campaign", "unissued")
    ),
    Row("POST", "/campaigns/<ref>/visits/draws/<int:number>", fill="ref=campaign int:number=1"),  # none was begun: see test_visit_draws
    Row("POST", "/campaigns/<ref>/visits", DRAFTERS, fill="ref=campaign"),
    Row("POST", "/campaigns/<ref>/visits", DRAFTERS, fill="ref=unissued"),
    Row("GET", "/visits", f"{UNIT} clerk-west head-west {BENCH} n-east n-east-head n-north n-north-head"),
    Row("POST", "/visits/verify", f"{UNIT} clerk-west head-west n-east n-east-head n-north n-north-head"),
    Row("POST", "/visits/unverified", f"{UNIT} clerk-west head-west n-east n-east-head n-north n-north-head"),
    Row("GET", "/visits/<ref>", INVOLVED, fill="ref=visit"),
    Row("POST", "/visits/<ref>/units/<int:unit_id>/refuse", UNIT, fill=f"ref=visit {UNIT_DOOR}"),
    *(
        Row("POST", f"/visits/<ref>/units/<int:unit_id>/{act}", "sup1 boss", "office1", fill=f"ref=visit {UNIT_DOOR}")
        for act in ("code", "begin")
    ),
    *(Row("POST", f"/visits/<ref>/{act}", DRAFTERS, "boss", fill="ref=visit") for act in ("cancel", "end")),
    *(Row(method, "/visits/<ref>/change", DRAFTERS, fill="ref=visit") for method in ("GET", "POST")),
    # -- ledgers
    Row("GET", "/ledger/read-back", EDITORS),
    Row("POST", "/ledger/read-back", EDITORS),
    Row("POST", "/ledger/read-back/confirm", EDITORS),
    Row("GET", "/ledger", BUSINESS),
    *(
        Row("GET", f"/ledger/<kind>{form}", who, fill=f"kind={kind}")
        for form in ("", ".csv")
        for kind, who in (("tasks", BUSINESS), ("notices", BUSINESS), ("findings", BENCH), ("nothing", ""))
    ),
    *(
        Row("POST", "/ledger/<kind>.xlsx", who, fill=f"kind={kind}")
        for kind, who in (("tasks", BUSINESS), ("findings", BENCH), ("nothing", ""))
    ),
    Row("GET", "/exports/<ref>", fill="ref=none"),  # one's own alone: see test_ledger_books
    Row("GET", "/exports/<ref>/file", fill="ref=none"),
    Row("POST", "/campaigns/<ref>/occurrences", DRAFTERS, fill="ref=campaign"),
    Row("POST", "/campaigns/<ref>/occurrences", DRAFTERS, fill="ref=unissued"),
    Row("POST", "/campaigns/<ref>/occurrences/<occurrence>/void", fill="ref=campaign occurrence=none"),  # see test_occurrences
    Row("POST", "/campaigns/<ref>/standings/<int:unit_id>/lift", "boss office1", fill="ref=campaign int:unit_id=unit"),
    Row("GET", "/campaigns/<ref>/returns/<key>", CAMPAIGN, fill="ref=campaign key=annex2"),
    Row("GET", "/campaigns/<ref>/returns/<key>", fill="ref=campaign key=annex3"),
    # -- administration
    Row("GET", "/admin/accounts", "security audit"),
    Row("POST", "/admin/people", "security"),
    Row("GET", "/admin/people/<int:person_id>", "security audit", fill=PERSON),
    Row("POST", "/admin/people/<int:person_id>/accounts", "security", fill=PERSON),
    Row("POST", "/admin/people/<int:person_id>/posts", "security", fill=PERSON),
    Row("POST", "/admin/people/<int:person_id>/posts/<int:post_id>/end", "security", fill=f"{PERSON} int:post_id=post"),
    Row("POST", "/admin/people/<int:person_id>/accounts/<int:account_id>/reset", "security", fill=ACCOUNT),
    Row(
        "POST", f"/admin/people/<int:person_id>/accounts/<int:account_id>/<{ACTS}>", "security", fill=ACCOUNT,
    ),
    Row("POST", "/admin/people/<int:person_id>/leave", "security", fill=PERSON),
    Row("GET", "/admin/incidents", "office1 n-office1 system"),
    Row("POST", "/admin/incidents/<int:incident_id>/resolve", "office1 system", fill="int:incident_id=incident"),
    Row("POST", "/admin/incidents/<int:incident_id>/resolve", "system", fill="int:incident_id=system_incident"),
    Row("GET", "/outbox", "office1 n-office1 system"),
    Row("GET", "/told", "office1 n-office1 sup1 n-sup system"),
    Row("GET", "/told/<int:person_id>", "office1 n-office1 sup1 n-sup system", fill=PERSON),
    Row("GET", "/told/<int:person_id>.csv", "office1 n-office1 sup1 n-sup system", fill=PERSON),
    Row("GET", "/outbox/wording", "office1 n-office1 system"),
    Row("GET", "/outbox/wording/<kind>", "office1 n-office1 system", fill="kind=remind"),
    Row("GET", "/outbox/<ref>", "office1 n-office1 system", fill="ref=delivery"),
    Row("POST", "/outbox/<ref>/retry", "office1 n-office1 system", fill="ref=delivery"),
    Row("POST", "/outbox/channels/<channel>/resume", "office1 n-office1 system", fill="channel=email"),
    Row("POST", "/outbox/channels/<channel>/trial", "", fill="channel=wecom:none"),
    Row("POST", "/outbox/trial", "office1 n-office1 system"),
    Row("GET", "/admin/ledger", "audit"),
    Row("POST", "/admin/ledger", "audit"),
    Row("GET", "/admin/health", "system"),
    # -- units and people
    Row("GET", "/units", f"{KEEPERS} system"),
    Row("GET", "/units/<int:unit_id>", f"{KEEPERS} system", fill=UNIT_DOOR),
    Row("GET", "/units/<int:unit_id>/record", f"{INVOLVED} {AT_EAST}", fill=UNIT_DOOR),
    *(Row("GET", f"/units/{page}", KEEPERS) for page in ("quality", "template", "export", "import", "people")),
    Row("POST", "/units/export", KEEPERS),
    Row("POST", "/units/import", KEEPERS),
    Row("GET", "/units/import/<ref>", "office1", fill="ref=import"),
    Row("POST", "/units/import/<ref>/forget", "office1", fill="ref=import"),
    Row("POST", "/units/import/<ref>/apply", "n-office1", fill="ref=n_import"),
    *(
        Row(method, f"/units/<int:unit_id>/{act}", KEEPERS, fill=UNIT_DOOR)
        for act in ("rename", "merge", "split")
        for method in ("GET", "POST")
    ),
    Row("GET", "/units/people/<int:person_id>", KEEPERS, fill=PERSON),
    Row("POST", "/units/people/<int:person_id>/reveal", KEEPERS, fill=PERSON),
    Row("POST", "/units/people/<int:person_id>/addresses", KEEPERS, fill=PERSON),
    Row("POST", "/units/people/<int:person_id>/contact/<channel>/clear", KEEPERS, fill=f"{PERSON} channel=email"),
    Row("POST", "/units/people/<int:person_id>/posts", KEEPERS, fill="int:person_id=leaver"),
    Row(
        "POST", "/units/people/<int:person_id>/posts/<int:post_id>/end", KEEPERS, fill=f"{PERSON} int:post_id=post",
    ),
    Row("POST", "/units/people/<int:person_id>/leave", KEEPERS, fill="int:person_id=leaver"),
    Row("GET", "/plans", KEEPERS),
    Row("POST", "/plans", KEEPERS),
    Row("GET", "/plans/<ref>", "office1", fill="ref=plan"),
    *(Row("POST", f"/plans/<ref>/{act}", "office1", fill="ref=plan") for act in ("head", "units", "kinds", "accept", "undo", "create", "drop")),
    Row("GET", "/plans/<ref>/record", "office1", fill="ref=plan"),
    *(Row(method, "/plans/<ref>/rehearsal", "office1", fill="ref=plan") for method in ("GET", "POST")),
    Row("POST", "/plans/<ref>/rehearsal/cancel", "office1", fill="ref=plan"),
    Row("POST", "/plans/<ref>/measures/<int:number>", "office1", fill="ref=plan int:number=1"),
    Row("GET", "/calendar", f"{KEEPERS} system"),
    Row("POST", "/calendar/preview", f"{KEEPERS} system"),
    Row("POST", "/calendar/apply", f"{KEEPERS} system"),
    Row("GET", "/calendar/previews/<ref>", fill="ref=none"),  # one's own: see test_calendar_progress
    Row("POST", "/calendar/previews/<ref>/cancel", fill="ref=none"),
    Row("GET", "/campaigns/<ref>/areas", "office1", fill="ref=campaign"),
    Row("POST", "/campaigns/<ref>/areas", "office1", fill="ref=campaign"),
    Row("POST", "/campaigns/<ref>/areas/responsible", "office1", fill="ref=campaign"),
    Row("GET", "/area", "area n-area"),
    Row(
        "POST", "/campaigns/<ref>/areas/<int:post_id>/end", "office1", fill="ref=campaign int:post_id=area_post",
    ),
)  # fmt: skip
#: Nobody signs in there: who may is judged in test_receipts and test_optional_mail, by the token in the address.
CALLED_BY_MACHINES = {("POST", "/receipts/<channel>/<token>"), *((m, "/unsubscribe/<token>") for m in ("GET", "POST"))}
#: Nobody's session is used: who holds a slip and knows its code may (test_slips).
BY_SLIP = {("POST", "/slip")}
#: What a person would type, all in one form; each route takes what it knows.
