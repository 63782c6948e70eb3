"""Users, groups and files: the tables of the user database (legacy notes, schema)."""

from sqlalchemy import UniqueConstraint

from backend.tables.columns import (
    bigint,
    datetime,
    integer,
    mediumint,
    swedish,
    timestamp,
    tinyint,
    varbinary,
)
from backend.tables.schema import NOW, USERS, key, optional, required, table

# User accounts. The API key is `session_hash`.
users = table(
    USERS,
    "users",
    key("id", mediumint(8, unsigned=True)),
    required("ip_address", swedish.varchar(45)),
    required("username", swedish.varchar(100)),
    required("password", swedish.varchar(255)),
    required("email", swedish.varchar(254)),
    optional("activation_selector", swedish.varchar(255)),
    optional("activation_code", swedish.varchar(255)),
    optional("forgotten_password_selector", swedish.varchar(255)),
    optional("forgotten_password_code", swedish.varchar(255)),
    optional("forgotten_password_time", integer(11, unsigned=True)),
    optional("remember_selector", swedish.varchar(255)),
    optional("remember_code", swedish.varchar(255)),
    required("created_on", integer(11, unsigned=True)),
    optional("last_login", integer(11, unsigned=True)),
    optional("active", tinyint(1, unsigned=True)),
    optional("first_name", swedish.varchar(50)),
    optional("last_name", swedish.varchar(50)),
    required("company", swedish.varchar(100)),
    optional("phone", swedish.varchar(20)),
    required("country", swedish.varchar(50)),
    optional("image", swedish.varchar(128)),
    required("bio", swedish.text()),
    required("core", swedish.enum("true", "false"), default="false"),
    optional("external_source", swedish.varchar(50)),
    optional("external_id", swedish.varchar(50)),
    optional("session_hash", swedish.varchar(40)),
    optional("session_hash_date", timestamp(), default=NOW),
    required("gamification_visibility", swedish.varchar(32), default="show"),
    UniqueConstraint("username", "email"),
    UniqueConstraint("session_hash"),
    UniqueConstraint("activation_selector"),
    UniqueConstraint("forgotten_password_selector"),
    UniqueConstraint("remember_selector"),
    collation=swedish,
)

# Permission groups. Fixture rows: 1 admin, 2 members (read-write), 3 readonly.
groups = table(
    USERS,
    "groups",
    key("id", mediumint(8, unsigned=True)),
    required("name", swedish.varchar(20)),
    required("description", swedish.varchar(100)),
    collation=swedish,
)

# Which user is in which group (no unique key on the pair).
users_groups = table(
    USERS,
    "users_groups",
    key("id", mediumint(8, unsigned=True)),
    required("user_id", mediumint(8, unsigned=True)),
    required("group_id", mediumint(8, unsigned=True)),
    collation=swedish,
)

# One row per stored file (or registered URL).
file = table(
    USERS,
    "file",
    key("id", integer(16)),
    required("creator", integer(16)),
    required("creation_date", datetime()),
    required("filepath", swedish.varchar(256)),
    required("filesize", bigint(64)),
    required("filename_original", swedish.varchar(256)),
    required("extension", swedish.varchar(16)),
    required("mime_type", swedish.varchar(32)),
    required("md5_hash", swedish.varchar(64)),
    required(
        "type",
        swedish.enum(
            "dataset",
            "implementation",
            "predictions",
            "userimage",
            "run_trace",
            "run_uploaded_file",
            "url",
            "misc",
        ),
    ),
    required("access_policy", swedish.enum("public", "private", "none", "deleted"), default="public"),
    collation=swedish,
)

# Intended for access control; unused.
access = table(
    USERS,
    "access",
    key("user_id", bigint(20)),
    key("group", swedish.enum("true", "false")),
    key("type", swedish.enum("data", "flow", "study")),
    key("entity_id", bigint(20)),
    collation=swedish,
)

# Forum category; unused.
category = table(
    USERS,
    "category",
    key("id", integer(10)),
    required("activated", swedish.enum("y", "n"), default="y"),
    required("deleted", swedish.enum("y", "n"), default="n"),
    required("title", swedish.varchar(255)),
    optional("description", swedish.text()),
    required("order", integer(10), default="100"),
    collation=swedish,
)

# Forum thread; unused.
thread = table(
    USERS,
    "thread",
    key("id", integer(10)),
    required("activated", swedish.enum("y", "n"), default="n"),
    required("deleted", swedish.enum("y", "n"), default="n"),
    required("title", swedish.varchar(255)),
    required("body", swedish.text()),
    required("post_date", datetime()),
    required("author_id", integer(10)),
    required("category_id", integer(10)),
    collation=swedish,
)

# Ion Auth login throttling (website).
login_attempts = table(
    USERS,
    "login_attempts",
    key("id", mediumint(8, unsigned=True)),
    required("ip_address", varbinary(16)),
    required("login", swedish.varchar(100)),
    optional("time", integer(11, unsigned=True)),
    collation=swedish,
)

# Website feature for exporting meta data sets; unused.
meta_dataset = table(
    USERS,
    "meta_dataset",
    key("id", integer(8)),
    required("user_id", integer(8)),
    required("request_date", datetime()),
    required("type", swedish.enum("evaluations", "qualities", "inputs"), default="evaluations"),
    required("task_type", integer(10)),
    optional("datasets", swedish.text()),
    optional("tasks", swedish.text()),
    optional("flows", swedish.text()),
    optional("setups", swedish.text()),
    optional("functions", swedish.text()),
    optional("file_id", integer(8)),
    optional("processed", datetime()),
    optional("error_message", swedish.varchar(256)),
    collation=swedish,
)
