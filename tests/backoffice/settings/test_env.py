"""Environment variables: typed, with defaults at home only; a wrong one is a sentence."""

import subprocess
import sys
from pathlib import Path

import pytest

from backoffice.settings import env
from backoffice.settings.env import AgentKey, BadVariable

ROOT = Path(__file__).resolve().parents[3]
PRODUCTION = {
    "ENVIRONMENT": "production",
    "SECRET_KEY": "0123456789abcdef" * 4,
    "DATABASE_URL": "postgresql://mt4bo_app:p%40ss@db.internal:5433/backoffice?sslmode=require",
    "REDIS_URL": "rediss://cache.internal:6380/0",
    "LIVE_URL": "wss://live.broker.example/ws/",
    "SITE_URL": "https://office.broker.example/",
    "ALLOWED_HOSTS": "office.broker.example, 10.0.0.1",
    "TRUSTED_PROXIES": "1",
    "MT4_AGENT_KEYS": "live1=k1:00ff, demo1=k2:a0",
}


def test_production():
    read = env.read(PRODUCTION)
    assert read.database == {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "backoffice",
        "USER": "mt4bo_app",
        "PASSWORD": "p@ss",
        "HOST": "db.internal",
        "PORT": "5433",
        "OPTIONS": {"sslmode": "require", "prepare_threshold": None},
        "PREPARES": True,
    }
    assert read.allowed_hosts == ("office.broker.example", "10.0.0.1")
    assert read.site_url == "https://office.broker.example"
    assert read.trusted_proxies == 1
    assert read.agent_keys == {
        "live1": AgentKey("k1", b"\x00\xff"),
        "demo1": AgentKey("k2", b"\xa0"),
    }


def test_payment_providers():
    key = "ab" * 32
    told = {"PAYMENT_PROVIDERS": f"cardly=k1:{key}@https://api.cardly.example/"}
    read = env.read(PRODUCTION | told | {"CALLBACK_URL": "https://hooks.broker.example/"})
    (provider,) = read.payment_providers.values()
    assert (provider.url, provider.key_id) == ("https://api.cardly.example", "k1")
    assert provider.secret == bytes.fromhex(key)
    assert key not in repr(provider)
    assert read.callback_url == "https://hooks.broker.example"
    assert env.read(PRODUCTION).callback_url == "https://office.broker.example"
    for wrong in ("cardly", f"cardly=k1:{key}@ftp://x", "cardly=k1:abcd@https://x"):
        with pytest.raises(BadVariable, match="64-or-more-hex"):
            env.read(PRODUCTION | {"PAYMENT_PROVIDERS": wrong})


def test_a_developers_machine_needs_nothing():
    read = env.read({})
    assert read.environment == "demo"
    assert read.database["USER"] == "mt4bo_app"
    assert read.agent_keys == {}


def test_a_socket_instead_of_a_host():
    database = env.database("postgres://mt4bo_app@/mt4bo?host=/run/pg")
    assert (database["HOST"], database["PORT"], database["OPTIONS"]) == (
        "/run/pg",
        "",
        {"prepare_threshold": None},
    )


@pytest.mark.parametrize(
    "name",
    ["SECRET_KEY", "DATABASE_URL", "REDIS_URL", "LIVE_URL", "SITE_URL", "ALLOWED_HOSTS"],
)
def test_production_has_no_defaults(name):
    rest = {key: value for key, value in PRODUCTION.items() if key != name}
    with pytest.raises(BadVariable, match=f"^{name} is not set: production needs it"):
        env.read(rest)


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("ENVIRONMENT", "prod", "may be demo, test, production"),
        ("SECRET_KEY", "short", "fewer than 50 characters"),
        ("SECRET_KEY", "k" * 60, "fewer than 10 different characters"),
        ("DATABASE_URL", "mysql://x@y/z", "not of the form postgresql://"),
        ("DATABASE_URL", "postgresql://localhost/x", "names no user or no database"),
        ("DATABASE_URL", "postgresql://a@b:port/x", "Port"),
        ("DB_POOL", "yes", "may be 0, 1"),
        ("REDIS_URL", "memcached://x", "must begin with redis://, rediss://, unix://"),
        ("LIVE_URL", "ws://x", "must begin with wss://"),
        ("SITE_URL", "http://x", "must begin with https://"),
        ("TRUSTED_PROXIES", "-1", "whole number"),
        ("MT4_AGENT_KEYS", "live1=k1:xyz", "not of the form server=keyid:hex"),
        ("LOG_LEVEL", "loud", "may be DEBUG, INFO, WARNING, ERROR"),
        ("REPORTING_CURRENCY", "dollars", "currency code"),
    ],
)
def test_a_wrong_one_is_one_sentence(name, value, why):
    with pytest.raises(BadVariable) as failure:
        env.read({**PRODUCTION, name: value})
    sentence = str(failure.value)
    assert sentence.startswith(f"{name} is wrong: ")
    assert why in sentence
    assert sentence.endswith("see docs/how-to/configure.md.")
    assert "\n" not in sentence


def test_a_secret_is_never_repeated():
    for name in ("SECRET_KEY", "DATABASE_URL", "MT4_AGENT_KEYS"):
        with pytest.raises(BadVariable) as failure:
            env.read({**PRODUCTION, name: "hunter2"})
        assert "hunter2" not in str(failure.value)


def _start(settings, **variables):
    return subprocess.run(
        [sys.executable, "-c", f"import backoffice.settings.{settings}"],
        cwd=ROOT,
        env=variables,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_process_with_a_wrong_variable_ends_with_2_and_one_line():
    ended = _start("prod", **{**PRODUCTION, "REDIS_URL": "nowhere"})
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.count("\n") == 1
    assert ended.stderr.startswith("REDIS_URL is wrong: ")


def test_production_settings_want_a_production_environment():
    ended = _start("prod")
    assert ended.returncode == 2
    assert ended.stderr.startswith("ENVIRONMENT is demo but the production settings are in use")
    assert ended.stderr.count("\n") == 1


def test_production_settings_start():
    ended = _start("prod", **PRODUCTION)
    assert (ended.returncode, ended.stderr) == (0, "")
