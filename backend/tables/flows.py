"""Flows and setups (legacy notes, schema)."""

from sqlalchemy import Index, UniqueConstraint

from backend.tables.columns import binary, datetime, integer, mediumint, swedish, timestamp, unicode
from backend.tables.schema import CASCADE, EXPERIMENTS, NOW, USERS, key, optional, references, required, table

# Flows.
implementation = table(
    EXPERIMENTS,
    "implementation",
    key("id", integer(16)),
    required("fullName", binary.varchar(1024)),
    optional("uploader", mediumint(8, unsigned=True)),
    required("name", unicode.varchar(1024)),
    optional("custom_name", unicode.varchar(256)),
    optional("class_name", unicode.varchar(256)),
    required("version", integer(16)),
    required("external_version", unicode.varchar(128)),
    optional("creator", unicode.varchar(128)),
    optional("contributor", unicode.text()),
    required("uploadDate", datetime()),
    optional("licence", unicode.varchar(64)),
    optional("language", unicode.varchar(128)),
    optional("description", unicode.text()),
    optional("fullDescription", unicode.text()),
    optional("installationNotes", unicode.text()),
    optional("dependencies", unicode.text()),
    optional("implements", unicode.varchar(128)),
    optional("binary_file_id", integer(10)),
    optional("source_file_id", integer(10)),
    required("visibility", unicode.varchar(128), default="public"),
    optional("citation", unicode.text()),
    UniqueConstraint("id", "external_version"),
    Index(None, "name", mysql_length={"name": 255}, mariadb_length={"name": 255}),
    Index(None, "uploader"),
    references("uploader", USERS, "users", "id"),
    collation=unicode,
)

# Parent/child edges between flows.
implementation_component = table(
    EXPERIMENTS,
    "implementation_component",
    key("parent", integer(16)),
    key("child", integer(16)),
    optional("identifier", swedish.varchar(1024)),
    Index(None, "child"),
    references("parent", EXPERIMENTS, "implementation", "id", delete=CASCADE, update=CASCADE),
    references("child", EXPERIMENTS, "implementation", "id"),
    collation=swedish,
)

# User tags on flows.
implementation_tag = table(
    EXPERIMENTS,
    "implementation_tag",
    key("id", integer(10)),
    key("tag", swedish.varchar(255)),
    required("uploader", mediumint(8, unsigned=True)),
    required("date", timestamp(), default=NOW),
    Index(None, "uploader"),
    references("id", EXPERIMENTS, "implementation", "id", delete=CASCADE),
    references("uploader", USERS, "users", "id", delete=CASCADE, update=CASCADE),
    collation=swedish,
)

# Hyper-parameter definitions of a flow.
input_ = table(
    EXPERIMENTS,
    "input",
    key("id", integer(10)),
    required("implementation_id", integer(16)),
    optional("name", binary.varchar(512)),
    optional("description", binary.text()),
    optional("dataType", binary.varchar(255)),
    optional("defaultValue", binary.text()),
    optional("recommendedRange", binary.text()),
    UniqueConstraint("implementation_id", "name"),
    Index(None, "name"),
    references("implementation_id", EXPERIMENTS, "implementation", "id", delete=CASCADE),
    collation=unicode,
)

# A flow with one concrete hyper-parameter configuration ("setup").
algorithm_setup = table(
    EXPERIMENTS,
    "algorithm_setup",
    key("sid", integer(10, unsigned=True)),
    required("parent", integer(10, unsigned=True)),
    required("implementation_id", integer(16)),
    optional("algorithm", binary.varchar(128)),
    required("role", binary.varchar(64), default="Learner"),
    optional("isDefault", binary.enum("true", "false"), default="false"),
    optional("algorithm_structure", unicode.varchar(64)),
    optional("setup_string", unicode.text()),
    Index(None, "isDefault"),
    Index(None, "parent"),
    Index(None, "algorithm"),
    Index(None, "role"),
    Index(None, "role", "parent"),
    Index(None, "role", "sid"),
    Index(None, "algorithm", "isDefault", "sid"),
    Index(None, "implementation_id"),
    references("implementation_id", EXPERIMENTS, "implementation", "id", delete=CASCADE),
    collation=unicode,
)

# Hyper-parameter values of a setup.
input_setting = table(
    EXPERIMENTS,
    "input_setting",
    key("setup", integer(10, unsigned=True), default="0"),
    required("input", binary.varchar(128), default=""),
    key("input_id", integer(10)),
    required("value", binary.varchar(2048)),
    Index(None, "value", mysql_length={"value": 255}, mariadb_length={"value": 255}),
    Index(None, "input_id"),
    references("setup", EXPERIMENTS, "algorithm_setup", "sid", delete=CASCADE),
    references("input_id", EXPERIMENTS, "input", "id"),
    collation=unicode,
)

# User tags on setups.
setup_tag = table(
    EXPERIMENTS,
    "setup_tag",
    key("id", integer(10, unsigned=True)),
    key("tag", swedish.varchar(255)),
    required("uploader", mediumint(8, unsigned=True)),
    required("date", timestamp(), default=NOW),
    Index(None, "uploader"),
    references("id", EXPERIMENTS, "algorithm_setup", "sid"),
    references("uploader", USERS, "users", "id", delete=CASCADE, update=CASCADE),
    collation=swedish,
)

# Number of predictions that differ between two setups on a task.
setup_differences = table(
    EXPERIMENTS,
    "setup_differences",
    key("sidA", integer(10)),
    key("sidB", integer(10)),
    key("task_id", integer(10)),
    required("task_size", integer(10)),
    required("differences", integer(10)),
    collation=swedish,
)

# Job queue for workbenches; out of use.
schedule = table(
    EXPERIMENTS,
    "schedule",
    key("sid", integer(8)),
    key("task_id", integer(8)),
    required("experiment", swedish.varchar(128), default=""),
    required("active", swedish.enum("true", "false"), default="true"),
    optional("last_assigned", datetime()),
    required("ttid", integer(11)),
    required("dependencies", swedish.varchar(128)),
    required("setup_string", swedish.text()),
    UniqueConstraint("sid", "task_id", "active"),
    Index(None, "sid", "task_id", "active", "last_assigned"),
    Index(None, "dependencies", "active", "ttid", "last_assigned"),
    collation=swedish,
)
