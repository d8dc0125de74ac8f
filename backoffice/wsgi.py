"""Pages and API: `granian --interface wsgi backoffice.wsgi:application`."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backoffice.settings.prod")

application = get_wsgi_application()
# What was loaded stays: the collector need not walk through it again and again, and pages make and
# drop thousands of values that no cycle holds.
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 20, 50)
