"""What the demo tells a person when it cannot go on."""


class DemoError(Exception):
    """The text is one sentence: what is wrong, and what to do."""
