"""Windows of time."""

from datetime import date

import pytest

from backend.gamification.windows import Window, read_window

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("", Window("2013-1-1", date(2013, 1, 1))),
        ("2019", Window("2019-01-01", date(2019, 1, 1), date(2020, 1, 1))),
        ("201", Window("0201-01-01", date(201, 1, 1), date(202, 1, 1))),
        ("2019/06", Window("2019-06-01", date(2019, 6, 1), date(2019, 7, 1))),
        ("2019/13", Window("2020-01-01", date(2020, 1, 1), date(2020, 2, 1))),
        ("2019/2/3", Window("2019-02-03", date(2019, 2, 3), date(2019, 2, 4))),
        ("2019_perday", Window("2019-01-01", date(2019, 1, 1), date(2020, 1, 1), True)),
        ("2019/06_perday", Window("2019-06-01", date(2019, 6, 1), date(2020, 6, 1), True)),
        ("today/1", Window("2026-11-22", TODAY)),
        ("lastmonth", Window("2026-10-22", date(2026, 10, 22))),
        ("lastday", Window("", None)),
        ("lastday_perday", Window("2026-11-21", date(2026, 11, 21), date(2026, 11, 23), True)),
        ("lastyear", Window("2025-11-22", date(2025, 11, 22))),
        ("thismonth_perday", Window("2026-11-01", date(2026, 11, 1), date(2026, 11, 23), True)),
        ("thismonth", Window("2026-11", date.min)),
    ],
)
def test_windows(path: str, expected: Window) -> None:
    """As PHP reads and labels them."""
    assert read_window(path.split("/") if path else [], TODAY) == expected


@pytest.mark.parametrize("path", ["sometime", "2019/abc", "2019/06/23/1", "2019_perday/06", "99999"])
def test_what_names_no_window(path: str) -> None:
    """PHP knows no such function."""
    assert read_window(path.split("/"), TODAY) is None


def test_a_day_that_the_month_does_not_have_runs_over() -> None:
    """31 March less a month is 3 March."""
    assert read_window(["lastmonth"], date(2026, 3, 31)) == Window("2026-03-03", date(2026, 3, 3))


def test_days_leave_out_the_end() -> None:
    """One part per day of the window."""
    assert list(Window("", date(2019, 12, 30), date(2020, 1, 1), True).days()) == [
        date(2019, 12, 30),
        date(2019, 12, 31),
    ]
