"""A provider's answers that are no yes: it said no, it was not asked, or nobody knows."""


class ProviderError(Exception):
    """Base of everything that a provider, or the way to it, answers instead of a yes."""


class Refused(ProviderError):
    """The provider said a definite no; nothing was done. `code` is its own word for it."""

    def __init__(self, code: str, words: str) -> None:
        super().__init__(words or code)
        self.code = code
        self.words = words or code


class Unavailable(ProviderError):
    """Nothing was sent, or nothing was taken on: it may be asked again."""


class Uncertain(ProviderError):
    """It may have been done: ask again under the same key, or look it up."""


class BadMessage(ProviderError):
    """What came cannot be read as a message of this provider."""
