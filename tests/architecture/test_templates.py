"""Templates, addresses and files that are named exist; every template compiles and is used."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.template import TemplateDoesNotExist, TemplateSyntaxError
from django.template.loader import get_template
from django.urls import get_resolver

from tests.architecture.access import DEMO_DOORS
from tests.architecture.test_access import addresses
from tests.architecture.tidy import markup
from tests.architecture.tidy.tree import CHECKOUT, File, dotted

TREE = CHECKOUT
TEMPLATES = [file.path.removeprefix("templates/") for file in TREE.templates]
USED = re.compile(r"""\{%\s*(?:include|extends)\s+["']([^"']+)["']""")
LINKED = re.compile(r"""\{%\s*url\s+["']([^"']+)["']""")
STATIC = re.compile(r"""\{%\s*static\s+["']([^"']+)["']""")
#: What Django, or a package of its, asks for by its own name.
ASKED_BY_NAME = re.compile(
    r"^(errors/(400|403|404|500)\.html|(django_tables2|admin|registration)/)"
)
#: Functions whose first argument is the name of an address.
REVERSERS = ("reverse", "reverse_lazy", "redirect", "resolve_url")


def strings(file: File) -> Iterator[tuple[int, str]]:
    """Every string of a module, with its line."""
    for node in file.nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value


@cache
def named_templates() -> tuple[tuple[str, str], ...]:
    """Every template that Python or another template names, and where."""
    return tuple(_named_templates())


def _named_templates() -> Iterator[tuple[str, str]]:
    for file in TREE.product:
        for line, text in strings(file):
            if re.fullmatch(r"[\w/-]+\.html", text):
                yield f"{file.path}:{line}", text
    for file in TREE.templates:
        for text in USED.findall(markup.of(file)):
            yield file.path, text


def named_addresses() -> Iterator[tuple[str, str]]:
    """Every address that Python or a template names, and where."""
    for file in TREE.product:
        for node in file.nodes:
            if isinstance(node, ast.Call) and dotted(node.func).split(".")[-1] in REVERSERS:
                first = node.args[0] if node.args else None
                if isinstance(first, ast.Constant) and "/" not in str(first.value):
                    yield f"{file.path}:{node.lineno}", str(first.value)
    for file in TREE.templates:
        for text in LINKED.findall(markup.of(file)):
            yield file.path, text


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_compiles(name: str) -> None:
    assert get_template(name).template.name == name


def test_every_named_template_is_there() -> None:
    missing = []
    for place, name in named_templates():
        try:
            get_template(name)
        except TemplateDoesNotExist:
            missing.append(f"{place} names {name}")
    assert not missing, "\n".join(missing)


def test_every_template_is_used() -> None:
    used = {name for _, name in named_templates()}
    used |= {name for name in TEMPLATES if ASKED_BY_NAME.match(name)}
    assert set(TEMPLATES) - used == set(), "take them out, or use them"


def test_every_named_address_is_there() -> None:
    known = set(addresses()) | set(DEMO_DOORS)
    missing = [f"{place} names {name}" for place, name in named_addresses() if name not in known]
    assert not missing, "\n".join(missing)


def test_every_address_can_be_shown() -> None:
    """No address is written by hand in a template: a link is a name."""
    roots = {str(entry.pattern) for entry in get_resolver().url_patterns} - {""}
    for file in TREE.templates:
        for target in re.findall(r"""(?:href|action|hx-[a-z]+)=["']/?([\w-]+/)""", markup.of(file)):
            assert target not in roots, f"{file.path} writes the address {target} by hand"


def test_every_named_static_file_is_there() -> None:
    for file in TREE.templates:
        for name in STATIC.findall(markup.of(file)):
            assert finders.find(name), f"{file.path} names {name}"


def test_every_style_and_script_is_used() -> None:
    """A file that no template, style or script names is never loaded."""
    sources = [file.text for file in (*TREE.templates, *TREE.static, *TREE.product)]
    for file in TREE.static:
        name = Path(file.path).name
        assert any(name in text for text in sources), f"{file.path} is used by nobody"


def test_a_broken_template_would_be_noticed(tmp_path: Path, settings) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "planted.html").write_text("{# x #}{% if %}", "utf-8")
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path]}]
    with pytest.raises(TemplateSyntaxError):
        get_template("planted.html")
