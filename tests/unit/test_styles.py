"""What the pages' styles must not ask for."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import monitor

STYLES = sorted((Path(monitor.__file__).parent / "web" / "static" / "css").glob("*.css"))


@pytest.mark.requirement("UIX-110")
@pytest.mark.parametrize("path", STYLES, ids=lambda path: path.name)
def test_no_style_of_what_stands_around_it_hangs_on_whether_a_text_is_empty(path: Path) -> None:
    """Each changed text would have the page styled anew: 24 chairs' numbers came two seconds late.

    A data attribute on the element itself says the same for nothing.
    """
    assert re.findall(r":has\([^{]*:empty", path.read_text(encoding="utf-8")) == []
