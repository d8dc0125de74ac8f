"""Who signs in and how: hashing, password rules, lock-out, cookies of the staff."""

import ipaddress
from datetime import timedelta
from urllib.parse import urlsplit

from backoffice.settings.env import env

AUTH_USER_MODEL = "identity.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "backoffice.identity.actions.credentials.StaffBackend",
    "backoffice.identity.actions.credentials.ClientBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.ScryptPasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "backoffice.identity.actions.house_words.HouseWordsValidator"},
]
LOGIN_URL = "identity:sign-in"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "identity:sign-in"

# The staff's own cookie, and the client's, which is sent to the personal area only: each area
# reads its own and does not see the other (identity/portal/session_cookie.py).
SESSION_COOKIE_NAME = "mt4bo_staff"
CLIENT_COOKIE_NAME = "mt4bo_client"
PORTAL_PATH = "/portal/"
PASSWORD_RESET_TIMEOUT = 2 * 24 * 60 * 60  # seconds that a link to a client's password works
DEVICE_COOKIE_NAME = "mt4bo_device"  # the secret by which a browser is known again
# identity's guard counts all three: a session's whole life, whatever one does; after how long
# without a sign of life an act asks for the second factor again; how long one such proof lasts.
SESSION_SECONDS = env.session_minutes * 60
SESSION_IDLE_SECONDS = env.session_idle_minutes * 60
STEP_UP_SECONDS = env.step_up_minutes * 60
SESSION_COOKIE_AGE = SESSION_SECONDS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = "mt4bo_csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "backoffice.ui.failures.stale_form"
CSRF_COOKIE_SAMESITE = "Lax"

# Passkeys belong to a name, not to an address: on this machine alone they are made at localhost.
_site = urlsplit(env.site_url)
_host = _site.hostname or "localhost"
try:
    ipaddress.ip_address(_host)
except ValueError:
    PASSKEY_HOST = _host
else:
    PASSKEY_HOST = "localhost"
PASSKEY_ORIGINS = (f"{_site.scheme}://{PASSKEY_HOST}" + (f":{_site.port}" if _site.port else ""),)

# A device of the person is counted by itself (KnownDevice); for everybody else, what is
# locked is a name *from an address*: whoever guesses cannot lock the owner out elsewhere.
AXES_HANDLER = "axes.handlers.database.AxesDatabaseHandler"
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_RESET_ON_SUCCESS = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
AXES_USERNAME_FORM_FIELD = "email"
AXES_SENSITIVE_PARAMETERS = ["email", "code"]  # the password is left out by its own setting
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # knocking on does not prolong it
AXES_LOCKOUT_CALLABLE = "backoffice.identity.pages.entry.locked_out"
AXES_WHITELIST_CALLABLE = "backoffice.identity.pages.entry.is_known"
AXES_CLIENT_IP_CALLABLE = "backoffice.edge.client_address.client_address"
TRUSTED_PROXIES = env.trusted_proxies

OTP_TOTP_ISSUER = "mt4-backoffice"
OTP_TOTP_THROTTLE_FACTOR = 1
OTP_STATIC_THROTTLE_FACTOR = 1

# Single grants are rows of crm with a foreign key of their own, asked by crm's queries.
ANONYMOUS_USER_NAME = None
GUARDIAN_MONKEY_PATCH_USER = False
GUARDIAN_MONKEY_PATCH_GROUP = False

# E-mail addresses are unique among staff and among clients, not across: our backend asks by kind.
# Guardian's backend answers has_perm(), which our user model answers itself.
SILENCED_SYSTEM_CHECKS = ["auth.W004", "guardian.W001"]
