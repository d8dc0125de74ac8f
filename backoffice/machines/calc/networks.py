"""Networks from which a machine may call: as people list them, and whether one holds an address."""

import ipaddress
from collections.abc import Iterable
from functools import lru_cache


def tidied(text: str) -> str:
    """Return an address or a network in its one form; ValueError where it is none."""
    return str(ipaddress.ip_network(text.strip(), strict=True))


def allows(networks: Iterable[str], address: str) -> bool:
    """Say whether one of the networks holds the address; an empty list holds none."""
    try:
        where = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(where in _network(one) for one in networks if _network(one).version == where.version)


@lru_cache(maxsize=1024)
def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    return ipaddress.ip_network(text)
