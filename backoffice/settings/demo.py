"""The demo: as production, but on loopback without TLS, and mail goes to the log."""

import os

from backoffice.settings.base import *  # noqa: F403

EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
WHITENOISE_USE_FINDERS = True

# The page that kills parts of the running demo, and the folder of the supervisor's door.
ROOT_URLCONF = "backoffice.demo.plug.site"
PULLS_PLUGS = True
DEMO_SOCKETS = os.environ.get("DEMO_SOCKETS", "")
