"""The OpenAPI description as a machine reads it."""

from typing import Any

from backoffice.ui.rest.described import description
from backoffice.ui.rest.doors import ReadDoor


class Description(ReadDoor):
    """This interface, described as OpenAPI 3."""

    permission = None

    def read(self) -> Any:
        """Return the description."""
        return description()
