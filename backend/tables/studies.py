"""Studies and suites (legacy notes, schema)."""

from sqlalchemy import Index, UniqueConstraint

from backend.tables.columns import binary, datetime, integer, mediumint, swedish, timestamp
from backend.tables.schema import CASCADE, EXPERIMENTS, NOW, USERS, key, optional, references, required, table

# Collections (task suites, run studies, legacy tag-based studies).
study = table(
    EXPERIMENTS,
    "study",
    key("id", integer(10)),
    optional("alias", binary.varchar(32)),
    required("main_entity_type", binary.enum("run", "task"), default="run"),
    optional("benchmark_suite", integer(10)),
    required("name", binary.varchar(256)),
    required("description", binary.text()),
    required("visibility", binary.varchar(64), default="public"),
    required("status", binary.enum("in_preparation", "active", "deactivated"), default="in_preparation"),
    required("creation_date", datetime()),
    required("creator", mediumint(8, unsigned=True)),
    required("legacy", binary.enum("y", "n"), default="y"),
    UniqueConstraint("id", "creator"),
    UniqueConstraint("alias"),
    Index(None, "creator"),
    Index(None, "benchmark_suite"),
    references("creator", USERS, "users", "id"),
    references("benchmark_suite", EXPERIMENTS, "study", "id"),
    collation=binary,
)

# Tags that define a legacy study, with time window.
study_tag = table(
    EXPERIMENTS,
    "study_tag",
    key("study_id", integer(10)),
    key("tag", swedish.varchar(255)),
    optional("window_start", datetime()),
    optional("window_end", datetime()),
    required("write_access", swedish.enum("private", "public"), default="private"),
    references("study_id", EXPERIMENTS, "study", "id", delete=CASCADE),
    collation=swedish,
)

# Task members of a new-style task study (suite).
task_study = table(
    EXPERIMENTS,
    "task_study",
    key("study_id", integer(10)),
    key("task_id", integer(10)),
    required("uploader", mediumint(8, unsigned=True)),
    required("date", timestamp(), default=NOW),
    Index(None, "task_id"),
    Index(None, "study_id"),
    Index(None, "uploader"),
    references("study_id", EXPERIMENTS, "study", "id", delete=CASCADE, update=CASCADE),
    references("task_id", EXPERIMENTS, "task", "task_id"),
    references("uploader", USERS, "users", "id"),
    collation=swedish,
)

# Run members of a new-style run study.
run_study = table(
    EXPERIMENTS,
    "run_study",
    key("study_id", integer(10)),
    key("run_id", integer(10, unsigned=True)),
    required("uploader", mediumint(8, unsigned=True)),
    required("date", timestamp(), default=NOW),
    Index(None, "run_id"),
    Index(None, "study_id"),
    Index(None, "uploader"),
    references("run_id", EXPERIMENTS, "run", "rid"),
    references("study_id", EXPERIMENTS, "study", "id", delete=CASCADE, update=CASCADE),
    references("uploader", USERS, "users", "id"),
    collation=swedish,
)
