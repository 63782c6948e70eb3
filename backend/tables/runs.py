"""Runs and their evaluations (legacy notes, schema)."""

from sqlalchemy import Index, UniqueConstraint

from backend.tables.columns import binary, datetime, double, integer, mediumint, swedish, timestamp, unicode
from backend.tables.schema import CASCADE, EXPERIMENTS, NOW, USERS, key, optional, references, required, table

# Runs: a setup executed on a task.
run = table(
    EXPERIMENTS,
    "run",
    key("rid", integer(10, unsigned=True)),
    optional("uploader", mediumint(8, unsigned=True)),
    required("setup", integer(10, unsigned=True), default="0"),
    optional("task_id", integer(10)),
    optional("start_time", datetime()),
    optional("error_message", binary.text()),
    optional("run_details", binary.text()),
    required("visibility", unicode.varchar(128), default="public"),
    Index(None, "setup", "task_id"),
    Index(None, "task_id", "uploader"),
    Index(None, "setup", "uploader"),
    Index(None, "task_id", "uploader", "start_time"),
    Index(None, "uploader"),
    references("setup", EXPERIMENTS, "algorithm_setup", "sid"),
    references("task_id", EXPERIMENTS, "task", "task_id"),
    references("uploader", USERS, "users", "id"),
    collation=unicode,
)

# State of evaluating a run by an engine.
run_evaluated = table(
    EXPERIMENTS,
    "run_evaluated",
    key("run_id", integer(10, unsigned=True)),
    key("evaluation_engine_id", integer(16)),
    required("user_id", integer(16)),
    required("evaluation_date", datetime()),
    optional("error", swedish.text()),
    optional("warning", swedish.text()),
    required("num_tries", integer(8), default="1"),
    Index(None, "evaluation_engine_id"),
    Index(None, "run_id"),
    references("run_id", EXPERIMENTS, "run", "rid", delete=CASCADE),
    references("evaluation_engine_id", EXPERIMENTS, "evaluation_engine", "id"),
    collation=swedish,
)

# Files of a run.
runfile = table(
    EXPERIMENTS,
    "runfile",
    key("source", integer(10, unsigned=True)),
    key("field", swedish.varchar(128)),
    required("name", swedish.varchar(128)),
    required("format", swedish.varchar(128)),
    optional("upload_time", datetime()),
    required("file_id", integer(16)),
    UniqueConstraint("source", "field"),
    Index(None, "file_id"),
    references("source", EXPERIMENTS, "run", "rid", delete=CASCADE),
    references("file_id", USERS, "file", "id"),
    collation=swedish,
)

# User tags on runs.
run_tag = table(
    EXPERIMENTS,
    "run_tag",
    key("id", integer(10, unsigned=True)),
    key("tag", swedish.varchar(255)),
    required("uploader", mediumint(8, unsigned=True)),
    required("date", timestamp(), default=NOW),
    Index(None, "uploader"),
    references("id", EXPERIMENTS, "run", "rid", delete=CASCADE),
    references("uploader", USERS, "users", "id", delete=CASCADE, update=CASCADE),
    collation=swedish,
)

# Data sets that a run used.
input_data = table(
    EXPERIMENTS,
    "input_data",
    key("run", integer(11)),
    key("data", integer(11)),
    required("name", binary.varchar(128), default="inputdata"),
    Index(None, "name"),
    collation=unicode,
)

# Outputs of runs; only on the test server.
output_data = table(
    EXPERIMENTS,
    "output_data",
    required("run", integer(10, unsigned=True)),
    required("data", integer(10, unsigned=True)),
    required("name", binary.varchar(128), default="outputdata"),
    optional("field", unicode.varchar(128)),
    collation=unicode,
)

# Aggregated evaluation per run, measure, engine.
evaluation = table(
    EXPERIMENTS,
    "evaluation",
    key("source", integer(10, unsigned=True)),
    key("function_id", integer(8)),
    key("evaluation_engine_id", integer(16)),
    optional("value", double()),
    optional("stdev", double()),
    optional("array_data", unicode.text()),
    Index(None, "function_id"),
    Index(None, "evaluation_engine_id"),
    Index(None, "source", "evaluation_engine_id"),
    references("source", EXPERIMENTS, "run", "rid", delete=CASCADE),
    references("function_id", EXPERIMENTS, "math_function", "id"),
    references("evaluation_engine_id", EXPERIMENTS, "evaluation_engine", "id"),
    references(
        ("source", "evaluation_engine_id"),
        EXPERIMENTS,
        "run_evaluated",
        ("run_id", "evaluation_engine_id"),
        delete=CASCADE,
    ),
    collation=unicode,
)

