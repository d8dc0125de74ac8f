"""The agent's settings: right ones are read, each wrong one is a sentence that names it."""

from pathlib import Path

import pytest

from trading.gateway.agent.config import SettingError, read_config

KEY = "ab" * 32
RIGHT = {
    "MT4_AGENT_LISTEN": "127.0.0.1:9100",
    "MT4_AGENT_KEYS": f"one={KEY}, two={'cd' * 32}",
    "MT4_AGENT_JOURNAL": "journal",
    "MT4_AGENT_ENGINE": "simulated",
    "MT4_AGENT_SIMULATOR": "mt4.socket",
    "MT4_AGENT_CLOCK_SKEW_MS": "500",
}


def test_right_settings_are_read() -> None:
    config = read_config(RIGHT)
    assert (config.host, config.port) == ("127.0.0.1", 9100)
    assert dict(config.keys) == {"one": bytes.fromhex(KEY), "two": bytes.fromhex("cd" * 32)}
    assert config.journal == Path("journal")
    assert (config.clock_skew_ms, config.clock_error_ms) == (500, None)
    assert config.reconnect_seconds == 8
    assert KEY[:8] not in repr(config)
    assert "\\xab" not in repr(config)


@pytest.mark.parametrize("name", sorted(RIGHT))
def test_a_missing_setting_is_named(name: str) -> None:
    with pytest.raises(SettingError, match=f"^{name} is not set: .*\\.$"):
        read_config({key: value for key, value in RIGHT.items() if key != name})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MT4_AGENT_LISTEN", "9100"),
        ("MT4_AGENT_LISTEN", "host:port"),
        ("MT4_AGENT_LISTEN", "host:70000"),
        ("MT4_AGENT_KEYS", "one"),
        ("MT4_AGENT_KEYS", "one=xyz"),
        ("MT4_AGENT_KEYS", "one=abab"),
        ("MT4_AGENT_KEYS", f"={KEY}"),
        ("MT4_AGENT_KEYS", f"one={KEY},one={KEY}"),
        ("MT4_AGENT_ENGINE", "magic"),
        ("MT4_AGENT_CLOCK_SKEW_MS", "0"),
        ("MT4_AGENT_CLOCK_SKEW_MS", "soon"),
        ("MT4_AGENT_CLOCK_ERROR_MS", "-1"),
        ("MT4_AGENT_RECONNECT_SECONDS", "1.5"),
        ("MT4_AGENT_LOG_LEVEL", "LOUD"),
        ("MT4_AGENT_ALLOW", "10.0.0.0/8,everybody"),
        ("MT4_AGENT_ALLOW", "10.0.0.1/8"),
        ("MT4_AGENT_TLS", "maybe"),
        ("MT4_AGENT_TLS_CERTIFICATE", "/nowhere.pem"),
        ("MT4_AGENT_NEW_JOURNAL", "yes"),
        ("MT4_AGENT_QUEUE", "0"),
        ("MT4_AGENT_STREAMS", "many"),
    ],
)
def test_a_wrong_setting_is_one_sentence(name: str, value: str) -> None:
    with pytest.raises(SettingError) as wrong:
        read_config(RIGHT | {name: value})
    text = str(wrong.value)
    assert text.startswith(name)
    assert text.endswith(".")
    assert "\n" not in text
    assert KEY not in text


def test_on_loopback_it_is_plain_near_and_cautious() -> None:
    config = read_config(RIGHT)
    assert [str(network) for network in config.allowed] == ["127.0.0.0/8", "::1/128"]
    assert (config.tls, config.accepts_new_journal) == (None, False)


@pytest.mark.parametrize("host", ["10.1.0.5", "[::]", "mt4.example.com"])
def test_a_wire_that_leaves_the_machine_is_listed_and_encrypted(host: str, tmp_path: Path) -> None:
    far = RIGHT | {"MT4_AGENT_LISTEN": f"{host}:9443"}
    with pytest.raises(SettingError, match=r"^MT4_AGENT_ALLOW is not set"):
        read_config(far)
    far["MT4_AGENT_ALLOW"] = "10.1.0.0/24,192.0.2.7"
    with pytest.raises(SettingError, match=r"^MT4_AGENT_TLS_CERTIFICATE is not set"):
        read_config(far)
    assert read_config(far | {"MT4_AGENT_TLS": "off"}).tls is None
    files = (tmp_path / "agent.pem", tmp_path / "agent.key")
    far["MT4_AGENT_TLS_CERTIFICATE"] = str(files[0])
    files[0].touch()
    with pytest.raises(SettingError, match=r"^MT4_AGENT_TLS_KEY is not set"):
        read_config(far)
    files[1].touch()
    assert read_config(far | {"MT4_AGENT_TLS_KEY": str(files[1])}).tls == files
