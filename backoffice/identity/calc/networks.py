"""Lists of networks: whether an address is in one, and whether a list is well written."""

import ipaddress
from collections.abc import Iterable


def is_within(address: str, networks: Iterable[str]) -> bool:
    """Say whether the address lies in one of the networks; what is no address lies in none."""
    try:
        place = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(place in ipaddress.ip_network(network, strict=False) for network in networks)


def normalised(networks: Iterable[str]) -> list[str]:
    """Return networks as they are kept (203.0.113.0/24); ValueError for what is none."""
    named = (text.strip() for text in networks)
    return sorted({str(ipaddress.ip_network(text, strict=False)) for text in named if text})
