"""The demo: as production, but on loopback without TLS, and mail goes into a folder."""

import os

from backoffice.settings.base import *  # noqa: F403

# Each letter is a file of the demo's own folder, to be read; elsewhere it goes to the log.
EMAIL_FILE_PATH = os.environ.get("DEMO_MAIL", "")
_way = "filebased" if EMAIL_FILE_PATH else "console"
EMAIL_BACKEND = f"django.core.mail.backends.{_way}.EmailBackend"
WHITENOISE_USE_FINDERS = True

# The page that kills parts of the running demo, and the folder of the supervisor's door.
ROOT_URLCONF = "backoffice.demo.plug.site"
PULLS_PLUGS = True
DEMO_SOCKETS = os.environ.get("DEMO_SOCKETS", "")
