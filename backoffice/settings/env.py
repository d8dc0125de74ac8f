"""Every environment variable, typed and read once. A wrong one is one sentence and exit code 2."""

import os
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import parse_qsl, unquote, urlsplit

Value = TypeVar("Value")

ENVIRONMENTS = ("demo", "test", "production")
DAY = 24 * 60  # minutes
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
# What a machine without any configuration gets; production must say its own.
LOCAL = {
    "SECRET_KEY": "only-for-this-machine-" + "x" * 40,
    "DATABASE_URL": "postgresql://mt4bo_app@127.0.0.1:5432/mt4bo",
    "REDIS_URL": "redis://127.0.0.1:6379/0",
    "LIVE_URL": "ws://127.0.0.1:8001/ws/",
    "SITE_URL": "http://127.0.0.1:8000",
    "ALLOWED_HOSTS": "127.0.0.1,localhost,[::1],testserver",
}


class BadVariable(Exception):
    """An environment variable is missing or wrong: what, why, remedy, in one sentence."""


@dataclass(frozen=True)
class AgentKey:
    """The key with which messages to the agent of one MetaTrader server are sealed."""

    key_id: str
    secret: bytes


@dataclass(frozen=True)
class Replica:
    """Where the SQL replica of one MetaTrader server is; `options` say what its tables do not."""

    host: str
    port: int
    user: str
    password: str
    database: str
    options: Mapping[str, str]


@dataclass(frozen=True)
class PaymentProvider:
    """Where a payment provider is, and the key that signs messages from and to it."""

    url: str
    key_id: str
    secret: bytes = field(repr=False)


@dataclass(frozen=True)
class Environment:
    """What the surroundings tell this process; see docs/how-to/configure.md."""

    environment: str
    secret_key: str
    database: Mapping[str, Any]
    database_pool: bool
    redis_url: str
    live_url: str
    site_url: str
    allowed_hosts: tuple[str, ...]
    trusted_proxies: int
    agent_keys: Mapping[str, AgentKey]
    replicas: Mapping[str, Replica]
    agent_trust: Mapping[str, str]
    payment_providers: Mapping[str, PaymentProvider]
    callback_url: str
    log_level: str
    default_from_email: str
    email_host: str
    email_port: int
    email_user: str
    email_password: str
    reporting_currency: str
    static_root: str
    audit_keys: str
    audit_origin: str
    session_minutes: int
    session_idle_minutes: int
    step_up_minutes: int


def read(environ: Mapping[str, str]) -> Environment:
    """Return the typed environment; BadVariable for the first variable that is missing or wrong."""
    kind = _read(environ, "ENVIRONMENT", _one_of(*ENVIRONMENTS), "demo")
    local = LOCAL if kind != "production" else {}
    lines = ("wss",) if kind == "production" else ("ws", "wss")
    pages = ("https",) if kind == "production" else ("http", "https")

    def get(name: str, parse: Callable[[str], Value], default: str | None = None) -> Value:
        return _read(environ, name, parse, local.get(name, default))

    return Environment(
        environment=kind,
        secret_key=get("SECRET_KEY", _secret),
        database=get("DATABASE_URL", database),
        database_pool=get("DB_POOL", _one_of("0", "1"), "0") == "1",
        redis_url=get("REDIS_URL", _url("redis", "rediss", "unix")),
        live_url=get("LIVE_URL", _url(*lines)),
        site_url=get("SITE_URL", _url(*pages)).rstrip("/"),
        allowed_hosts=get("ALLOWED_HOSTS", _words),
        trusted_proxies=get("TRUSTED_PROXIES", _count, "0"),
        agent_keys=get("MT4_AGENT_KEYS", agent_keys, ""),
        replicas=get("MT4_REPLICAS", replicas, ""),
        agent_trust=get("MT4_AGENT_TRUST", agent_trust, ""),
        payment_providers=get("PAYMENT_PROVIDERS", payment_providers, ""),
        callback_url=get("CALLBACK_URL", _url(*pages), get("SITE_URL", str)).rstrip("/"),
        log_level=get("LOG_LEVEL", _one_of(*LOG_LEVELS), "INFO"),
        default_from_email=get("DEFAULT_FROM_EMAIL", str, "backoffice@localhost"),
        email_host=get("EMAIL_HOST", str, ""),
        email_port=get("EMAIL_PORT", _count, "587"),
        email_user=get("EMAIL_USER", str, ""),
        email_password=get("EMAIL_PASSWORD", str, ""),
        reporting_currency=get("REPORTING_CURRENCY", _currency, "USD"),
        static_root=get("STATIC_ROOT", str, ""),
        audit_keys=get("AUDIT_KEYS", str, ""),
        audit_origin=get("AUDIT_ORIGIN", _name, "mt4-backoffice/audit"),
        session_minutes=get("SESSION_MINUTES", _minutes, "720"),
        session_idle_minutes=get("SESSION_IDLE_MINUTES", _minutes, "15"),
        step_up_minutes=get("STEP_UP_MINUTES", _minutes, "10"),
    )


def load() -> Environment:
    """Return this process's environment, or end the process with one sentence."""
    try:
        return read(os.environ)
    except BadVariable as sentence:
        sys.stderr.write(f"{sentence}\n")
        raise SystemExit(2) from None


