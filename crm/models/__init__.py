"""What is kept about people."""

from crm.models.client import Client
from crm.models.figures import ClientFigures

__all__ = ["Client", "ClientFigures"]
