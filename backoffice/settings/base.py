"""What holds in every environment; the other modules here hold one concern or one difference."""

from pathlib import Path
from urllib.parse import urlsplit

from backoffice.settings.auth import *  # noqa: F403
from backoffice.settings.celery import *  # noqa: F403
from backoffice.settings.channels import *  # noqa: F403
from backoffice.settings.env import env
from backoffice.settings.logging import *  # noqa: F403
from backoffice.settings.mt4 import *  # noqa: F403
from backoffice.settings.redis import database as redis_database
from backoffice.settings.rest import *  # noqa: F403
from backoffice.settings.security import *  # noqa: F403

ROOT = Path(__file__).resolve().parents[2]

ENVIRONMENT = env.environment
SECRET_KEY = env.secret_key
DEBUG = False
ALLOWED_HOSTS = list(env.allowed_hosts)
SITE_URL = env.site_url
CSRF_TRUSTED_ORIGINS = [SITE_URL]
REPORTING_CURRENCY = env.reporting_currency
AUDIT_KEYS = env.audit_keys
AUDIT_ORIGIN = env.audit_origin
PAYMENT_PROVIDERS = dict(env.payment_providers)  # by the code that methods and addresses name
CALLBACK_URL = env.callback_url  # this house as providers reach it
DEFAULT_FROM_EMAIL = env.default_from_email
EMAIL_HOST, EMAIL_PORT = env.email_host, env.email_port
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = env.email_user, env.email_password
EMAIL_USE_TLS, EMAIL_TIMEOUT = True, 10

INSTALLED_APPS = [
    "backoffice.core",
    "backoffice.audit",
    "backoffice.company",
    "backoffice.identity",
    "backoffice.machines",
    "backoffice.approvals",
    "backoffice.ui",
    "backoffice.health",
    "crm",
    "trading",
    "accounts",
    "django.contrib.admin.apps.SimpleAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",  # trigram and array indexes
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "axes",
    "guardian",
    "csp",
    "django_htmx",
    "django_tables2",
    "django_filters",
    "django_structlog",
    "channels",
    "rest_framework",
    "drf_spectacular",
    "knox",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "backoffice.core.runtime.timing.PageTimeMiddleware",
    "csp.middleware.CSPMiddleware",
    "backoffice.identity.portal.session_cookie.TwoSessionsMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "backoffice.identity.pages.guard.StaffOnlyMiddleware",
    "backoffice.identity.portal.guard.ClientsOnlyMiddleware",
    "backoffice.machines.api.guard.MachinesOnlyMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "backoffice.audit.pages.recording.RecordingMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "backoffice.urls"
PULLS_PLUGS = False  # only the demo's own settings say otherwise
DEMO_SOCKETS = ""
WSGI_APPLICATION = "backoffice.wsgi.application"

FORM_RENDERER = "backoffice.ui.drawing.fields.FormDrawing"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "backoffice.core.runtime.timing.page_time",
                "backoffice.menu.shell",
            ],
        },
    },
]

# A pool in the web processes, where connecting per request costs four times as much; plain
# connections everywhere else, because a pool does not survive a fork.
DATABASES = {
    "default": {
        **env.database,
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": False,
        "OPTIONS": {
            "connect_timeout": 3,
            **env.database["OPTIONS"],
            **({"pool": {"min_size": 1, "max_size": 8, "timeout": 5}} if env.database_pool else {}),
        },
    },
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Redis may be away: a cache that is not there misses, and nobody is signed out by it.
CACHES = {
    "default": {
        "BACKEND": "backoffice.core.runtime.cache.ForgivingRedisCache",
        "LOCATION": redis_database(1),
        "OPTIONS": {"socket_connect_timeout": 0.3, "socket_timeout": 0.3},
    },
}
SESSION_ENGINE = "backoffice.core.runtime.sessions"

TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True
LANGUAGE_CODE = "en"
FORMAT_MODULE_PATH = ["backoffice.settings.formats"]
LANGUAGES = [("en", "English")]  # a language joins when its catalogue in locale/ is whole
LOCALE_PATHS = [ROOT / "locale"]
USE_THOUSAND_SEPARATOR = False

STATIC_URL = "/static/"
STATIC_ROOT = env.static_root or ROOT / "staticfiles"
# static-vendor/ is filled by the set-up from package.json and is not in the repository.
STATICFILES_DIRS = [
    folder for folder in (ROOT / "static", ROOT / "static-vendor") if folder.is_dir()
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

# The browser's socket goes to a process of its own, so the policy has to name its address.
CONTENT_SECURITY_POLICY["DIRECTIVES"]["connect-src"] = [  # noqa: F405
    "'self'",
    "{0.scheme}://{0.netloc}".format(urlsplit(env.live_url)),
]
