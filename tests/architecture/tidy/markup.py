"""What templates, styles and scripts may hold."""

import re
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.tidy.tree import File, Finding, Tree

COMMENT = re.compile(r"\s*\{#|\s*\{% comment")
INLINE = (
    (
        re.compile(r"<script(?![^>]*\bsrc=)", re.IGNORECASE),
        "an inline script",
        "move it to static/js",
    ),
    (re.compile(r"<style\b", re.IGNORECASE), "an inline style", "put it into static/css"),
    (re.compile(r"<[^>]*\sstyle=", re.IGNORECASE), "an inline style", "give it a class"),
    (re.compile(r"<[^>]*\son[a-z]+=", re.IGNORECASE), "an inline handler", "listen in static/js"),
    (re.compile(r"\|\s*safe\b"), "|safe", "let the template escape"),
    (re.compile(r"\bautoescape\s+off\b"), "autoescape off", "let the template escape"),
)
ADDRESS = re.compile(r"(?:\b(?:https?|wss?):)?//(?=[\w.-]+\.[a-z]{2,})[\w./-]+", re.IGNORECASE)
NAMESPACES = ("http://www.w3.org/",)
#: What static/ may hold: our own styles, scripts and drawings.
OURS = (".css", ".js", ".svg")
FOREIGN = re.compile(
    r"@license|copyright|\bMIT license|licensed under|sourceMappingURL|@preserve|/\*!",
    re.IGNORECASE,
)
FOREIGN_NAMES = re.compile(
    r"\.min\.|htmx|jquery|bootstrap|alpine|tailwind|uplot|chart\.|d3\.|normalize|fontawesome",
    re.IGNORECASE,
)


def opened(tree: Tree) -> Iterator[Finding]:
    """A template opens with a comment: what it shows, its context."""
    for file in tree.templates:
        if not COMMENT.match(file.text):
            yield file.finding(1, "no opening comment", "say what it shows, and its context")


def inline(tree: Tree) -> Iterator[Finding]:
    """No inline script, style or handler; nothing unescaped."""
    for file in tree.templates:
        text = _without_comments(file.text)
        for pattern, what, cure in INLINE:
            for match in pattern.finditer(text):
                yield file.finding(_line(text, match.start()), what, cure)


def addresses(tree: Tree) -> Iterator[Finding]:
    """No address but our own: a page fetches nothing from elsewhere."""
    for file in (*tree.templates, *tree.static):
        text = _without_comments(file.text)
        for match in ADDRESS.finditer(text):
            if not match[0].startswith(NAMESPACES):
                line = _line(text, match.start())
                yield file.finding(line, f"a foreign address {match[0]}", "serve it ourselves")


def foreign(tree: Tree) -> Iterator[Finding]:
    """No file in static/ that is not ours."""
    for file in tree.static:
        if Path(file.path).suffix not in OURS:
            yield file.finding(1, "not a style, script or drawing of ours", "take it out")
        elif FOREIGN_NAMES.search(Path(file.path).name):
            yield file.finding(1, "named like somebody else's file", "install it, do not copy it")
        elif found := FOREIGN.search(file.text):
            line = _line(file.text, found.start())
            yield file.finding(line, f"“{found[0]}”: somebody else's file", "do not copy it")


def _without_comments(text: str) -> str:
    """Blank out template comments, keeping the lines where they were."""
    pattern = re.compile(r"\{#.*?#\}|\{% comment.*?\{% endcomment %\}", re.DOTALL)
    return pattern.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)


def _line(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1


def of(file: File) -> str:
    """Return a template's text without its comments."""
    return _without_comments(file.text)


RULES = (opened, inline, addresses, foreign)
