"""The password: whose it is. Django calls this backend; clients and machines never pass it."""

from django.http import HttpRequest

from backoffice.identity.models import User
from backoffice.identity.queries import people


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
