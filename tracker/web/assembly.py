"""Put the web application together over a container: guards, headers, errors, areas."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Flask
from flask_bootstrap import Bootstrap5
from flask_limiter import Limiter
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from tracker.web import auth, compressing, errors, headers, showing
from tracker.web.account.limits import LOGIN_LIMIT, address, limiter_storage
from tracker.web.blueprints import BLUEPRINTS, CALLED_BY_MACHINES, SAMPLE_BLUEPRINTS
from tracker.web.navigation import page_values
from tracker.web.slips.views import SIGN_LIMIT
from tracker.web.slips.views import sign as sign_by_slip
from tracker.web.visits.unit import VERIFY_LIMIT

if TYPE_CHECKING:
    from tracker.bootstrap import Container

#: A form may carry several files of the size limit; beyond this nothing is read at all (413).
UPLOADS_AT_ONCE = 5
#: 200 rows of seven fields each, with room; the framework's own limits are made for smaller forms.
MOST_FORM_BYTES, MOST_FORM_PARTS = 8 * 1024 * 1024, 20_000
#: What anybody may send, and how often from one address.
LIMITED = {
    "account.login": LOGIN_LIMIT,
    "slips.sign": SIGN_LIMIT,
    "visited.verify": VERIFY_LIMIT,
    "visited.report": VERIFY_LIMIT,
}
STATIC_KEPT_SECONDS = 7 * 24 * 3600


def assemble(container: Container) -> Flask:
    """Return the application. Raises RuntimeError when a route does not say who may use it."""
    app = Flask("tracker.web", static_folder="static", template_folder="templates")
    app.extensions["tracker"] = container
    _configure(app, container)
    proxies = container.settings.trusted_proxies
    if proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies)  # type: ignore[method-assign]
    headers.install(app)
    compressing.install(app)
    auth.install(app)
    csrf = CSRFProtect(app)
    for blueprint in CALLED_BY_MACHINES:
        csrf.exempt(blueprint)
    csrf.exempt(sign_by_slip)
    Bootstrap5(app)
    showing.install(app)
    errors.install(app)
    app.context_processor(page_values)
    _register(app, container)
    auth.check_routes(app)
    return app


def _configure(app: Flask, container: Container) -> None:
    settings = container.settings
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SESSION_COOKIE_NAME="tracker_page",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=auth.is_secure(settings.cookie_secure, settings.public_url),
        WTF_CSRF_TIME_LIMIT=None,  # The token lives as long as the login; a form may stay open over lunch.
        MAX_CONTENT_LENGTH=settings.upload_limit * UPLOADS_AT_ONCE + MOST_FORM_BYTES,
        MAX_FORM_MEMORY_SIZE=MOST_FORM_BYTES,
        MAX_FORM_PARTS=MOST_FORM_PARTS,
        SEND_FILE_MAX_AGE_DEFAULT=STATIC_KEPT_SECONDS,
        BOOTSTRAP_SERVE_LOCAL=True,
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True


def _register(app: Flask, container: Container) -> None:
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    if container.sample.status() is not None:
        for blueprint in SAMPLE_BLUEPRINTS:
            app.register_blueprint(blueprint)
    limiter = Limiter(
        address, storage_uri=limiter_storage(container.settings.redis_url), in_memory_fallback_enabled=True,
        in_memory_fallback=[], swallow_errors=True,
    )  # fmt: skip
    limiter.init_app(app)
    for endpoint, limit in LIMITED.items():
        view: Any = app.view_functions[endpoint]
        limited: Any = limiter.limit(limit, methods=["POST"])(view)
        limited.tracker_demand = auth.demand_of(view)
        app.view_functions[endpoint] = limited
