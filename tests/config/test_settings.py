"""Settings: file, environment over it, defaults below; what is wrong is named."""

from pathlib import Path
from typing import Any

import pytest

from config.errors import ConfigError
from config.location import config_directory
from config.settings import BackendSettings, ProxySettings, load_backend_settings, load_proxy_settings


def _write(directory: Path, name: str, text: str) -> Path:
    (directory / name).write_text(text)
    return directory


def test_the_packaged_backend_file_says_the_defaults() -> None:
    """What a reader of backend.toml sees is what holds without it."""
    assert BackendSettings() == load_backend_settings(config_directory(), {})


def test_the_packaged_proxy_file_says_the_defaults() -> None:
    """What a reader of proxy.toml sees is what holds without it."""
    assert ProxySettings() == load_proxy_settings(config_directory(), {})


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    """OPENML_DATABASE replaces the file's value, the rest stays."""
    _write(tmp_path, "backend.toml", 'database = "sqlite:///a.db"\nport = 9')
    settings = load_backend_settings(tmp_path, {"OPENML_DATABASE": "sqlite:///b.db", "OPENML_FILES": "/x"})
    assert ("sqlite:///b.db", 9, Path("/x")) == (settings.database, settings.port, settings.files)


def test_files_may_be_a_table(tmp_path: Path) -> None:
    """The root of the stored files, and one's own schemas and examples; the environment wins."""
    _write(tmp_path, "backend.toml", '[files]\nroot = "/a"\nstatic = "/b"')
    settings = load_backend_settings(tmp_path, {"OPENML_FILES": "/x"})
    assert (settings.files, settings.static) == (Path("/x"), Path("/b"))
    _write(tmp_path, "backend.toml", '[files]\nstatic = "/b"')
    settings = load_backend_settings(tmp_path, {})
    assert (settings.files, settings.static) == (None, Path("/b"))


def test_an_unknown_key_of_files_is_named(tmp_path: Path) -> None:
    """As in any table."""
    with pytest.raises(ConfigError, match=r"\[files\] statik: is not known here; did you mean static"):
        load_backend_settings(_write(tmp_path, "backend.toml", '[files]\nstatik = "/b"'), {})


def test_a_nested_table_merges_with_the_environment(tmp_path: Path) -> None:
    """One key of a table can come from the environment and its sister from the file."""
    _write(tmp_path, "proxy.toml", "[shadow]\nworkers = 2")
    settings = load_proxy_settings(tmp_path, {"PARITY_SHADOW_QUEUE": "5"})
    assert (settings.shadow.workers, settings.shadow.queue) == (2, 5)


def test_a_base_url_ends_in_a_slash(tmp_path: Path) -> None:
    """Addresses are joined to it as text, path and port stay."""
    settings = load_backend_settings(tmp_path, {"OPENML_PUBLIC_URL": "https://openml.test:8443/base"})
    assert settings.public_url == "https://openml.test:8443/base/"


@pytest.mark.parametrize(
    ("text", "environ", "message"),
    [
        ("prot = 1", {}, "proxy.toml prot: is not known here; did you mean port?"),
        ("port = 70000", {}, "proxy.toml port: must be a port"),
        ('legacy = "ftp://x"', {}, "proxy.toml legacy: must be an http or https URL"),
        ("[shadow]\nworkers = 0", {}, "workers: must be greater than 0"),
        ('[shadow]\nworkers = "4"', {}, "proxy.toml [shadow] workers: must be an integer"),
        ("", {"PARITY_PORT": "x"}, "PARITY_PORT: must be an integer, not 'x'"),
        ("", {"PARITY_PROT": "1"}, "PARITY_PROT: is not known here; did you mean PARITY_PORT?"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, environ: dict[str, str], message: str) -> None:
    """The message names the file or the variable, and what would be right."""
    with pytest.raises(ConfigError) as caught:
        load_proxy_settings(_write(tmp_path, "proxy.toml", text), environ)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    "wrong",
    [
        {"storage": "s3://bucket"},
        {"storage": "https://minio.test/"},
        {"storage": "https://key:secret@minio.test/bucket"},
        {"storage": "https://minio.test/bucket", "files": Path("/srv")},
    ],
)
def test_a_bucket_is_one_url_and_the_only_storage(wrong: dict[str, Any]) -> None:
    """Keys are settings of their own, and no message shows them."""
    with pytest.raises(ConfigError) as caught:
        BackendSettings(**wrong)
    assert caught.value.key == "storage"
    assert "secret" not in str(caught.value)


def test_secrets_are_not_shown() -> None:
    """Settings are logged by people."""
    shown = repr(BackendSettings(shadow_secret="hidden", storage_key="hidden", storage_secret="hidden"))
    assert "hidden" not in shown


@pytest.mark.parametrize("path", ["api/v2", "/api/v2/", "/", "/a b", "/api", "/api/v1", "/api/v1/x", "/é"])
def test_a_root_path_is_a_beginning_of_paths(tmp_path: Path, path: str) -> None:
    """And never that of the legacy dialect."""
    (tmp_path / "backend.toml").write_text(f'[http]\nroot_path = "{path}"\n')
    with pytest.raises(ConfigError, match="root_path"):
        load_backend_settings(tmp_path, {})
    (tmp_path / "backend.toml").write_text("")
    assert load_backend_settings(tmp_path, {"OPENML_HTTP_ROOT_PATH": "/api/v2"}).http.root_path == "/api/v2"
