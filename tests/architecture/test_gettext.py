"""Every text for people goes through gettext: templates hold none, Python marks its own."""

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.architecture.tidy import markup
from tests.architecture.tidy.tree import CHECKOUT, File, Finding, Tree, dotted

CURE = "write {% translate %} or {% blocktranslate %}"
TRANSLATED = re.compile(r"\{% blocktrans(?:late)?\b.*?\{% endblocktrans(?:late)? %\}", re.DOTALL)
TAG = re.compile(r"\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
#: Blocks that fill an attribute of the page around them.
ATTRIBUTE = re.compile(r"\{% block \w*(?:class|attributes) %\}.*?\{% endblock %\}", re.DOTALL)
ENTITY = re.compile(r"&[a-z]+;|&#\d+;")
WORD = re.compile(r"[^\W\d_]{2,}")
#: Attributes that people read or hear.
READ_ALOUD = (
    "title", "alt", "placeholder", "aria-label", "aria-description", "aria-roledescription",
    "data-confirm", "data-label", "data-words", "label",
)  # fmt: skip
UNREAD = ("script", "style")
#: What is the same in every language.
NAMES = frozenset({"MetaTrader", "Redis", "PostgreSQL", "Celery", "mt4", "backoffice", "ms"})
#: Keywords of fields, forms, columns and pages whose text people read.
LABELS = ("label", "help_text", "verbose_name", "verbose_name_plural", "empty_label", "title")


class _Texts(HTMLParser):
    """Collects what people read, with its line."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.found: list[tuple[int, str]] = []
        self._unread = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._unread += tag in UNREAD
        for name, value in attrs:
            if name in READ_ALOUD and value:
                self.found.append((self.getpos()[0], value))

    def handle_endtag(self, tag: str) -> None:
        self._unread -= tag in UNREAD

    def handle_data(self, data: str) -> None:
        if not self._unread:
            start = self.getpos()[0] + data[: len(data) - len(data.lstrip())].count("\n")
            self.found.append((start, data))


def untranslated(file: File) -> Iterator[Finding]:
    """Yield what a template says in its own words."""
    text = markup.of(file)
    for pattern in (TRANSLATED, ATTRIBUTE, TAG):
        text = pattern.sub(lambda match: "\n" * match[0].count("\n"), text)
    texts = _Texts()
    texts.feed(text)
    texts.close()
    for line, said in texts.found:
        words = [word for word in WORD.findall(ENTITY.sub("", said)) if word not in NAMES]
        if words:
            yield file.finding(line, f"“{' '.join(said.split())}” is not translated", CURE)


def unmarked(file: File) -> Iterator[Finding]:
    """Yield labels in Python that are plain strings."""
    for node in file.nodes:
        pairs: list[tuple[str, ast.expr]] = []
        if isinstance(node, ast.Call):
            pairs = [(keyword.arg or "", keyword.value) for keyword in node.keywords]
            if dotted(node.func).startswith("messages.") and len(node.args) > 1:
                pairs.append(("label", node.args[1]))
        elif isinstance(node, ast.Assign):
            pairs = [(dotted(target), node.value) for target in node.targets]
        for name, value in pairs:
            text = value.value if isinstance(value, ast.Constant) else None
            if name in LABELS and isinstance(text, str) and WORD.search(text):
                yield file.finding(value.lineno, f"{name}={text!r}", "write _(…)")


TEXTUAL = ("pages", "models", "admin", "queries", "ui")


@pytest.fixture(scope="module")
def tree() -> Tree:
    """This checkout."""
    return CHECKOUT


def test_templates_hold_no_text_of_their_own(tree: Tree) -> None:
    found = [finding for file in tree.templates for finding in untranslated(file)]
    assert not found, "\n" + "\n".join(map(str, found))


def test_labels_are_marked(tree: Tree) -> None:
    files = [
        file
        for file in tree.product
        if (file.stands_in(*TEXTUAL) or file.stem in ("admin", "menu")) and file.stem != "apps"
    ]
    found = [finding for file in files for finding in unmarked(file)]
    assert not found, "\n" + "\n".join(map(str, found))


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("{# Words in a comment. #}\n<p>Save</p>", 2),
        ("{# x #}\n<p>\n\n  Save it\n</p>", 4),
        ('{# x #}\n<input placeholder="Search">', 2),
        ('{# x #}\n<a title="{{ name }} of it">', 2),
        ("{# x #}\n{% translate 'a' %} more", 2),
    ],
)
def test_a_forgotten_text_is_caught(tmp_path: Path, text: str, line: int) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "x.html").write_text(text, "utf-8")
    [found] = untranslated(Tree(tmp_path).templates[0])
    assert (found.line, found.cure) == (line, CURE)


def test_what_is_translated_passes(tmp_path: Path) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "x.html").write_text(
        "{# x #}{% load i18n %}<p class='save it'>{% translate 'Save' %} – 12 % · &nbsp;</p>"
        "{% blocktranslate %}Some words{% endblocktranslate %}<script src='a'></script>"
        '<a title="{% translate "Close" %}" href="x">{{ value|default:"none at all" }}</a>',
        "utf-8",
    )
    assert list(untranslated(Tree(tmp_path).templates[0])) == []


def test_a_plain_label_is_caught(tmp_path: Path) -> None:
    (tmp_path / "crm" / "pages").mkdir(parents=True)
    path = tmp_path / "crm" / "pages" / "forms.py"
    path.write_text(
        "name = F(label='Name')\nother = F(label=_('Other'))\nmessages.info(request, 'Saved')\n"
    )
    found = [finding.line for finding in unmarked(Tree(tmp_path).product[0])]
    assert found == [1, 3]
