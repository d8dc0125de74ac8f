"""The agent's own settings, from its environment: each typed, a wrong one is one sentence."""

import binascii
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")
Networks = tuple[IPv4Network | IPv6Network, ...]

_SHORTEST_KEY = 32  # bytes: as long as the digest that it keys
ENGINES = ("simulated",)


class SettingError(Exception):
    """A setting is missing or wrong; its sentence names the variable and the remedy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """What the agent is told at its start.

    `clock_skew_ms` is the largest clock error with which money may be sent; `clock_error_ms` what
    the operator vouches for (None: the kernel is asked). `reconnect_seconds` is the pause between
    two attempts to connect after the first quick one (MetaTrader's antiflood counts 7 s).
    `allowed` are the networks that may connect; `tls` certificate and key, None for a plain wire.
    `queue` is how many calls may wait for MetaTrader in each lane, `streams` how many may listen.
    `accepts_new_journal`: a journal made at this start counts as the first one of its server.
    """

    host: str
    port: int
    keys: Mapping[str, bytes] = field(repr=False)
    journal: Path
    engine: str
    simulator: str
    clock_skew_ms: int
    clock_error_ms: int | None
    reconnect_seconds: int
    window_frames: int
    log_level: str
    allowed: Networks = ()
    tls: tuple[Path, Path] | None = None
    queue: int = 64
    streams: int = 256
    accepts_new_journal: bool = False


def read_config(environment: Mapping[str, str]) -> Config:
    """Return the settings that the environment holds; SettingError if one is missing or wrong."""
    host, port = _setting(environment, "MT4_AGENT_LISTEN", _address)
    near = "127.0.0.0/8,::1/128" if _is_loopback(host) else ""
    engine = _setting(environment, "MT4_AGENT_ENGINE", _one_of(ENGINES))
    return Config(
        host=host,
        port=port,
        keys=_setting(environment, "MT4_AGENT_KEYS", _keys),
        journal=Path(_setting(environment, "MT4_AGENT_JOURNAL", _text)),
        engine=engine,
        simulator=_setting(environment, "MT4_AGENT_SIMULATOR", _text),
        clock_skew_ms=_setting(environment, "MT4_AGENT_CLOCK_SKEW_MS", _whole(1, 60_000)),
        clock_error_ms=_setting(environment, "MT4_AGENT_CLOCK_ERROR_MS", _clock_error, "system"),
        reconnect_seconds=_setting(
            environment, "MT4_AGENT_RECONNECT_SECONDS", _whole(0, 3600), "8"
        ),
        window_frames=_setting(environment, "MT4_AGENT_WINDOW", _whole(1, 1_000_000), "50000"),
        log_level=_setting(environment, "MT4_AGENT_LOG_LEVEL", _one_of(_LEVELS), "INFO"),
        allowed=_setting(environment, "MT4_AGENT_ALLOW", _networks, near),
        tls=_tls(environment, host),
        queue=_setting(environment, "MT4_AGENT_QUEUE", _whole(1, 10_000), "64"),
        streams=_setting(environment, "MT4_AGENT_STREAMS", _whole(1, 10_000), "256"),
        accepts_new_journal=_setting(
            environment, "MT4_AGENT_NEW_JOURNAL", _one_of(("refuse", "accept")), "refuse"
        )
        == "accept",
    )


def _tls(environment: Mapping[str, str], host: str) -> tuple[Path, Path] | None:
    """Return certificate and key; a wire that leaves the machine is plain only where said so."""
    word = environment.get("MT4_AGENT_TLS", "").strip() or ("off" if _is_loopback(host) else "on")
    if word not in ("on", "off"):
        raise SettingError("MT4_AGENT_TLS must be on or off.")
    names = ("MT4_AGENT_TLS_CERTIFICATE", "MT4_AGENT_TLS_KEY")
    given = [environment.get(name, "").strip() for name in names]
    if word == "off" and not any(given):
        return None
    certificate, key = (_setting(environment, name, _file) for name in names)
    return certificate, key


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


def _setting(
    environment: Mapping[str, str], name: str, read: Callable[[str], T], default: str = ""
) -> T:
    """Return one variable as `read` understands it; `read` says what is wrong by ValueError."""
    text = environment.get(name, "").strip() or default
    if not text:
        raise SettingError(
            f"{name} is not set: the agent needs it (docs/how-to names every variable)."
        )
    try:
        return read(text)
    except ValueError as wrong:
        raise SettingError(f"{name} {wrong}.") from None


def _text(text: str) -> str:
    return text


def _address(text: str) -> tuple[str, int]:
    host, colon, port = text.rpartition(":")
    if not (colon and host and port.isdecimal() and int(port) <= 65_535):
        raise ValueError("must be host:port, for example 127.0.0.1:9100")
    return host.strip("[]"), int(port)


def _keys(text: str) -> dict[str, bytes]:
    keys: dict[str, bytes] = {}
    for number, part in enumerate(text.split(","), start=1):
        name, _, secret = part.strip().partition("=")
        try:
            key = binascii.unhexlify(secret)
        except ValueError:
            raise ValueError(f"must be keyid=hex,keyid=hex…; key {number} is not hex") from None
        if not name.isascii() or not name.isprintable() or not name:
            raise ValueError(f"must be keyid=hex,keyid=hex…; key {number} has no plain name")
        if len(key) < _SHORTEST_KEY:
            raise ValueError(f"holds a key of {len(key)} bytes: {_SHORTEST_KEY} are needed")
        if name in keys:
            raise ValueError(f"names the key {name} twice")
        keys[name] = key
    return keys


def _one_of(words: tuple[str, ...]) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in words:
            raise ValueError(f"must be one of {', '.join(words)}, not {text[:40]!r}")
        return text

    return read


def _whole(least: int, most: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not text.isdecimal() or not least <= int(text) <= most:
            raise ValueError(f"must be a whole number from {least} to {most}, not {text[:40]!r}")
        return int(text)

    return read


def _networks(text: str) -> Networks:
    try:
        return tuple(ip_network(part.strip()) for part in text.split(","))
    except ValueError:
        raise ValueError(
            f"must be networks like 10.0.0.0/24,192.0.2.7, not {text[:60]!r}"
        ) from None


def _file(text: str) -> Path:
    if not Path(text).is_file():
        raise ValueError(f"names {text[:200]}, which is not a file")
    return Path(text)


def _clock_error(text: str) -> int | None:
    return None if text == "system" else _whole(0, 60_000)(text)


def set_up_logging(level: str) -> None:
    """Log to standard error, one line a thing."""
    logging.basicConfig(level=level, format="%(asctime)s %(levelname)s %(name)s %(message)s")
