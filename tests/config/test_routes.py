"""The route map is read strictly."""

from pathlib import Path

import pytest

from config.errors import ConfigError
from config.routes import Codes, LegacyError, LegacyTemplate, NewTemplate, Route, RowList, load_routes

WHOLE = """
[[route]]
name = "dataset.list"
summary = "Data sets"
writes = false
implemented = true
[route.legacy]
methods = ["*"]
path = "data/list"
filters = ["tag"]
envelope = ["data", "dataset"]
[route.new]
method = "GET"
also = ["POST"]
path = "/datasets/list"
[route.parameters]
tag = "query.label"
[[route.rows]]
at = "$"
key = ["did"]
ordered = true
whole = { limit = "100" }
shows = { tag = "label" }
[route.codes]
filter = "371"
[route.errors]
371 = { type = "validation-error", errors = ["digits"] }
372 = "no-results"
"""


def _config(tmp_path: Path, text: str, name: str = "datasets.toml") -> Path:
    (tmp_path / "routes").mkdir(exist_ok=True)
    (tmp_path / "routes" / name).write_text(text)
    return tmp_path


def test_an_entry_becomes_a_route(tmp_path: Path) -> None:
    """Every key of the file has its field; the entity is the file's name."""
    expected = Route(
        name="dataset.list",
        entity="datasets",
        summary="Data sets",
        writes=False,
        implemented=True,
        legacy=LegacyTemplate(("*",), "data/list", ("tag",), envelope=("data", "dataset")),
        new=NewTemplate("GET", "/datasets/list", ("POST",)),
        parameters={"tag": "query.label"},
        rows=(RowList("$", ("did",), ordered=True, whole={"limit": "100"}, shows={"tag": "label"}),),
        errors={"371": LegacyError("validation-error", ("digits",)), "372": LegacyError("no-results")},
        codes=Codes(filter="371"),
    )
    assert expected == load_routes(_config(tmp_path, WHOLE))["dataset.list"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('name = "dataset.list"', 'name = "Datasets"', "must be entity.word"),
        ('methods = ["*"]', 'methods = ["get"]', "must be an upper-case method name"),
        ('path = "/datasets/list"', 'path = "datasets/list"', "must start with /"),
        ("whole = { limit", "whole = { count", "must be one of limit, not 'count'"),
        ('path = "/datasets/list"', 'path = "/datasets/{id}"', "is no segment of the legacy path"),
        ('"query.label"', '"label"', "must be query.NAME, path.NAME or body.NAME"),
        ("writes = false", "write = false", "did you mean writes?"),
        ("[[route]]", "[[routes]]", "did you mean route?"),
        ('path = "data/list"', 'path = "data/{id:int}"', "a kind is number"),
    ],
)
def test_a_wrong_entry_is_refused(tmp_path: Path, old: str, new: str, message: str) -> None:
    """The error names the file and what would be right."""
    with pytest.raises(ConfigError) as caught:
        load_routes(_config(tmp_path, WHOLE.replace(old, new, 1)))
    assert "datasets.toml" in str(caught.value)
    assert message in str(caught.value)


def test_names_are_unique_over_all_files(tmp_path: Path) -> None:
    """Two routes of one name are an error that names the first file."""
    _config(tmp_path, WHOLE)
    with pytest.raises(ConfigError, match=r"taken already by datasets\.toml"):
        load_routes(_config(tmp_path, WHOLE, "tasks.toml"))


def test_an_empty_directory_is_refused(tmp_path: Path) -> None:
    """No route map is an error, not a proxy without routes."""
    (tmp_path / "routes").mkdir()
    with pytest.raises(ConfigError, match="holds no route map"):
        load_routes(tmp_path)


def test_a_map_of_0_1_0_is_completed(tmp_path: Path) -> None:
    """What was said of its routes in the registry then is taken from the map that is shipped."""
    old = WHOLE.split("[route.codes]")[0].replace('envelope = ["data", "dataset"]\n', "")
    route = load_routes(_config(tmp_path, old))["dataset.list"]
    shipped = load_routes(Path("config"))["dataset.list"]
    assert (route.errors, route.codes) == (shipped.errors, shipped.codes)
    assert route.legacy is not None
    assert route.legacy.envelope == ("data", "dataset")
