#!/bin/sh
# web       upgrade and prepare the database, then serve (gunicorn, wsgi:app)
# anything  else is a command of `tracker`: worker, scheduler, settings, doctor, db check …
set -eu

if [ "${1:-web}" = web ]; then
  tracker db upgrade
  tracker db prepare
  exec tracker serve
fi
exec tracker "$@"
