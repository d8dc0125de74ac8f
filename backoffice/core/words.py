"""Marks text for translation in modules that know no Django: states, events, permissions."""


def noop(text: str) -> str:
    """Return the text unchanged: makemessages collects it, the screen translates it."""
    return text
