"""Who signs in and how: hashing, password rules, lock-out, cookies of the staff."""

from datetime import timedelta

from backoffice.settings.env import env

AUTH_USER_MODEL = "identity.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "backoffice.identity.actions.credentials.StaffBackend",
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
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "identity:sign-in"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "identity:sign-in"

# The staff's own cookie; the client's area will have another one, on its own address.
SESSION_COOKIE_NAME = "mt4bo_staff"
SESSION_SECONDS = 12 * 60 * 60  # whatever one does
SESSION_IDLE_SECONDS = 15 * 60  # doing nothing; identity's guard counts both
SESSION_COOKIE_AGE = SESSION_SECONDS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = "mt4bo_csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"

# Locked is a name *from an address*: whoever guesses cannot lock the owner out elsewhere.
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
AXES_CLIENT_IP_CALLABLE = "backoffice.edge.client_address.client_address"
TRUSTED_PROXIES = env.trusted_proxies

OTP_TOTP_ISSUER = "mt4-backoffice"
OTP_TOTP_THROTTLE_FACTOR = 1
OTP_STATIC_THROTTLE_FACTOR = 1

# E-mail addresses are unique among staff and among clients, not across: our backend asks by kind.
SILENCED_SYSTEM_CHECKS = ["auth.W004"]
