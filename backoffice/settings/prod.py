"""Production: TLS only, hashed names of static files, and no default for anything secret."""

import sys

from backoffice.settings.base import *  # noqa: F403
from backoffice.settings.env import env

if env.environment != "production":
    sys.stderr.write(
        f"ENVIRONMENT is {env.environment} but the production settings are in use: "
        "set ENVIRONMENT=production, or DJANGO_SETTINGS_MODULE=backoffice.settings.demo.\n"
    )
    raise SystemExit(2)

# Without a mail server of the house no letter is sent; the notice on the page stands all the same.
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if env.email_host else 'dummy'}.EmailBackend"
SESSION_COOKIE_NAME = f"__Host-{SESSION_COOKIE_NAME}"  # noqa: F405
CLIENT_COOKIE_NAME = f"__Secure-{CLIENT_COOKIE_NAME}"  # noqa: F405  (__Host- allows no path)
CSRF_COOKIE_NAME = f"__Host-{CSRF_COOKIE_NAME}"  # noqa: F405
DEVICE_COOKIE_NAME = f"__Host-{DEVICE_COOKIE_NAME}"  # noqa: F405
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
SECURE_SSL_REDIRECT = True
SECURE_REDIRECT_EXEMPT = [r"^api/"]  # refused by the machines' guard: what was sent could be read
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
if env.trusted_proxies:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
STORAGES["staticfiles"] = {  # noqa: F405
    "BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage",
}
