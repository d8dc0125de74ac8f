"""Object permissions in one place: which rows a user may see, and the one way to fetch one."""

from backoffice.core.access.guard import get_or_404_for, reaches, restrict
from backoffice.core.access.reach import Level, Reach, Reaching, Scope

__all__ = ["Level", "Reach", "Reaching", "Scope", "get_or_404_for", "reaches", "restrict"]
