"""What is kept about people."""

from crm.models.client import Client
from crm.models.figures import ClientFigures
from crm.models.grant import ClientGrant
from crm.models.letter import ClientLetter
from crm.models.look import Look

__all__ = ["Client", "ClientFigures", "ClientGrant", "ClientLetter", "Look"]
