"""The qualities (meta-features) of data sets (legacy notes, schema)."""

from sqlalchemy import Index

from backend.tables.columns import binary, double, integer, single, swedish, timestamp, unicode
from backend.tables.schema import CASCADE, EXPERIMENTS, NOW, key, optional, references, required, table

# Meta-features of data sets.
data_quality = table(
    EXPERIMENTS,
    "data_quality",
    key("data", integer(10, unsigned=True), default="0"),
    key("quality", binary.varchar(128), default=""),
    key("evaluation_engine_id", integer(16)),
    optional("value", binary.varchar(128)),
    optional("description", unicode.text()),
    Index(None, "evaluation_engine_id"),
    Index(None, "quality"),
    Index(None, "data", "evaluation_engine_id"),
    references("data", EXPERIMENTS, "dataset", "did", delete=CASCADE, update=CASCADE),
    references("evaluation_engine_id", EXPERIMENTS, "evaluation_engine", "id", update=CASCADE),
    references("quality", EXPERIMENTS, "quality", "name", update=CASCADE),
    references(
        ("data", "evaluation_engine_id"),
        EXPERIMENTS,
        "data_processed",
        ("did", "evaluation_engine_id"),
        delete=CASCADE,
        update=CASCADE,
    ),
    collation=unicode,
)

# Definition of data qualities.
quality = table(
    EXPERIMENTS,
    "quality",
    key("name", binary.varchar(128)),
    required("type", binary.varchar(128), default="DataProperty"),
    optional("formula", binary.text()),
    optional("description", binary.text()),
    required("datatype", unicode.varchar(128), default="undefined"),
    optional("min", single()),
    optional("max", single()),
    optional("unit", binary.varchar(32)),
    required("priority", integer(11), default="9999"),
    required("showonline", unicode.enum("true", "false")),
    required("date", timestamp(), default=NOW),
    collation=unicode,
)

# Meta-features on row intervals (streams); no longer in use.
data_quality_interval = table(
    EXPERIMENTS,
    "data_quality_interval",
    key("data", integer(10, unsigned=True), default="0"),
    key("quality", binary.varchar(128), default=""),
    key("evaluation_engine_id", integer(16)),
    key("interval_start", integer(16)),
    key("interval_end", integer(16)),
    optional("value", binary.varchar(128)),
    Index(None, "evaluation_engine_id"),
    Index(None, "quality"),
    Index(None, "data", "evaluation_engine_id"),
    references("data", EXPERIMENTS, "dataset", "did", delete=CASCADE, update=CASCADE),
    references("evaluation_engine_id", EXPERIMENTS, "evaluation_engine", "id", update=CASCADE),
    references("quality", EXPERIMENTS, "quality", "name", update=CASCADE),
    references(
        ("data", "evaluation_engine_id"),
        EXPERIMENTS,
        "data_processed",
        ("did", "evaluation_engine_id"),
        delete=CASCADE,
        update=CASCADE,
    ),
    collation=unicode,
)

# Meta-features per feature; not in use on production.
feature_quality = table(
    EXPERIMENTS,
    "feature_quality",
    key("data", integer(10, unsigned=True)),
    key("quality", binary.varchar(128)),
    key("feature_index", integer(10, unsigned=True)),
    key("evaluation_engine_id", integer(16)),
    optional("value", double()),
    Index(None, "quality"),
    Index(None, "evaluation_engine_id"),
    Index(None, "data", "evaluation_engine_id"),
    Index(None, "data", "feature_index"),
    references("data", EXPERIMENTS, "dataset", "did", delete=CASCADE, update=CASCADE),
    references("quality", EXPERIMENTS, "quality", "name", update=CASCADE),
    references("evaluation_engine_id", EXPERIMENTS, "evaluation_engine", "id", update=CASCADE),
    references(
        ("data", "evaluation_engine_id"),
        EXPERIMENTS,
        "data_processed",
        ("did", "evaluation_engine_id"),
        delete=CASCADE,
        update=CASCADE,
    ),
    references(
        ("data", "feature_index"),
        EXPERIMENTS,
        "data_feature",
        ("did", "index"),
        delete=CASCADE,
        update=CASCADE,
    ),
    collation=swedish,
)
