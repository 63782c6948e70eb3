"""From method and raw path to a target."""

import pytest

from config.router import Match, Router


@pytest.fixture
def router() -> Router[str]:
    """Templates of every kind."""
    router: Router[str] = Router()
    for method, template in (
        ("GET", "/datasets/{dataset_id}"),
        ("DELETE", "/datasets/{dataset_id}"),
        ("GET", "/datasets/list"),
        ("POST", "/datasets/list"),
        ("POST", "/datasets"),
        ("GET", "/datasets/qualities/{dataset_id}"),
        ("GET", "/datasets/qualities/{dataset_id}/{engine_id}"),
        ("GET", "/download/{file_id}/{name:rest}"),
    ):
        router.add(method, template, f"{method} {template}")
    return router


@pytest.mark.parametrize(
    ("method", "path", "target", "segments"),
    [
        ("GET", "/datasets/61", "GET /datasets/{dataset_id}", {"dataset_id": "61"}),
        ("GET", "/datasets/61/", "GET /datasets/{dataset_id}", {"dataset_id": "61"}),
        ("GET", "/v1/datasets/61", "GET /datasets/{dataset_id}", {"dataset_id": "61"}),
        ("GET", "/datasets/%31", "GET /datasets/{dataset_id}", {"dataset_id": "%31"}),
        ("GET", "/datasets/list", "GET /datasets/list", {}),
        ("DELETE", "/datasets/list", "DELETE /datasets/{dataset_id}", {"dataset_id": "list"}),
        ("POST", "/datasets", "POST /datasets", {}),
        (
            "GET",
            "/download/7/a/b%20c.arff",
            "GET /download/{file_id}/{name:rest}",
            {"file_id": "7", "name": "a/b%20c.arff"},
        ),
    ],
)
def test_a_path_leads_to_a_target(
    router: Router[str], method: str, path: str, target: str, segments: dict[str, str]
) -> None:
    """The most specific template that knows the method answers; segments stay undecoded."""
    match = router.find(method, path)
    assert match is not None
    assert (match.target, match.segments) == (target, segments)


@pytest.mark.parametrize(
    "path", ["/", "/nosuch", "/datasets//61", "/datasets/61/x", "/v1", "/download/7", "/DATASETS/61"]
)
def test_an_unknown_path_leads_nowhere(router: Router[str], path: str) -> None:
    """Nothing is guessed: no empty segment, no other letter case."""
    assert router.find("GET", path) is None


def test_a_known_path_names_its_methods(router: Router[str]) -> None:
    """What is answered instead of another method."""
    nearest = "GET /datasets/{dataset_id}"
    expected = Match(None, {"dataset_id": "61"}, ("GET", "DELETE"), nearest)
    assert router.find("PUT", "/datasets/61") == expected


def test_a_method_of_a_path_is_given_once(router: Router[str]) -> None:
    """Two operations cannot share a method and a path, whatever the names of the segments."""
    with pytest.raises(ValueError, match="is taken by"):
        router.add("GET", "/datasets/{other}", "second")
