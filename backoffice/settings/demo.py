"""The demo: as production, but on loopback without TLS, and mail goes to the log."""

from backoffice.settings.base import *  # noqa: F403

EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
WHITENOISE_USE_FINDERS = True
