"""Tasks, task types and estimation procedures (legacy notes, schema)."""

from sqlalchemy import Index

from backend.tables.columns import datetime, general, integer, mediumint, swedish, timestamp
from backend.tables.schema import CASCADE, EXPERIMENTS, NOW, USERS, key, optional, references, required, table

# Tasks.
task = table(
    EXPERIMENTS,
    "task",
    key("task_id", integer(10)),
    required("ttid", integer(10)),
    optional("creator", mediumint(8, unsigned=True)),
    optional("creation_date", datetime()),
    optional("embargo_end_date", datetime()),
    Index(None, "creator"),
    Index(None, "ttid"),
    references("creator", USERS, "users", "id"),
    references("ttid", EXPERIMENTS, "task_type", "ttid"),
    collation=swedish,
)

# Input values of tasks (`source_data` = data set id).
task_inputs = table(
    EXPERIMENTS,
    "task_inputs",
    key("task_id", integer(10)),
    key("input", swedish.varchar(64)),
    required("value", swedish.text()),
    Index(
        None,
        "task_id",
        "input",
        "value",
        unique=True,
        mysql_length={"value": 16},
        mariadb_length={"value": 16},
    ),
    references("task_id", EXPERIMENTS, "task", "task_id", delete=CASCADE, update=CASCADE),
    collation=swedish,
)

# User tags on tasks.
task_tag = table(
    EXPERIMENTS,
    "task_tag",
    key("id", integer(10)),
    key("tag", swedish.varchar(255)),
    required("uploader", mediumint(8, unsigned=True)),
    required("date", timestamp(), default=NOW),
    Index(None, "uploader"),
    references("id", EXPERIMENTS, "task", "task_id", delete=CASCADE),
    references("uploader", USERS, "users", "id", delete=CASCADE, update=CASCADE),
    collation=swedish,
)

# Task types.
task_type = table(
    EXPERIMENTS,
    "task_type",
    key("ttid", integer(10)),
    required("name", swedish.varchar(128)),
    required("description", swedish.text()),
    required("creator", swedish.varchar(128)),
    optional("contributors", swedish.text()),
    required("creationDate", datetime()),
    collation=swedish,
)

# Inputs/outputs of a task type, with JSON constraints and XML template.
task_type_inout = table(
    EXPERIMENTS,
    "task_type_inout",
    key("ttid", integer(10)),
    key("name", swedish.varchar(64)),
    key("type", swedish.varchar(64)),
    required("io", swedish.enum("input", "output")),
    required("requirement", swedish.enum("required", "optional", "hidden")),
    required("description", swedish.varchar(256)),
    required("order", integer(8)),
    optional("api_constraints", swedish.text()),
    optional("template_api", swedish.text()),
    optional("template_search", swedish.text()),
    references("ttid", EXPERIMENTS, "task_type", "ttid", delete=CASCADE, update=CASCADE),
    collation=swedish,
)

# Value types of task inputs/outputs.
task_io_types = table(
    EXPERIMENTS,
    "task_io_types",
    key("name", general.varchar(64)),
    required("description", general.text()),
    collation=general,
)

# Concrete estimation procedures.
estimation_procedure = table(
    EXPERIMENTS,
    "estimation_procedure",
    key("id", integer(8)),
    required("ttid", integer(11)),
    required("name", swedish.varchar(128)),
    required(
        "type",
        swedish.enum(
            "crossvalidation",
            "leaveoneout",
            "holdout",
            "holdout_ordered",
            "bootstrapping",
            "subsampling",
            "testthentrain",
            "holdoutunlabeled",
            "customholdout",
            "testontrainingdata",
        ),
    ),
    optional("repeats", integer(8)),
    optional("folds", integer(8)),
    required("samples", swedish.enum("false", "true"), default="false"),
    optional("percentage", integer(8)),
    optional("stratified_sampling", swedish.enum("true", "false")),
    required("custom_testset", swedish.enum("true", "false"), default="false"),
    required("date", timestamp(), default=NOW),
    Index(None, "ttid"),
    references("ttid", EXPERIMENTS, "task_type", "ttid", delete=CASCADE, update=CASCADE),
    collation=swedish,
)

# Text about procedure types.
estimation_procedure_type = table(
    EXPERIMENTS,
    "estimation_procedure_type",
    key("name", swedish.varchar(64)),
    required("description", swedish.text()),
    collation=swedish,
)
