"""Every recorded request is translated, to the route that PHP answered it by, and back."""

from pathlib import Path

import pytest

from config.location import config_directory
from config.routes import load_routes
from proxy.recordings.recording import Recording, read_recordings
from proxy.translate.to_new import Request, Translation, Untranslatable, legacy_to_new, new_to_legacy

ROUTES = load_routes(config_directory())

# The recorder's words for an endpoint -> route; a method in front only where it makes a difference.
ENDPOINTS = {
    "DELETE data/{id}": "dataset.delete",
    "DELETE downloads/d/{id}": "download.remove",
    "DELETE flow/{id}": "flow.delete",
    "DELETE flow/{id}/force": "flow.force_delete",
    "DELETE run/{id}": "run.delete",
    "DELETE setup/{id}": "setup.delete",
    "DELETE study/{id}": "study.delete",
    "DELETE task/{id}": "task.delete",
    "DELETE votes/up/d/{id}": "vote.up_remove",
    "POST data": "dataset.upload",
    "POST data/abc": "dataset.get",
    "POST data/edit": "dataset.edit",
    "POST data/feature/ontology/add": "dataset.add_ontology",
    "POST data/features": "dataset.upload_features",
    "POST data/fork": "dataset.fork",
    "POST data/qualities": "dataset.upload_qualities",
    "POST data/tag": "dataset.tag",
    "POST data/topicadd": "dataset.add_topic",
    "POST data/untag": "dataset.untag",
    "POST downloads/d/{id}": "download.count",
    "POST file": "file.upload",
    "POST flow": "flow.upload",
    "POST flow/tag": "flow.tag",
    "POST run": "run.upload",
    "POST run/evaluate": "run.evaluate",
    "POST run/tag": "run.tag",
    "POST run/trace": "run.upload_trace",
    "POST setup/exists": "setup.exists",
    "POST setup/partial": "setup.partial",
    "POST setup/tag": "setup.tag",
    "POST study": "study.create",
    "POST study/{id}/attach": "study.attach",
    "POST study/{id}/tasks": "study.part",
    "POST task": "task.upload",
    "POST task/tag": "task.tag",
    "POST votes/up/d/{id}": "vote.up",
    "arff_example/{name}": "file.arff_example",
    "badges/check/{user}/{badge}": "badge.check",
    "badges/get/{user}/{badge}": "badge.get",
    "badges/list/{user}": "badge.list",
    "data/description/list": "dataset.descriptions",
    "data/description/list/{id}": "dataset.descriptions",
    "data/download": "file.download_short",
    "data/features/qualities/list": "dataset.feature_quality_names",
    "data/features/qualities/{id}": "dataset.feature_qualities",
    "data/features/{id}": "dataset.features",
    "data/get_csv": "file.csv_short",
    "data/list": "dataset.list",
    "data/qualities/list": "dataset.quality_names",
    "data/qualities/unprocessed": "dataset.qualities_unprocessed",
    "data/qualities/{id}": "dataset.qualities",
    "data/qualities/{id}/{engine}": "dataset.qualities",
    "data/qualities/{id}/{id}": "dataset.qualities",
    "data/status/update": "dataset.update_status",
    "data/tag/list": "dataset.tags",
    "data/unprocessed": "dataset.unprocessed",
    "data/v1/download": "file.download",
    "data/view": "file.view",
    "data/{id}": "dataset.get",
    "downloads/list": "download.list",
    "downloads/{user}": "download.user",
    "downloads/{user}/{type}/{id}": "download.item",
    "estimationprocedure/list": "estimationprocedure.list",
    "estimationprocedure/{id}": "estimationprocedure.get",
    "evaluation/list": "evaluation.list",
    "evaluation/request": "evaluation.request",
    "evaluation/setup/list": "evaluation.setup_list",
    "evaluationmeasure/list": "evaluationmeasure.list",
    "flow/exists": "flow.exists_form",
    "flow/exists/{name}/{version}": "flow.exists",
    "flow/list": "flow.list",
    "flow/tag/list": "flow.tags",
    "flow/{id}": "flow.get",
    "gamification/activity": "gamification.activity",
    "gamification/impact": "gamification.impact",
    "gamification/reach": "gamification.reach",
    "job/request": "job.request",
    "run/list": "run.list",
    "run/reset/{id}": "run.reset",
    "run/tag/list": "run.tags",
    "run/trace/{id}": "run.trace",
    "run/{id}": "run.get",
    "setup/differences/{a}/{b}": "setup.differences",
    "setup/list": "setup.list",
    "setup/tag/list": "setup.tags",
    "setup/{id}": "setup.get",
    "study/list": "study.list",
    "study/status/update": "study.update_status",
    "study/{alias}": "study.get",
    "study/{id}": "study.get",
    "study/{id}/{type}": "study.part",
    "task/inputs/{id}": "task.inputs",
    "task/list": "task.list",
    "task/tag/list": "task.tags",
    "task/{id}": "task.get",
    "tasktype/list": "tasktype.list",
    "tasktype/{id}": "tasktype.get",
    "user/list": "user.list",
    "votes/down/list": "vote.down_list",
    "votes/down/{type}/{id}": "vote.down_item",
    "votes/down/{user}": "vote.down_user",
    "votes/down/{user}/{type}/{id}": "vote.down_check",
    "votes/up/list": "vote.up_list",
    "votes/up/{type}/{id}": "vote.up_item",
    "votes/up/{user}": "vote.up_user",
    "votes/up/{user}/{type}/{id}": "vote.up_check",
    "xml_example/{name}": "file.xml_example",
    "xsd/{name}": "file.xsd",
}
# Recorded under these endpoints because they look like them; None: PHP has no route for them.
LOOKALIKES = {
    "/api/v1/json/votes/up/list/1": "vote.up_item",
    "/api/v1/json/votes/down/list/1": "vote.down_item",
    "/api/v1/json/flow/exists/weka.MossTree": None,
    "/api/v1/json/flow/exists/weka.MossTree/Weka_3.9.0_12024/x": None,
    "/api/v1/json/data/qualities/unprocessed/1/normal/a/b/c": None,
    "/api/v1/json/data/qualities/unprocessed/1/reverse": None,
    "/data/v1/nothing/1": None,
    "/data/v1": None,
    "/data": None,
    "/data/v1/get_csv": "file.csv",
}
NO_ENDPOINT = ("no route", "(no route)", "(other)", "routing", "unknown type")


