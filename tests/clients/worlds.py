"""A small OpenML whose files, rows, features, qualities, tasks, splits, flows and runs agree with one another.

``python -m tests.clients.worlds FOLDER`` writes it as ``openml-backend load`` reads it. What is the same on every
OpenML (task types, procedures, measures, names of qualities) is that of the sample.
"""

from __future__ import annotations

import hashlib
import shutil
import sys
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import orjson

from backend.tables import metadata
from tests.clients.arff_tables import ENGINE, Row, Table
from tests.clients.tables import (
    ADMIN,
    FLOW,
    KEYS,
    PLANTS,
    PLANTS_OLD,
    RUN,
    SETUP,
    STUDY,
    SUITE,
    TABLES,
    TASKS,
    VERSIONS,
    WRITER,
    folds,
)

SAMPLE: Final = Path(__file__).parents[2] / "config" / "sample"
SAME_EVERYWHERE: Final = {
    "openml": ("category", "groups"),
    "openml_expdb": (
        "estimation_procedure",
        "estimation_procedure_type",
        "evaluation_engine",
        "math_function",
        "quality",
        "task_io_types",
        "task_type",
        "task_type_inout",
    ),
}
THEN: Final = "2024-05-06 07:08:09"
ACCURACY: Final = 45


class Folder:
    """The folder that is written: rows by table, and files."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._rows: defaultdict[str, list[Row]] = defaultdict(list)
        self._files = 0

    def add(self, table: str, *rows: Row) -> None:
        """Add rows to a table."""
        self._rows[table] += rows

    def file(self, path: str, content: str, kind: str) -> tuple[int, str]:
        """Store a file; its id and checksum."""
        data = content.encode()
        checksum = hashlib.md5(data).hexdigest()
        self._files += 1
        self.plain(path, content)
        name = path.rpartition("/")[2]
        self.add(
            "openml/file",
            {
                "id": self._files,
                "creator": WRITER,
                "creation_date": THEN,
                "filepath": path,
                "filesize": len(data),
                "filename_original": name,
                "extension": name.rpartition(".")[2],
                "mime_type": "text/plain",
                "md5_hash": checksum,
                "type": kind,
                "access_policy": "public",
            },
        )
        return self._files, checksum

    def plain(self, path: str, content: str) -> None:
        """Store a file that has no row."""
        place = self._root / "files" / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content.encode())

    def write(self) -> None:
        """Write the tables, and those that are the same everywhere."""
        for schema, tables in SAME_EVERYWHERE.items():
            (self._root / schema).mkdir(parents=True, exist_ok=True)
            for table in tables:
                shutil.copyfile(SAMPLE / schema / f"{table}.jsonl", self._root / schema / f"{table}.jsonl")
        for table, rows in self._rows.items():
            columns = metadata.tables[table.replace("/", ".")].c
            unsaid = {str(column.name): None if column.nullable else "" for column in columns}
            lines = (orjson.dumps({**unsaid, **row}) for row in rows)
            (self._root / f"{table}.jsonl").write_bytes(b"\n".join(lines) + b"\n")


def write(root: Path) -> None:
    """Write the whole."""
    folder = Folder(root)
    _users(folder)
    for did, table in TABLES.items():
        _dataset(folder, did, table)
    for task, (kind, did, procedure) in TASKS.items():
        _task(folder, task, kind, did, procedure)
    _flow(folder)
    _run(folder)
    _studies(folder)
    folder.write()


def _users(folder: Folder) -> None:
    for user, key in KEYS.items():
        folder.add(
            "openml/users",
            {
                "id": user,
                "ip_address": "127.0.0.1",
                "username": f"user{user}@clients.test",
                "password": "*none*",
                "email": f"user{user}@clients.test",
                "created_on": 1_600_000_000,
                "active": 1,
                "first_name": ("Ada", "Boris", "Cleo")[user - 1],
                "last_name": "Vellum",
                "country": "Nederland",
                "bio": "Walks by the river.",
                "core": "false",
                "session_hash": key,
                "session_hash_date": THEN,
                "gamification_visibility": "show",
            },
        )
        folder.add("openml/users_groups", {"id": user, "user_id": user, "group_id": user})


def _dataset(folder: Folder, did: int, table: Table) -> None:
    file_id, _ = folder.file(f"dataset/0/{did}/{table.name}.arff", table.arff(), "dataset")
    version = VERSIONS.get(did, "1")
    folder.add(
        "openml_expdb/dataset",
        {
            "did": did,
            "uploader": WRITER,
            "name": table.name,
            "version": version,
            "version_label": f"v{version}",
            "format": "Sparse_ARFF" if table.sparse else "ARFF",
            "creator": '"Vellum, Boris","Quill, Ada"',
            "contributor": "Cleo Marrow",
            "collection_date": "2023",
            "upload_date": THEN,
            "language": "English",
            "licence": "Public",
            "citation": "Vellum (2024)",
            "url": f"https://clients.test/data/v1/download/{file_id}/{table.name}.arff",
            "isOriginal": "true",
            "file_id": file_id,
            "default_target_attribute": table.target.name,
            "row_id_attribute": table.named("row_id"),
            "ignore_attribute": table.named("ignore"),
            "visibility": "public",
            "last_update": THEN,
        },
    )
    folder.add(
        "openml_expdb/dataset_description",
        {"did": did, "version": 1, "description": f"Of {table.name}.", "uploader": WRITER},
    )
    status = "deactivated" if did == PLANTS_OLD else "active"
    folder.add(
        "openml_expdb/dataset_status",
        {"did": did, "status": status, "status_date": THEN, "user_id": ADMIN},
    )
    folder.add(
        "openml_expdb/data_processed",
        {
            "did": did,
            "evaluation_engine_id": ENGINE,
            "user_id": ADMIN,
            "processing_date": THEN,
            "num_tries": 1,
        },
    )
    folder.add("openml_expdb/dataset_tag", {"id": did, "tag": "meadow", "uploader": WRITER, "date": THEN})
    folder.add("openml_expdb/data_feature", *table.features(did))
    folder.add("openml_expdb/data_feature_value", *table.nominal_values(did))
    folder.add("openml_expdb/data_quality", *table.qualities(did))


def _task(folder: Folder, task: int, kind: int, did: int, procedure: int) -> None:
    folder.add("openml_expdb/task", {"task_id": task, "ttid": kind, "creator": ADMIN, "creation_date": THEN})
    inputs = {
        "source_data": did,
        "target_feature": TABLES[did].target.name,
        "estimation_procedure": procedure,
        "evaluation_measures": "predictive_accuracy" if kind == 1 else "root_mean_squared_error",
    }
    folder.add(
        "openml_expdb/task_inputs",
        *({"task_id": task, "input": name, "value": str(value)} for name, value in inputs.items()),
    )
    folder.add("openml_expdb/task_tag", {"id": task, "tag": "meadow", "uploader": WRITER, "date": THEN})
    lines = [
        f"@RELATION task_{task}_splits",
        "@ATTRIBUTE type {TRAIN,TEST}",
        "@ATTRIBUTE rowid NUMERIC",
        "@ATTRIBUTE repeat NUMERIC",
        "@ATTRIBUTE fold NUMERIC",
        "@DATA",
    ]
    for fold, tested in enumerate(folds(task)):
        lines += [f"{'TEST' if row in tested else 'TRAIN'},{row},0,{fold}" for row in range(TABLES[did].size)]
    folder.plain(f"splits/{task}.arff", "\n".join(lines) + "\n")


def _flow(folder: Folder) -> None:
    folder.add(
        "openml_expdb/implementation",
        {
            "id": FLOW,
            "fullName": "hand.Majority(1)",
            "uploader": WRITER,
            "name": "hand.Majority",
            "custom_name": "Majority",
            "class_name": "hand.Majority",
            "version": 1,
            "external_version": "hand==1.0",
            "creator": "Boris Vellum",
            "contributor": "Cleo Marrow",
            "uploadDate": THEN,
            "licence": "BSD",
            "language": "English",
            "description": "Says what most say.",
            "dependencies": "hand==1.0",
            "visibility": "public",
        },
    )
    folder.add(
        "openml_expdb/implementation_tag", {"id": FLOW, "tag": "meadow", "uploader": WRITER, "date": THEN}
    )
    folder.add(
        "openml_expdb/input",
        {
            "id": 1,
            "implementation_id": FLOW,
            "name": "among",
            "description": "How many are asked.",
            "dataType": "integer",
            "defaultValue": "100",
        },
    )
    folder.add(
        "openml_expdb/algorithm_setup",
        {
            "sid": SETUP,
            "parent": 0,
            "implementation_id": FLOW,
            "role": "Learner",
            "isDefault": "true",
            "setup_string": "hand.Majority(among=100)",
        },
    )
    folder.add("openml_expdb/input_setting", {"setup": SETUP, "input": "", "input_id": 1, "value": "100"})
    folder.add("openml_expdb/setup_tag", {"id": SETUP, "tag": "meadow", "uploader": WRITER, "date": THEN})


def _run(folder: Folder) -> None:
    """A run of the flow that says "moss" of every plant, and what that is worth."""
    table = TABLES[PLANTS]
    labels, truth = table.target.nominal or (), table.target.values
    lines = [
        "@RELATION openml_task_1_predictions",
        "@ATTRIBUTE repeat NUMERIC",
        "@ATTRIBUTE fold NUMERIC",
        "@ATTRIBUTE row_id NUMERIC",
        *(f"@ATTRIBUTE 'confidence.{label}' NUMERIC" for label in labels),
        f"@ATTRIBUTE prediction {{{','.join(repr(label) for label in labels)}}}",
        f"@ATTRIBUTE correct {{{','.join(repr(label) for label in labels)}}}",
        "@DATA",
    ]
    for fold, tested in enumerate(folds(1)):
        lines += [f"0,{fold},{row},1,0,0,'moss','{truth[row]}'" for row in sorted(tested)]
        right = sum(truth[row] == "moss" for row in tested) / len(tested)
        folder.add(
            "openml_expdb/evaluation_fold",
            {
                "source": RUN,
                "function_id": ACCURACY,
                "evaluation_engine_id": ENGINE,
                "fold": fold,
                "repeat": 0,
                "value": right,
            },
        )
    folder.add(
        "openml_expdb/run",
        {
            "rid": RUN,
            "uploader": WRITER,
            "setup": SETUP,
            "task_id": 1,
            "start_time": THEN,
            "visibility": "public",
        },
    )
    folder.add(
        "openml_expdb/run_evaluated",
        {
            "run_id": RUN,
            "evaluation_engine_id": ENGINE,
            "user_id": ADMIN,
            "evaluation_date": THEN,
            "num_tries": 1,
        },
    )
    folder.add("openml_expdb/run_tag", {"id": RUN, "tag": "meadow", "uploader": WRITER, "date": THEN})
    folder.add("openml_expdb/input_data", {"run": RUN, "data": PLANTS, "name": "dataset"})
    folder.add(
        "openml_expdb/evaluation",
        {
            "source": RUN,
            "function_id": ACCURACY,
            "evaluation_engine_id": ENGINE,
            "value": truth.count("moss") / len(truth),
        },
    )
    description = (
        '<oml:run xmlns:oml="http://openml.org/openml"><oml:task_id>1</oml:task_id>'
        f"<oml:flow_id>{FLOW}</oml:flow_id></oml:run>\n"
    )
    for field, name, content in (
        ("description", "description.xml", description),
        ("predictions", "predictions.arff", "\n".join(lines) + "\n"),
    ):
        file_id, _ = folder.file(f"run/0/{RUN}/{name}", content, "run_uploaded_file")
        folder.add(
            "openml_expdb/runfile",
            {
                "source": RUN,
                "field": field,
                "name": name,
                "format": name.rpartition(".")[2],
                "upload_time": THEN,
                "file_id": file_id,
            },
        )


def _studies(folder: Folder) -> None:
    for study, kind in ((SUITE, "task"), (STUDY, "run")):
        folder.add(
            "openml_expdb/study",
            {
                "id": study,
                "alias": f"meadow-{kind}s",
                "main_entity_type": kind,
                "benchmark_suite": None if kind == "task" else SUITE,
                "name": f"{kind.title()}s of the meadow",
                "description": "Small on purpose.",
                "visibility": "public",
                "status": "active",
                "creation_date": THEN,
                "creator": WRITER,
                "legacy": "n",
            },
        )
    folder.add("openml_expdb/task_study", *_members(SUITE, "task_id", TASKS))
    folder.add("openml_expdb/run_study", *_members(STUDY, "run_id", (RUN,)))


def _members(study: int, column: str, ids: Iterable[int]) -> list[Row]:
    return [{"study_id": study, column: one, "uploader": WRITER, "date": THEN} for one in ids]


if __name__ == "__main__":
    write(Path(sys.argv[1]))
