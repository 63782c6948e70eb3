"""The features of data sets, and how far data sets were processed (legacy notes, schema)."""

from sqlalchemy import Index, UniqueConstraint

from backend.tables.columns import binary, cased, datetime, integer, mediumint, swedish, timestamp, unicode
from backend.tables.schema import CASCADE, EXPERIMENTS, NOW, key, optional, references, required, table

# Columns of a data set, per evaluation engine.
data_feature = table(
    EXPERIMENTS,
    "data_feature",
    key("did", integer(10, unsigned=True)),
    key("index", integer(10, unsigned=True)),
    required("evaluation_engine_id", integer(16)),
    required("name", binary.varchar(64)),
    optional("data_type", binary.varchar(64)),
    required("is_target", binary.enum("true", "false"), default="false"),
    required("is_row_identifier", binary.enum("true", "false"), default="false"),
    required("is_ignore", binary.enum("true", "false"), default="false"),
    optional("NumberOfDistinctValues", integer(11)),
    optional("NumberOfUniqueValues", integer(11)),
    required("NumberOfMissingValues", integer(11)),
    optional("NumberOfIntegerValues", integer(11)),
    optional("NumberOfRealValues", integer(11)),
    required("NumberOfNominalValues", binary.varchar(512)),
    required("NumberOfValues", integer(11)),
    optional("MaximumValue", integer(11)),
    optional("MinimumValue", integer(11)),
    optional("MeanValue", integer(11)),
    optional("StandardDeviation", integer(11)),
    optional("ClassDistribution", binary.text()),
    Index(None, "evaluation_engine_id"),
    Index(None, "did", "evaluation_engine_id"),
    references("did", EXPERIMENTS, "dataset", "did", delete=CASCADE, update=CASCADE),
    references("evaluation_engine_id", EXPERIMENTS, "evaluation_engine", "id", update=CASCADE),
    references(
        ("did", "evaluation_engine_id"),
        EXPERIMENTS,
        "data_processed",
        ("did", "evaluation_engine_id"),
        delete=CASCADE,
        update=CASCADE,
    ),
    collation=unicode,
)

# Distinct values of nominal features.
data_feature_value = table(
    EXPERIMENTS,
    "data_feature_value",
    required("did", integer(10, unsigned=True)),
    required("index", integer(10, unsigned=True)),
    required("value", cased.varchar(256)),
    Index(None, "did", "index"),
    UniqueConstraint("did", "index", "value"),
    references(
        ("did", "index"), EXPERIMENTS, "data_feature", ("did", "index"), delete=CASCADE, update=CASCADE
    ),
    collation=swedish,
)

# User descriptions / ontology links for a feature.
data_feature_description = table(
    EXPERIMENTS,
    "data_feature_description",
    required("did", integer(10, unsigned=True)),
    required("index", integer(10, unsigned=True)),
    required("uploader", mediumint(8, unsigned=True)),
    required("date", timestamp(), default=NOW),
    required("description_type", swedish.enum("plain", "ontology")),
    required("value", swedish.varchar(256)),
    Index(None, "did", "index"),
    references(
        ("did", "index"), EXPERIMENTS, "data_feature", ("did", "index"), delete=CASCADE, update=CASCADE
    ),
    collation=swedish,
)

# Result of processing a data set by an evaluation engine.
data_processed = table(
    EXPERIMENTS,
    "data_processed",
    key("did", integer(10, unsigned=True)),
    key("evaluation_engine_id", integer(16)),
    required("user_id", integer(16)),
    required("processing_date", datetime()),
    optional("error", unicode.text()),
    optional("warning", unicode.text()),
    required("num_tries", integer(8), default="1"),
    Index(None, "evaluation_engine_id"),
    references("did", EXPERIMENTS, "dataset", "did", delete=CASCADE, update=CASCADE),
    references("evaluation_engine_id", EXPERIMENTS, "evaluation_engine", "id", update=CASCADE),
    collation=swedish,
)
