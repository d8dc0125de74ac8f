"""The password: whose it is. Staff and clients each have a way of their own, machines have none."""

from django.http import HttpRequest

from backoffice.identity.models import User
from backoffice.identity.queries import people
from backoffice.identity.states import Kind


class StaffBackend:
    """Authentication of staff by e-mail address and password."""

    def authenticate(
        self, request: HttpRequest | None, email: str | None = None, password: str | None = None
    ) -> User | None:
        """Return the active member of staff whom both fit, or None.

        An unknown address costs the same hashing, so that the time tells nothing.
        """
        if email is None or password is None:
            return None
        user = people.find_staff(email)
        if user is None:
            User().set_password(password)
            return None
        return user if user.check_password(password) and user.is_active else None

    def get_user(self, user_id: int) -> User | None:
        """Return the member of staff of a session; a suspended one is nobody at once."""
        return people.get_staff(user_id)


class ClientBackend:
    """Keeps a client's session; it checks no password itself, so no staff's form reaches it."""

    def authenticate(self, request: HttpRequest | None, client_email: str = "") -> User | None:
        """Return nobody: clients come in by `check_client` and the personal area alone."""
        return None

    def get_user(self, user_id: int) -> User | None:
        """Return the client of a session; one who was shut out is nobody at once."""
        return people.get_active(user_id, kind=Kind.CLIENT)


def check_client(email: str, password: str) -> User | None:
    """Return the active client whom both fit, or None; an unknown address costs the same."""
    user = people.find_client(email)
    if user is None or not user.has_usable_password():
        User().set_password(password)
        return None
    return user if user.check_password(password) and user.is_active else None
