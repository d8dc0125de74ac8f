"""Pages and API: `granian --interface wsgi backoffice.wsgi:application`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backoffice.settings.prod")

import backoffice.celery  # noqa: F401 - a request rings the bell through the configured app

application = get_wsgi_application()
