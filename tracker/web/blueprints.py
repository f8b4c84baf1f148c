"""Every area of the screens. `assemble` registers them in this order."""

from __future__ import annotations

from flask import Blueprint

from tracker.web import health
from tracker.web.account.mail import blueprint as optional_mail
from tracker.web.account.mail import by_token as unsubscribe
from tracker.web.account.views import blueprint as account
from tracker.web.admin.accounts import blueprint as accounts
from tracker.web.admin.operations import blueprint as operations
from tracker.web.brief.views import blueprint as brief
from tracker.web.calendar.views import blueprint as calendar
from tracker.web.campaign.changes import blueprint as changes
from tracker.web.campaign.look_backs import blueprint as look_backs
from tracker.web.campaign.occurrences import blueprint as occurrences
from tracker.web.campaign.paper_settings import blueprint as paper_settings
from tracker.web.campaign.returns import blueprint as returns
from tracker.web.campaign.standings import blueprint as standings
from tracker.web.campaign.trends import blueprint as trends
from tracker.web.campaign.versions import blueprint as plan_versions
from tracker.web.campaign.views import blueprint as campaign
from tracker.web.desk.views import blueprint as desk
from tracker.web.exports.views import blueprint as exports
from tracker.web.help.views import blueprint as help_pages
from tracker.web.inbox.views import blueprint as inbox
from tracker.web.ledger.lists import blueprint as ledger_lists
from tracker.web.ledger.reading import blueprint as ledger_reading
from tracker.web.ledger.views import blueprint as ledger
from tracker.web.notices.begun import blueprint as hand_papers
from tracker.web.notices.decisions import blueprint as decision_papers
from tracker.web.notices.filing import blueprint as filing
from tracker.web.notices.hands import blueprint as hands
from tracker.web.notices.printing import blueprint as printing
from tracker.web.notices.rankings import blueprint as rankings
from tracker.web.notices.templates import blueprint as paper_templates
from tracker.web.notices.views import blueprint as notices
from tracker.web.objections.views import blueprint as objections
from tracker.web.outbox.office import blueprint as deliveries
from tracker.web.outbox.views import blueprint as outbox
from tracker.web.outbox.wordings import blueprint as wordings
from tracker.web.plans.rehearsals import blueprint as rehearsals
from tracker.web.plans.views import blueprint as plans
from tracker.web.receipts.views import blueprint as receipts
from tracker.web.sample.views import blueprint as sample_bar
from tracker.web.search.views import blueprint as search
from tracker.web.slips.views import blueprint as slips
from tracker.web.style.views import blueprint as style
from tracker.web.tasks.attachments import blueprint as attachments
from tracker.web.tasks.drafts import blueprint as drafts
from tracker.web.tasks.explaining import blueprint as explaining
from tracker.web.tasks.views import blueprint as tasks
from tracker.web.told.views import blueprint as told
from tracker.web.units.acts import blueprint as unit_acts
from tracker.web.units.areas import blueprint as areas
from tracker.web.units.importing import blueprint as roster_import
from tracker.web.units.people import blueprint as office_people
from tracker.web.units.records import blueprint as unit_records
from tracker.web.units.views import blueprint as units
from tracker.web.visits.draws import blueprint as visit_draws
from tracker.web.visits.planning import blueprint as visit_plans
from tracker.web.visits.unit import blueprint as visited
from tracker.web.visits.views import blueprint as visits
from tracker.web.workbench.deciding import blueprint as deciding
from tracker.web.workbench.one import blueprint as one_by_one
from tracker.web.workbench.saved import blueprint as saved_views
from tracker.web.workbench.views import blueprint as workbench

BLUEPRINTS: tuple[Blueprint, ...] = (
    health.blueprint, account, desk, tasks, drafts, explaining, attachments, workbench, deciding, one_by_one, saved_views, brief, notices,
    filing, hand_papers, hands, printing, slips, objections, campaign, plans, rehearsals, changes, paper_settings, plan_versions, occurrences, returns,
    standings, trends, look_backs, visits, visit_plans, visit_draws, visited, decision_papers, paper_templates, rankings, ledger_reading,
    ledger, ledger_lists, exports, accounts, operations, units, roster_import, unit_acts, office_people, unit_records, areas, calendar,
    help_pages, style, search, inbox, deliveries, wordings, told, receipts, optional_mail,
    unsubscribe,
)  # fmt: skip

#: Their callers are machines: a token in the address stands in place of the form's.
CALLED_BY_MACHINES: tuple[Blueprint, ...] = (receipts, unsubscribe)
#: Registered in a sample database only: elsewhere these routes do not exist.
SAMPLE_BLUEPRINTS: tuple[Blueprint, ...] = (sample_bar, outbox)
