"""The one clock of house, wire and agent while the matrix runs: it goes back with everything else.

An act that is lived again begins at the moment at which it was lived first, so that what waits for
some seconds waits again, however long its other endings were tried meanwhile.
"""

from datetime import UTC, datetime, timedelta


class Moment:
    """A clock that goes as fast as the real one, and can be put back."""

    def __init__(self) -> None:
        self._ahead = timedelta(0)

    def now(self) -> datetime:
        """Return the present moment of this clock, aware and in UTC."""
        return datetime.now(UTC) + self._ahead

    def back_to(self, moment: datetime) -> None:
        """Let it be that moment now."""
        self._ahead += moment - self.now()
