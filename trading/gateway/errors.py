"""The answers of a MetaTrader server that are not *yes*, as exceptions that carry the facts."""


class GatewayError(Exception):
    """Any answer that is not a yes."""


class Refused(GatewayError):
    """MetaTrader said a definite no; nothing was applied.

    `code` is MetaTrader's return code, `text` its words.
    """

    def __init__(self, code: int, text: str) -> None:
        self.code = code
        self.text = text
        super().__init__(f"MetaTrader refused: {text} (code {code})")


class NotSent(GatewayError):
    """The command did not leave us; it changes nothing and may be given again.

    `reason` is one of busy, clock, journal, deadline, end_of_day, breaker, unreachable, seen,
    closed, read_only. Only `deadline` proves that this attempt never left and never will.
    """

    def __init__(self, reason: str, text: str = "") -> None:
        self.reason = reason
        self.text = text
        super().__init__(text or f"The command was not sent: {reason}")


class ReadOnly(NotSent):
    """The server is reached in a way that takes no commands, such as its SQL replica."""

    def __init__(self, text: str) -> None:
        super().__init__("read_only", text)


class Unavailable(GatewayError):
    """A question could not be asked or answered; asking again does no harm."""


class Uncertain(GatewayError):
    """The command left and no clear answer came back: look it up, never repeat it blindly.

    `code` is MetaTrader's return code where one arrived, else None.
    """

    def __init__(self, text: str, code: int | None = None) -> None:
        self.code = code
        super().__init__(text)


class BadMessage(GatewayError):
    """A message that is malformed, unsealed, stale, repeated or signed by an unknown key."""
