"""PHP's documents of runs."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

from backend.legacy.tree import to_json
from backend.legacy.writing import to_xml
from backend.runs import legacy
from backend.runs.queries import RunRows

ROW: Any = SimpleNamespace(
    rid=7,
    uploader=1,
    first_name="A",
    last_name=None,
    task_id=2,
    task_type="T",
    measure=None,
    flow_id=3,
    flow_name="f(1)",
    setup=4,
    evaluated=7,
    error=None,
    error_message=None,
    run_details="",
    setup_string="s",
)
SCORE: Any = SimpleNamespace(name="kappa", value=0.5, array_data="", repeat=0, fold=1)
SETTINGS: Any = SimpleNamespace(public_url="https://x/")
NOTHING = RunRows(ROW, [], [], [], [], [], [], [])


def run_rows(**rows: Any) -> RunRows:
    """The run, with a few rows beside it."""
    return replace(NOTHING, **rows)


def test_a_run_shows_only_what_it_has() -> None:
    """An evaluation without error has an empty one; a fold is in attributes."""
    made = to_json(legacy.run(run_rows(fold_evaluations=[SCORE]), SETTINGS))
    assert made == (
        b'{"run":{"run_id":"7","uploader":"1","uploader_name":"A","task_id":"2","task_type":"T","flow_id":"3",'
        b'"flow_name":"f(1)","setup_id":"4","error":[],"run_details":[],"setup_string":"s",'
        b'"output_data":{"evaluation":{"repeat":"0","fold":"1","name":"kappa","value":"0.5"}}}}'
    )


def test_a_file_is_no_data_set() -> None:
    """Its id as one is -1."""
    part: Any = SimpleNamespace(field="model", file_id=9, filename_original="m.bin")
    assert (
        b'"file":{"did":"-1","file_id":"9","name":"model","url":"https:\\/\\/x\\/data\\/download\\/9\\/m.bin"}'
        in (to_json(legacy.run(run_rows(files=[part]), SETTINGS)))
    )


def test_only_xml_lists_the_type_of_the_task() -> None:
    """In PHP's own JSON numbers are numbers."""
    row: Any = SimpleNamespace(
        rid=7,
        task_id=2,
        ttid=1,
        setup=4,
        implementation_id=3,
        uploader=1,
        start_time="2020-01-01 00:00:00",
        error_message=None,
        run_details=None,
    )
    assert b"<oml:task_type_id>1<" in to_xml(legacy.listed([row]))
    assert legacy.listed_json([row])["runs"]["run"] == [
        {
            "run_id": 7,
            "task_id": 2,
            "setup_id": 4,
            "flow_id": 3,
            "uploader": 1,
            "upload_time": "2020-01-01 00:00:00",
            "error_message": "",
            "run_details": "",
        }
    ]


def test_a_trace_is_of_the_run_that_was_asked_for() -> None:
    """With its zeros."""
    assert to_json(legacy.trace(7, [], "07")) == b'{"trace":{"run_id":"07"}}'


def test_writes_say_of_which_run_they_were() -> None:
    """Engines see the id as they sent it."""
    assert to_json(legacy.uploaded(7)) == b'{"upload_run":{"run_id":"7"}}'
    assert to_json(legacy.evaluated(7, "07")) == b'{"run_evaluate":{"run_id":"07"}}'
    assert to_json(legacy.traced(7, "07")) == b'{"run_trace":{"run_id":"07"}}'
