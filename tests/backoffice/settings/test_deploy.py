"""What a browser is told, and what Django itself says about the production settings."""

import os
import subprocess
import sys
from urllib.parse import urlsplit

import pytest
from django.conf import settings

from tests.backoffice.settings.test_env import PRODUCTION, ROOT


def _directives(answer):
    policy = answer["Content-Security-Policy"]
    parts = (part.split() for part in policy.split(";"))
    return {name: set(sources) for name, *sources in parts}


@pytest.mark.django_db
def test_the_policy_lets_a_page_load_nothing_from_elsewhere(client):
    directives = _directives(client.get("/there-is-no-such-page"))
    live = urlsplit(settings.LIVE_URL)
    assert directives == {
        "default-src": {"'none'"},
        "script-src": {"'self'"},
        "style-src": {"'self'"},
        "img-src": {"'self'", "data:"},
        "font-src": {"'self'"},
        "manifest-src": {"'self'"},
        "connect-src": {"'self'", f"{live.scheme}://{live.netloc}"},
        "form-action": {"'self'"},
        "base-uri": {"'none'"},
        "frame-ancestors": {"'none'"},
    }


@pytest.mark.django_db
def test_other_headers(client):
    answer = client.get("/there-is-no-such-page")
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["Server-Timing"].startswith("page;dur=")


def _production(*words):
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=ROOT,
        env={**kept, **PRODUCTION, "DJANGO_SETTINGS_MODULE": "backoffice.settings.prod"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_django_finds_nothing_to_improve_in_production():
    ended = _production("check", "--deploy", "--fail-level", "WARNING")
    assert ended.returncode == 0, ended.stderr
    assert "no issues" in ended.stdout


def test_cookies_of_the_staff_in_production():
    ended = _production(
        "shell",
        "--no-imports",
        "-c",
        "from django.conf import settings as s; print("
        "s.SESSION_COOKIE_NAME, s.SESSION_COOKIE_SECURE, s.SESSION_COOKIE_HTTPONLY, "
        "s.SESSION_COOKIE_SAMESITE, s.CSRF_COOKIE_SECURE, s.CSRF_COOKIE_HTTPONLY, "
        "s.SESSION_ENGINE, s.PASSWORD_HASHERS[0].rpartition('.')[2])",
    )
    assert ended.stdout.split() == [
        *("__Host-mt4bo_staff", "True", "True", "Lax", "True", "True"),
        *("backoffice.core.runtime.sessions", "Argon2PasswordHasher"),
    ]
