"""The register: one gateway a process and address, made by the factory given last."""

import pytest

from trading.gateway import registry
from trading.gateway.port import ServerAddress


@pytest.fixture(autouse=True)
def _empty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_factories", {})
    monkeypatch.setattr(registry, "_made", {})


def an_address(server: str) -> ServerAddress:
    return ServerAddress(server=server, url="http://127.0.0.1:1", key_id="k", key=b"")


def test_without_a_factory_it_says_so() -> None:
    with pytest.raises(LookupError, match="No gateway factory"):
        registry.gateway_for(an_address("a"))


def test_one_gateway_an_address() -> None:
    registry.register(lambda address: [address])
    first = registry.gateway_for(an_address("a"))
    assert registry.gateway_for(an_address("a")) is first
    assert registry.gateway_for(an_address("b")) is not first


def test_a_forked_process_makes_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    registry.register(lambda address: [address])
    first = registry.gateway_for(an_address("a"))
    monkeypatch.setattr("os.getpid", lambda: 1)
    assert registry.gateway_for(an_address("a")) is not first
