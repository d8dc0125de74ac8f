"""A statement as PDF, set by typst: the library brings its own fonts and needs nothing else."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import typst

SHEET = Path(__file__).with_name("statement.typ")


def document(told: Mapping[str, Any]) -> bytes:
    """Return the file; `told` is title, house, facts and parts as statement.typ reads them."""
    data = json.dumps(told, ensure_ascii=False)
    found: Any = typst.compile(str(SHEET), sys_inputs={"data": data}, ignore_system_fonts=True)
    return bytes(found)
