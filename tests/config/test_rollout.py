"""The rollout says where each route stands, and refuses stages that would break clients."""

from pathlib import Path

import pytest

from config.errors import ConfigError
from config.location import config_directory
from config.rollout import Dialect, Placement, Rollout, Stage, load_rollout
from config.routes import RouteMap, load_routes


@pytest.fixture(scope="module")
def routes() -> RouteMap:
    return load_routes(config_directory())


def _load(tmp_path: Path, routes: RouteMap, text: str) -> Rollout:
    (tmp_path / "rollout.toml").write_text(text)
    return load_rollout(tmp_path, routes)


def test_a_route_without_entry_is_left_to_legacy(tmp_path: Path, routes: RouteMap) -> None:
    """Nothing moves by itself."""
    rollout = _load(tmp_path, routes, "")
    assert Placement(Stage.LEGACY) == rollout.of(routes["dataset.get"], Dialect.LEGACY)


def test_a_request_without_route_is_left_to_legacy(tmp_path: Path, routes: RouteMap) -> None:
    """What the route map does not know is passed through."""
    rollout = _load(tmp_path, routes, '[[stage]]\nroutes = ["*"]\nstage = "shadow"')
    assert Placement(Stage.LEGACY) == rollout.of(None, Dialect.LEGACY)


@pytest.mark.parametrize(
    ("more", "stage"),
    [
        ("", Stage.NEW),
        ('[[stage]]\nroutes = ["run.trace"]\nstage = "new_verified"', Stage.LEGACY),
        ('[[stage]]\nroutes = ["run.trace"]\nstage = "new"\nreshape = "none"', Stage.LEGACY),
    ],
)
def test_what_the_api_does_not_know_goes_with_the_last_route(
    tmp_path: Path, routes: RouteMap, more: str, stage: Stage
) -> None:
    """As long as legacy serves one route, it also says which paths there are not."""
    rollout = _load(
        tmp_path, routes, f'[[stage]]\nroutes = ["*"]\ndialects = ["legacy"]\nstage = "new"\n{more}'
    )
    assert rollout.of_unknown_api_path(routes) == Placement(stage)
    assert rollout.of(None, Dialect.LEGACY) == Placement(Stage.LEGACY)
    killed = _load(tmp_path, routes, 'kill_switch = true\n[[stage]]\nroutes = ["*"]\nstage = "new"')
    assert killed.of_unknown_api_path(routes) == Placement(Stage.LEGACY)


def test_a_later_entry_wins(tmp_path: Path, routes: RouteMap) -> None:
    """A pattern first, exceptions behind it."""
    text = (
        '[[stage]]\nroutes = ["dataset.*"]\nstage = "shadow"\npercentage = 5\n'
        '[[stage]]\nroutes = ["dataset.get"]\ndialects = ["new"]\nstage = "canary"\npercentage = 1\n'
    )
    rollout = _load(tmp_path, routes, text)
    expected = [Placement(Stage.SHADOW, 5.0), Placement(Stage.CANARY, 1.0), Placement(Stage.SHADOW, 5.0)]
    actual = [
        rollout.of(routes["dataset.get"], Dialect.LEGACY),
        rollout.of(routes["dataset.get"], Dialect.NEW),
        rollout.of(routes["dataset.list"], Dialect.NEW),
    ]
    assert expected == actual


def test_the_kill_switch_leaves_all_to_legacy(tmp_path: Path, routes: RouteMap) -> None:
    """One line stops everything new."""
    text = 'kill_switch = true\n[[stage]]\nroutes = ["dataset.get"]\ndialects = ["new"]\nstage = "new"'
    rollout = _load(tmp_path, routes, text)
    assert Placement(Stage.LEGACY) == rollout.of(routes["dataset.get"], Dialect.NEW)


def test_clients_that_asked_for_the_new_shapes_can_be_served_by_new(tmp_path: Path, routes: RouteMap) -> None:
    """By reshape = "none"; else its second face answers them."""
    text = '[[stage]]\nroutes = ["dataset.get"]\nstage = "new"\nreshape = "none"'
    rollout = _load(tmp_path, routes, text)
    placement = rollout.of(routes["dataset.get"], Dialect.LEGACY)
    assert Placement(Stage.NEW, 100.0, "none") == placement
    assert not placement.by_face


