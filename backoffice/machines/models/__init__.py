"""What is kept about machines: what they are, what they hold, what they did."""

from backoffice.machines.models.credentials import AccessToken, SigningKey
from backoffice.machines.models.hand import Hand
from backoffice.machines.models.integration import Integration
from backoffice.machines.models.traffic import ApiCall, KeptAnswer, RateMark, UsedNonce

__all__ = [
    "AccessToken",
    "ApiCall",
    "Hand",
    "Integration",
    "KeptAnswer",
    "RateMark",
    "SigningKey",
    "UsedNonce",
]
