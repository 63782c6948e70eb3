"""Tables that no request reads (legacy notes, schema)."""

from sqlalchemy import Index, UniqueConstraint

from backend.tables.columns import bigint, binary, double, integer, swedish, unicode
from backend.tables.schema import EXPERIMENTS, key, optional, required, table

# Old catalogue of algorithm names; unused.
algorithm = table(
    EXPERIMENTS,
    "algorithm",
    key("name", binary.varchar(128), default=""),
    optional("function", swedish.tinytext()),
    optional("description", swedish.text()),
    optional("algorithm_class", swedish.varchar(32)),
    collation=unicode,
)

# Old qualities of flows; only read by the search indexer.
algorithm_quality = table(
    EXPERIMENTS,
    "algorithm_quality",
    key("implementation_id", integer(16)),
    key("quality", binary.varchar(128), default=""),
    optional("qualityImplementation", binary.varchar(64)),
    key("label", binary.varchar(128)),
    optional("value", binary.varchar(128)),
    collation=unicode,
)

# Unused.
notebook = table(
    EXPERIMENTS,
    "notebook",
    required("kind", swedish.varchar(16)),
    required("id", bigint(20)),
    required("notebook_name", swedish.varchar(512)),
    required("github_repo_url", swedish.text()),
    required("everware_compatible", swedish.enum("true", "false")),
    UniqueConstraint("kind", "id"),
    collation=swedish,
)

# Unused.
pdnresults = table(
    EXPERIMENTS,
    "pdnresults",
    required("dataset", unicode.varchar(128)),
    required("algorithm", unicode.varchar(128)),
    optional("parameters", unicode.varchar(256)),
    optional("confusion_matrix", unicode.text()),
    optional("value", double()),
    Index(None, "dataset", "algorithm"),
    collation=swedish,
)

# Hand-filled map from a data set to its Kaggle page, for the front end; production only.
kaggle = table(
    EXPERIMENTS,
    "kaggle",
    optional("dataset_id", integer(11)),
    optional("kaggle_link", swedish.varchar(500)),
    collation=swedish,
)
