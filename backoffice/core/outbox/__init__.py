"""emit(): an event and the work it causes, in the caller's own transaction."""

from backoffice.core.outbox.emission import emit

__all__ = ["emit"]
