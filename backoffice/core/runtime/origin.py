"""Origin: from where an act came, carried beside the code that acts and written into its events.

The outermost door of a process says it once (a request, a task); emit() reads it. It is told and
not trusted: who acts is the Actor, who may is the permission.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, fields

LONGEST = 300  # characters of what a browser says of itself


@dataclass(frozen=True, kw_only=True)
class Origin:
    """The client's address, the browser's own name, the request's number, the session's mark.

    `session` is a digest: the key itself would open the session.
    """

    address: str = ""
    device: str = ""
    request: str = ""
    session: str = ""

    def told(self) -> dict[str, str]:
        """Return what is known, by name, short enough to keep."""
        known = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: text.replace("\x00", "")[:LONGEST] for name, text in known.items() if text}


NOWHERE = Origin()
_current: ContextVar[Origin] = ContextVar("origin", default=NOWHERE)


def current() -> Origin:
    """Return where this act comes from; an empty one where nobody said."""
    return _current.get()


@contextmanager
def within(origin: Origin) -> Iterator[None]:
    """Let everything in the block come from there."""
    token = _current.set(origin)
    try:
        yield
    finally:
        _current.reset(token)
