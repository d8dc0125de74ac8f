"""Words of money that moves over a chain or from hand to hand."""

from enum import StrEnum

from backoffice.core.words import noop


class Network(StrEnum):
    """Over which chain a coin moves; the same coin on another chain is lost."""

    BITCOIN = "bitcoin"
    ETHEREUM = "ethereum"
    BSC = "bsc"
    POLYGON = "polygon"
    TRON = "tron"


NETWORK_LABELS: dict[str, str] = {
    Network.BITCOIN: noop("Bitcoin"),
    Network.ETHEREUM: noop("Ethereum (ERC-20)"),
    Network.BSC: noop("BNB Smart Chain (BEP-20)"),
    Network.POLYGON: noop("Polygon"),
    Network.TRON: noop("Tron (TRC-20)"),
}
#: Chains whose addresses and hashes are Ethereum's.
LIKE_ETHEREUM = (Network.ETHEREUM, Network.BSC, Network.POLYGON)


class Screening(StrEnum):
    """What a search for stolen, sanctioned or mixed coins found. Not looked at is never clean."""

    UNKNOWN = "unknown"
    CLEAN = "clean"
    HIT = "hit"


SCREENING_LABELS: dict[str, str] = {
    Screening.UNKNOWN: noop("not screened yet"),
    Screening.CLEAN: noop("clean"),
    Screening.HIT: noop("a hit"),
}

#: Providers' codes of methods whose money people hand over, or see on the house's own wallet.
CASH_DESK = "cash-desk"
LOCAL_AGENT = "local-agent"
OWN_WALLET = "own-wallet"
BY_HAND = frozenset({CASH_DESK, LOCAL_AGENT, OWN_WALLET})
