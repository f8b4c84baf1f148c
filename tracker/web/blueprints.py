"""Every area of the screens. `assemble` registers them in this order."""

from __future__ import annotations

from flask import Blueprint

from tracker.web import health
from tracker.web.account.views import blueprint as account
from tracker.web.desk.views import blueprint as desk
from tracker.web.sample.views import blueprint as sample_bar
from tracker.web.tasks.attachments import blueprint as attachments
from tracker.web.tasks.views import blueprint as tasks

BLUEPRINTS: tuple[Blueprint, ...] = (health.blueprint, account, desk, tasks, attachments)

#: Registered in a sample database only: elsewhere these routes do not exist.
SAMPLE_BLUEPRINTS: tuple[Blueprint, ...] = (sample_bar,)