@pytest.fixture(scope="module")
def recordings() -> list[Recording]:
    return list(read_recordings([Path(__file__).parents[1] / "recordings"]))


def _request(recording: Recording) -> Request:
    asked = recording.request
    return Request(asked.method, asked.target, asked.headers, asked.body)


def _expected(recording: Recording) -> str | None:
    path = recording.request.target.decode("utf-8", "surrogateescape").partition("?")[0]
    path = path.replace("/api/v1/xml/", "/api/v1/json/")
    for lookalike, route in LOOKALIKES.items():
        if path == lookalike or (route == "file.csv" and path.startswith(lookalike)):
            return route
    method, endpoint = recording.request.method, recording.endpoint.removeprefix("POST ")
    if (method, endpoint) == ("POST", "setup/differences/{a}/{b}") and b"task_id" in recording.request.body:
        return "setup.store_differences"
    named = f"{method} {endpoint}"
    if method == "DELETE" and endpoint.endswith("/list") and endpoint.count("/") == 1:
        # A list for PHP, whatever the method; for the new side the deletion of what has no such id.
        named = f"DELETE {endpoint.partition('/')[0]}/{{id}}"
    return ENDPOINTS.get(named) or ENDPOINTS.get(recording.endpoint) or ENDPOINTS[endpoint]


def test_every_recorded_read_finds_its_route(recordings: list[Recording]) -> None:
    """The whole corpus maps to the routes that its endpoints name, XML and odd methods included.

    Generated requests have no endpoint but what their path looks like.
    """
    wrong = {}
    for recording in recordings:
        generated = recording.id.startswith("live.")
        if recording.scenario or generated or recording.endpoint.endswith(NO_ENDPOINT):
            continue
        translation = legacy_to_new(_request(recording), ROUTES)
        route = translation.route if isinstance(translation, Translation) else None
        if _expected(recording) != (route.name if route else None):
            wrong[recording.id] = (recording.request.target, route and route.name)
    assert wrong == {}


def test_nothing_recorded_raises(recordings: list[Recording]) -> None:
    """Each recorded request, also of writes and of odd paths, is translated or refused with a reason."""
    kinds = {type(legacy_to_new(_request(recording), ROUTES)) for recording in recordings}
    assert {Translation, Untranslatable} == kinds


def test_what_php_answered_is_asked_for_where_the_route_map_says(recordings: list[Recording]) -> None:
    """The translated path leads to the same route on the new side, and back to the same legacy request."""
    wrong = []
    for recording in recordings:
        there = legacy_to_new(_request(recording), ROUTES)
        if isinstance(there, Untranslatable) or there.fit != "exact" or there.method != "GET" or there.writes:
            continue
        if recording.response.status == 400:
            # A raw character that PHP refuses.
            continue
        back = new_to_legacy(Request("GET", there.target), ROUTES)
        if isinstance(back, Untranslatable):
            # An empty value cannot be said in a legacy path.
            continue
        again = legacy_to_new(Request("GET", back.target), ROUTES)
        if not isinstance(again, Translation) or (there.target, there.route) != (again.target, again.route):
            wrong.append((recording.id, there.target, back.target))
    assert wrong == []
