"""One box for everything: a number leads to its page, words to what is called so."""

from __future__ import annotations

import unicodedata

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response

from tracker.domain.permissions import Action
from tracker.persistence.queries import search as queries
from tracker.web.auth import requires
from tracker.web.listing import MOST_LETTERS, refs_among
from tracker.web.requests import container, viewer
from tracker.web.search.presenters import page_of, present

blueprint = Blueprint("search", __name__)

#: Things of a kind on the page; whoever gets more types more.
MOST = 20
FEWEST_LETTERS = 2


@blueprint.get("/search")
@requires(Action.SEE_CAMPAIGN)
def index() -> str | Response:
    """Find by number or by words."""
    words = _words(request.args.get("q", ""))
    parts, who = container(), viewer()
    groups = None
    with parts.reading() as session:
        for ref in refs_among([words.upper()]):
            if found := queries.find_by_ref(session, who, ref):
                return redirect(page_of(*found))
        if len(words) >= FEWEST_LETTERS:
            groups = present(queries.search(session, who, words, most=MOST), parts.catalog, words)
    return render_template("search/index.html", words=words, groups=groups, most=MOST, fewest=FEWEST_LETTERS)


def _words(typed: str) -> str:
    """Return what was typed, folded as texts are stored: full-width signs as plain ones, one space between words."""
    folded = unicodedata.normalize("NFKC", typed.replace("\x00", ""))
    return " ".join(folded.split())[:MOST_LETTERS]