def database(text: str) -> dict[str, Any]:
    """Return Django's database settings for a postgresql:// address; ValueError says what is wrong.

    A socket's folder is given as `?host=/folder`; `?prepare=off` is for a pooler that cannot keep
    prepared statements; other parameters are libpq's own.
    """
    url = urlsplit(text)
    if url.scheme not in ("postgres", "postgresql"):
        raise ValueError("it is not of the form postgresql://user:password@host:port/database")
    name = unquote(url.path.lstrip("/"))
    if not name or not url.username:
        raise ValueError("it names no user or no database")
    options: dict[str, Any] = dict(parse_qsl(url.query, strict_parsing=bool(url.query)))
    prepared = options.pop("prepare", "on")
    if prepared not in ("on", "off"):
        raise ValueError("prepare is neither on nor off")
    # Nobody but core/compiled prepares: psycopg forgets its own statements by DEALLOCATE ALL, at
    # each ROLLBACK and DROP, and ours would go too.
    options["prepare_threshold"] = None
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(url.username),
        "PASSWORD": unquote(url.password or ""),
        "HOST": options.pop("host", unquote(url.hostname or "")),
        "PORT": options.pop("port", str(url.port or "")),
        "OPTIONS": options,
        "PREPARES": prepared == "on",
    }


def agent_keys(text: str) -> dict[str, AgentKey]:
    """Return the agents' keys by server code; the form is `server=keyid:hex,server2=keyid:hex`."""
    keys = {}
    for part in _words(text):
        match = re.fullmatch(r"([\w.-]+)=([\w.-]+):((?:[0-9a-fA-F]{2})+)", part)
        if match is None:
            raise ValueError("it is not of the form server=keyid:hex,server2=keyid:hex")
        server, key_id, secret = match.groups()
        keys[server] = AgentKey(key_id, bytes.fromhex(secret))
    return keys


REPLICA_OPTIONS = frozenset(("currency", "stored_as", "socket", "tls"))


def replicas(text: str) -> dict[str, Replica]:
    """Return the SQL replicas by server code: `server=mysql://user:password@host/database,…`."""
    found = {}
    for part in _words(text):
        server, _, address = part.partition("=")
        url = urlsplit(address)
        name, options = unquote(url.path.lstrip("/")), dict(parse_qsl(url.query))
        if url.scheme != "mysql" or not (server and url.username and name):
            raise ValueError(
                "it is not of the form server=mysql://user:password@host:3306/database"
            )
        if unknown := sorted(options.keys() - REPLICA_OPTIONS):
            raise ValueError(f"a replica has no option {unknown[0]!r}")
        found[server] = Replica(
            host=url.hostname or "127.0.0.1",
            port=url.port or 3306,
            user=unquote(url.username),
            password=unquote(url.password or ""),
            database=name,
            options=options,
        )
    return found


def agent_trust(text: str) -> dict[str, str]:
    """Return whose certificate is believed, by server code: `server=pin:FILE,server2=ca:FILE`."""
    trust = {}
    for part in _words(text):
        match = re.fullmatch(r"([\w.-]+)=((?:pin|ca):.+)", part)
        if match is None:
            raise ValueError("it is not of the form server=pin:FILE,server2=ca:FILE")
        if not Path(match[2].partition(":")[2]).is_file():
            raise ValueError(f"it names a certificate that is not there: {match[2]}")
        trust[match[1]] = match[2]
    return trust


def payment_providers(text: str) -> dict[str, PaymentProvider]:
    """Return payment providers by code; the form is `code=keyid:hex@https://address,code2=…`."""
    found = {}
    for part in _words(text):
        match = re.fullmatch(
            r"([a-z0-9-]{1,40})=([\w.-]{1,40}):((?:[0-9a-fA-F]{2}){32,})@(https?://.+)", part
        )
        if match is None:
            raise ValueError("it is not of the form code=keyid:64-or-more-hex@https://address")
        code, key_id, secret, url = match.groups()
        found[code] = PaymentProvider(url.rstrip("/"), key_id, bytes.fromhex(secret))
    return found


def _read(
    environ: Mapping[str, str], name: str, parse: Callable[[str], Value], default: str | None
) -> Value:
    text = environ.get(name, default)
    if text is None:
        raise BadVariable(f"{name} is not set: production needs it, see docs/how-to/configure.md.")
    try:
        return parse(text)
    except ValueError as reason:
        raise BadVariable(f"{name} is wrong: {reason}; see docs/how-to/configure.md.") from None


def _one_of(*allowed: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text not in allowed:
            raise ValueError(f"it is {text!r} and may be {', '.join(allowed)}")
        return text

    return parse


def _url(*schemes: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        url = urlsplit(text)
        if url.scheme not in schemes or not (url.netloc or url.path):
            raise ValueError(f"it is {text!r} and must begin with {'://, '.join(schemes)}://")
        return text

    return parse


def _secret(text: str) -> str:
    if len(text) < 50:
        raise ValueError("it has fewer than 50 characters")
    if len(set(text)) < 10:
        raise ValueError("it has fewer than 10 different characters")
    return text


def _name(text: str) -> str:
    if not re.fullmatch(r"[!-~]{1,80}", text):
        raise ValueError(f"it is {text!r} and must be one word")
    return text


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


def _count(text: str) -> int:
    if not text.isdecimal():
        raise ValueError(f"it is {text!r} and must be a whole number")
    return int(text)


def _minutes(text: str) -> int:
    minutes = _count(text)
    if not 1 <= minutes <= DAY:
        raise ValueError(f"it is {text!r} and must be between 1 minute and a day (1440)")
    return minutes


def _currency(text: str) -> str:
    if not re.fullmatch(r"[A-Z]{3,4}", text):
        raise ValueError(f"it is {text!r} and must be a currency code such as USD")
    return text


env = load()
