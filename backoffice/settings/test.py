"""Tests: hashing that costs nothing, mail in memory."""

from backoffice.settings import testrun  # noqa: F401  first: it says where the run lives
from backoffice.settings.base import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
WHITENOISE_AUTOREFRESH = True
