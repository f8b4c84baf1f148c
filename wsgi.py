"""The WSGI application that gunicorn serves."""

from tracker.bootstrap.sparing import spare_what_stays
from tracker.settings import Settings
from tracker.web.app import create_app

app = create_app(Settings.from_environ())
spare_what_stays()
