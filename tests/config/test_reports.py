"""Settings of reports."""

from pathlib import Path

import pytest

from config.errors import ConfigError
from config.reports import ReportSettings, load_report_settings


def test_the_packaged_file_says_what_the_defaults_are() -> None:
    """So that the comments in it are true."""
    assert load_report_settings(Path("config")) == ReportSettings()


def test_without_a_file_the_defaults_hold(tmp_path: Path) -> None:
    """Older configurations have none."""
    assert load_report_settings(tmp_path) == ReportSettings()


def test_a_webhook_may_have_a_path_and_a_query(tmp_path: Path) -> None:
    """Its secret is often there."""
    (tmp_path / "reports.toml").write_text('[clusters]\nwebhook = "https://chat.example/hook/1?token=2"\n')
    assert load_report_settings(tmp_path).clusters.webhook == "https://chat.example/hook/1?token=2"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[readiness]\nmin_coverage = 2.0", "min_coverage: must be 0 to 1"),
        ("[readiness]\nmin_compared = -1", "min_compared: must not be negative"),
        ("[readiness]\nmax_latency_ratio = 0.0", "max_latency_ratio: must be greater than 0"),
        ("[rollout]\ncanary = [10, 1]", "canary: must be rising percentages"),
        ("[clusters]\nfixed_after = 0", "fixed_after: must be greater than 0"),
        ('[clusters]\nwebhook = "somewhere"', "webhook: must be the URL of a webhook"),
        ("[retention]\ndays = 0", "days: must be greater than 0"),
        ("[retention]\nyears = 1", "years"),
        ("[gate]\ninterval = 0", "interval: must be greater than 0"),
        ("[gate]\nmin_failures = 0", "min_failures: must be greater than 0"),
        ("[gate]\nhold = -1", "hold: must not be negative"),
        ("[gate]\nmax_failure_rate = 1.5", "max_failure_rate: must be 0 to 1"),
        ('[gate]\nuntil = "soon"', "until: must be"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, told: str) -> None:
    """File and key."""
    (tmp_path / "reports.toml").write_text(text)
    with pytest.raises(ConfigError, match=r"reports\.toml") as error:
        load_report_settings(tmp_path)
    assert told.split(":")[0] in str(error.value)
    assert told.partition(": ")[2] in str(error.value)
