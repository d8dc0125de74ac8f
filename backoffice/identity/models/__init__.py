"""What is kept about people and roles."""

from backoffice.identity.models.desk import Desk
from backoffice.identity.models.passkey import Passkey
from backoffice.identity.models.role import Role, RoleGrant
from backoffice.identity.models.user import User
from backoffice.identity.models.visit import KnownDevice, Visit

__all__ = ["Desk", "KnownDevice", "Passkey", "Role", "RoleGrant", "User", "Visit"]
