"""Links by which a client sets a password: signed, for two days, void with the first use.

Django's own generator: the link's signature covers the password that it replaces, so that setting
one makes every link void that was sent before.
"""

from django.conf import settings
from django.contrib.auth.tokens import PasswordResetTokenGenerator

from backoffice.identity.models import User
from backoffice.identity.queries import people
from backoffice.identity.states import Kind

TOKENS = PasswordResetTokenGenerator()
TOKENS.key_salt = "backoffice.identity.queries.links"


def link_for(user: User) -> str:
    """Return a new link for a client."""
    token = TOKENS.make_token(user)
    return f"{settings.SITE_URL}{settings.PORTAL_PATH}password/{user.pk}/{token}/"


def user_of_link(user_id: int, token: str) -> User | None:
    """Return the active client whose link this is, while it works; else None."""
    user = people.get_active(user_id, kind=Kind.CLIENT)
    return user if user is not None and TOKENS.check_token(user, token) else None
