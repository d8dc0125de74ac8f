"""Pages and API: `granian --interface wsgi backoffice.wsgi:application`."""

import os
from importlib import import_module

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backoffice.settings.prod")

application = get_wsgi_application()

from backoffice.core.runtime import memory  # noqa: E402

import_module(settings.ROOT_URLCONF)  # every door, which Django would load with the first page
memory.set_aside()
