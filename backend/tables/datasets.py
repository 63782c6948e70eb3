"""Data sets, their features and qualities (legacy notes, schema)."""

from sqlalchemy import Index, UniqueConstraint

from backend.tables.columns import binary, datetime, integer, mediumint, swedish, timestamp, unicode
from backend.tables.schema import CASCADE, EXPERIMENTS, NOW, USERS, key, optional, references, required, table

# Data set metadata.
dataset = table(
    EXPERIMENTS,
    "dataset",
    key("did", integer(10, unsigned=True)),
    optional("uploader", mediumint(8, unsigned=True)),
    optional("source", integer(10, unsigned=True)),
    required("name", unicode.varchar(128)),
    required("version", unicode.varchar(64)),
    optional("version_label", unicode.varchar(128)),
    required("format", unicode.varchar(64), default="arff"),
    optional("creator", unicode.text()),
    optional("contributor", unicode.text()),
    optional("collection_date", unicode.varchar(128)),
    required("upload_date", datetime()),
    optional("language", unicode.varchar(128)),
    required("licence", unicode.varchar(64), default="Public"),
    optional("citation", unicode.text()),
    optional("collection", binary.varchar(64)),
    required("url", binary.mediumtext()),
    optional("parquet_url", binary.mediumtext()),
    optional("isOriginal", binary.enum("true", "false")),
    optional("file_id", integer(10)),
    optional("default_target_attribute", unicode.varchar(1024)),
    optional("row_id_attribute", unicode.varchar(128)),
    optional("ignore_attribute", unicode.varchar(128)),
    optional("paper_url", unicode.mediumtext()),
    required("visibility", unicode.varchar(128), default="public"),
    optional("original_data_id", integer(10)),
    optional("original_data_url", unicode.mediumtext()),
    optional("update_comment", unicode.text()),
    optional("last_update", datetime()),
    UniqueConstraint("name", "version"),
    Index(None, "name"),
    Index(None, "file_id"),
    Index(None, "uploader"),
    references("file_id", USERS, "file", "id"),
    references("uploader", USERS, "users", "id"),
    collation=unicode,
)

# Versioned description text.
dataset_description = table(
    EXPERIMENTS,
    "dataset_description",
    key("did", integer(10, unsigned=True)),
    key("version", integer(10, unsigned=True)),
    required("description", binary.text()),
    required("uploader", mediumint(8, unsigned=True)),
    Index(None, "uploader"),
    references("did", EXPERIMENTS, "dataset", "did", delete=CASCADE),
    references("uploader", USERS, "users", "id"),
    collation=unicode,
)

# Activation state; no row = in_preparation.
dataset_status = table(
    EXPERIMENTS,
    "dataset_status",
    key("did", integer(10, unsigned=True)),
    key("status", swedish.enum("active", "deactivated")),
    required("status_date", datetime()),
    required("user_id", mediumint(8, unsigned=True)),
    Index(None, "user_id"),
    references("did", EXPERIMENTS, "dataset", "did", delete=CASCADE),
    references("user_id", USERS, "users", "id"),
    collation=swedish,
)

# User tags on data sets.
dataset_tag = table(
    EXPERIMENTS,
    "dataset_tag",
    key("id", integer(10, unsigned=True)),
    key("tag", swedish.varchar(255)),
    required("uploader", mediumint(8, unsigned=True)),
    required("date", timestamp(), default=NOW),
    Index(None, "uploader"),
    references("uploader", USERS, "users", "id", delete=CASCADE, update=CASCADE),
    references("id", EXPERIMENTS, "dataset", "did", delete=CASCADE),
    collation=swedish,
)

# Topic labels (admin only).
dataset_topic = table(
    EXPERIMENTS,
    "dataset_topic",
    key("id", integer(10, unsigned=True)),
    key("topic", swedish.varchar(255)),
    required("uploader", mediumint(8, unsigned=True)),
    required("date", timestamp(), default=NOW),
    Index(None, "uploader"),
    references("uploader", USERS, "users", "id", delete=CASCADE, update=CASCADE),
    references("id", EXPERIMENTS, "dataset", "did", delete=CASCADE),
    collation=swedish,
)
