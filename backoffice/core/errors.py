"""What a door can be told instead of a result: no, not any more, not yet."""


class Rejected(Exception):
    """The business says no. The sentence is for the person who asked, and is translated already."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence

    def __str__(self) -> str:
        return self.sentence


class Conflict(Rejected):
    """Somebody else was first: what the person saw is not what is there now."""


class Later(Exception):
    """It cannot be done at this moment and nothing has changed: the same call may succeed later."""


class NoTransaction(RuntimeError):
    """This call belongs into a transaction of its caller, and there is none open."""
