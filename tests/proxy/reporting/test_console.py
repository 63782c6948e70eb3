"""Reports are printed wide enough."""

import io

import pytest

from proxy.reporting.console import NARROWEST, report_console


def test_a_pipe_is_wide_enough_for_every_table(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rich would take 80 columns and cut numbers."""
    monkeypatch.delenv("COLUMNS", raising=False)
    assert report_console(io.StringIO()).width == NARROWEST


@pytest.mark.parametrize(("columns", "width"), [("40", NARROWEST), ("160", 160), ("many", NARROWEST)])
def test_columns_can_only_widen(monkeypatch: pytest.MonkeyPatch, columns: str, width: int) -> None:
    """What COLUMNS says is taken when it is more."""
    monkeypatch.setenv("COLUMNS", columns)
    assert report_console(io.StringIO()).width == width