# Evaluation per fold/repeat.
evaluation_fold = table(
    EXPERIMENTS,
    "evaluation_fold",
    key("source", integer(10, unsigned=True)),
    key("function_id", integer(8)),
    key("evaluation_engine_id", integer(16)),
    key("fold", integer(10, unsigned=True), default="0"),
    key("repeat", integer(10, unsigned=True), default="0"),
    optional("value", double()),
    optional("array_data", unicode.text()),
    Index(None, "evaluation_engine_id"),
    Index(None, "source", "evaluation_engine_id"),
    Index(None, "function_id"),
    references("source", EXPERIMENTS, "run", "rid", delete=CASCADE),
    references("function_id", EXPERIMENTS, "math_function", "id"),
    references("evaluation_engine_id", EXPERIMENTS, "evaluation_engine", "id"),
    references(
        ("source", "evaluation_engine_id"),
        EXPERIMENTS,
        "run_evaluated",
        ("run_id", "evaluation_engine_id"),
        delete=CASCADE,
    ),
    collation=unicode,
)

# Evaluation per learning-curve sample.
evaluation_sample = table(
    EXPERIMENTS,
    "evaluation_sample",
    key("source", integer(10, unsigned=True)),
    key("function_id", integer(8)),
    key("evaluation_engine_id", integer(16)),
    key("repeat", integer(10, unsigned=True), default="0"),
    key("fold", integer(10, unsigned=True), default="0"),
    key("sample", integer(10, unsigned=True), default="0"),
    required("sample_size", integer(10)),
    optional("value", double()),
    optional("array_data", unicode.text()),
    Index(None, "evaluation_engine_id"),
    Index(None, "source", "evaluation_engine_id"),
    Index(None, "function_id"),
    references("source", EXPERIMENTS, "run", "rid", delete=CASCADE),
    references("function_id", EXPERIMENTS, "math_function", "id"),
    references("evaluation_engine_id", EXPERIMENTS, "evaluation_engine", "id"),
    references(
        ("source", "evaluation_engine_id"),
        EXPERIMENTS,
        "run_evaluated",
        ("run_id", "evaluation_engine_id"),
        delete=CASCADE,
    ),
    collation=unicode,
)

# Optimisation trace of a run.
trace = table(
    EXPERIMENTS,
    "trace",
    key("run_id", integer(10, unsigned=True)),
    key("evaluation_engine_id", integer(16), default="1"),
    key("repeat", integer(11)),
    key("fold", integer(11)),
    key("iteration", integer(11)),
    required("setup_string", swedish.text()),
    required("evaluation", swedish.varchar(265)),
    required("selected", swedish.enum("true", "false")),
    Index(None, "run_id", "evaluation_engine_id"),
    references(
        ("run_id", "evaluation_engine_id"),
        EXPERIMENTS,
        "run_evaluated",
        ("run_id", "evaluation_engine_id"),
        delete=CASCADE,
        update=CASCADE,
    ),
    collation=swedish,
)

# Evaluation measures (functionType = EvaluationFunction) and others.
math_function = table(
    EXPERIMENTS,
    "math_function",
    key("id", integer(8)),
    required("name", binary.varchar(64)),
    required("functionType", binary.varchar(128), default="EvaluationFunction"),
    required("min", binary.varchar(64)),
    required("max", binary.varchar(64)),
    required("unit", binary.varchar(64)),
    optional("higherIsBetter", binary.varchar(16)),
    optional("description", binary.text()),
    required("source_code", unicode.text()),
    required("date", timestamp(), default=NOW),
    UniqueConstraint("name"),
    collation=unicode,
)

# Evaluation engines; default id 1.
evaluation_engine = table(
    EXPERIMENTS,
    "evaluation_engine",
    key("id", integer(16)),
    required("name", swedish.varchar(256)),
    required("description", swedish.text()),
    collation=swedish,
)
