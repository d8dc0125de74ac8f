"""A developer's machine: details on errors, mail on the screen."""

from backoffice.settings.base import *  # noqa: F403

DEBUG = True
EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
