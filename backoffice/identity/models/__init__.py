"""What is kept about people and roles."""

from backoffice.identity.models.desk import Desk
from backoffice.identity.models.role import Role, RoleGrant
from backoffice.identity.models.user import User

__all__ = ["Desk", "Role", "RoleGrant", "User"]