@pytest.mark.parametrize(
    ("text", "by_face"),
    [
        ('stage = "shadow"', False),
        ('stage = "shadow"\nshadow_dialect = "new"', False),
        ('stage = "shadow"\nshadow_dialect = "legacy"', True),
        ('stage = "canary"\npercentage = 5', True),
        ('stage = "new"', True),
    ],
)
def test_the_legacy_dialect_is_served_by_the_second_face(
    tmp_path: Path, routes: RouteMap, text: str, by_face: bool
) -> None:
    """Where the new side serves it, and where the shadow shall ask it."""
    rollout = _load(tmp_path, routes, f'[[stage]]\nroutes = ["dataset.get"]\n{text}')
    assert rollout.of(routes["dataset.get"], Dialect.LEGACY).by_face is by_face


@pytest.mark.parametrize(
    ("text", "dialect", "asked"),
    [
        ('stage = "shadow"', Dialect.LEGACY, Dialect.LEGACY),
        ('stage = "canary"\npercentage = 5', Dialect.LEGACY, Dialect.LEGACY),
        ('stage = "new"\nreshape = "none"', Dialect.LEGACY, Dialect.NEW),
        ('stage = "new"', Dialect.NEW, Dialect.NEW),
    ],
)
def test_what_counts_for_a_placement(
    tmp_path: Path, routes: RouteMap, text: str, dialect: Dialect, asked: Dialect
) -> None:
    """Where clients get PHP's shapes, what the legacy face answered."""
    rollout = _load(tmp_path, routes, f'[[stage]]\nroutes = ["dataset.get"]\n{text}')
    assert rollout.of(routes["dataset.get"], dialect).evidence(dialect) is asked


def test_both_faces_can_be_asked_in_the_shadow(tmp_path: Path, routes: RouteMap) -> None:
    """The new API still is; it alone where nothing is said."""
    text = '[[stage]]\nroutes = ["dataset.get"]\nstage = "shadow"\n'
    both = _load(tmp_path, routes, f'{text}shadow_dialect = "both"')
    placed = both.of(routes["dataset.get"], Dialect.LEGACY)
    assert (placed.by_face, placed.by_both) == (False, True)
    assert not _load(tmp_path, routes, text).of(routes["dataset.get"], Dialect.LEGACY).by_both


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('stage = "canary"\npercentage = 5\nshadow_dialect = "legacy"', "means nothing at stage canary"),
        ('stage = "shadow"\nshadow_dialect = "php"', "must be one of 'new', 'legacy', 'both', not 'php'"),
        ('stage = "new"\nshadow_dialect = "both"', "means nothing at stage new"),
        ('stage = "canary"', "a canary needs the share"),
        ('stage = "shadow"\npercentage = 101', "must be 0 to 100, not 101"),
        ('stage = "new"\npercentage = 5', "means nothing at stage new"),
        (
            'stage = "shadw"',
            "must be one of 'legacy', 'shadow', 'canary', 'new_verified', 'new', not 'shadw'",
        ),
        ('stage = "shadow"\ndialects = ["php"]', "must be one of 'legacy', 'new', not 'php'"),
    ],
)
def test_an_impossible_stage_is_refused(tmp_path: Path, routes: RouteMap, text: str, message: str) -> None:
    """The error says why, and what would be right."""
    with pytest.raises(ConfigError) as caught:
        _load(tmp_path, routes, f'[[stage]]\nroutes = ["dataset.get"]\n{text}')
    assert message in str(caught.value)


def test_an_entry_that_fits_no_route_is_refused(tmp_path: Path, routes: RouteMap) -> None:
    """A typing error in a route name is not an entry without effect."""
    with pytest.raises(ConfigError, match=r"did you mean dataset\.get\?"):
        _load(tmp_path, routes, '[[stage]]\nroutes = ["dataset.gett"]\nstage = "shadow"')


def test_new_cannot_serve_what_it_does_not_answer(tmp_path: Path) -> None:
    """A route that is not implemented stays with legacy."""
    (tmp_path / "routes").mkdir()
    (tmp_path / "routes" / "gates.toml").write_text(
        '[[route]]\nname = "gate.x"\nsummary = "x"\nwrites = false\nimplemented = false\n'
        '[route.new]\nmethod = "GET"\npath = "/x"\n'
    )
    with pytest.raises(ConfigError, match="implemented = false"):
        _load(
            tmp_path,
            load_routes(tmp_path),
            '[[stage]]\nroutes = ["gate.x"]\ndialects = ["new"]\nstage = "new"',
        )


def test_the_packaged_rollout_is_valid(routes: RouteMap) -> None:
    """What is shipped shadows every route."""
    rollout = load_rollout(config_directory(), routes)
    stages = {rollout.of(route, dialect).stage for route in routes for dialect in Dialect}
    assert {Stage.SHADOW} == stages
