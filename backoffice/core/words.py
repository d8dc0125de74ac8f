"""Marks text for translation in modules that know no Django: states, events, permissions."""


def noop(text: str) -> str:
    """Return the text unchanged: makemessages collects it, the screen translates it."""
    return text


#: What each kind of dangerous act is called, by its code; filled as the apps register them
#: (approvals/terms.py), read where events are told.
ACT_WORDS: dict[str, str] = {}
