"""Likes, downvotes, downloads and badges (legacy notes, schema)."""

from sqlalchemy import UniqueConstraint, func

from backend.tables.columns import general, integer, mediumint, smallint, swedish, timestamp, tinyint
from backend.tables.schema import EXPERIMENTS, NOW, NOW_ON_UPDATE, key, required, table

# Likes per (type, item, user).
likes = table(
    EXPERIMENTS,
    "likes",
    key("lid", integer(16)),
    required("knowledge_type", general.varchar(1)),
    required("knowledge_id", integer(10)),
    required("user_id", mediumint(8)),
    required("time", timestamp(), default=NOW),
    UniqueConstraint("knowledge_type", "knowledge_id", "user_id"),
    collation=swedish,
    mysql_key=("knowledge_type", "knowledge_id", "user_id"),
)

# Issues ("downvotes") per (type, item, user).
downvotes = table(
    EXPERIMENTS,
    "downvotes",
    key("did", integer(16)),
    required("knowledge_type", general.varchar(1)),
    required("knowledge_id", integer(10)),
    required("user_id", mediumint(8)),
    required("reason", integer(11)),
    required("time", timestamp(), default=NOW),
    required("original", tinyint(4), default="0"),
    UniqueConstraint("knowledge_type", "knowledge_id", "user_id"),
    collation=swedish,
    mysql_key=("knowledge_type", "knowledge_id", "user_id"),
)

# Reason texts of downvotes.
downvote_reasons = table(
    EXPERIMENTS,
    "downvote_reasons",
    key("reason_id", integer(11)),
    required("description", swedish.varchar(256)),
    UniqueConstraint("reason_id"),
    UniqueConstraint("description"),
    collation=swedish,
)

# Download counter per (type, item, user).
downloads = table(
    EXPERIMENTS,
    "downloads",
    key("did", integer(16)),
    required("knowledge_type", general.varchar(1)),
    required("knowledge_id", integer(10)),
    required("user_id", mediumint(8)),
    required("count", smallint(6), default="1"),
    required("time", timestamp(), default=NOW),
    UniqueConstraint("knowledge_type", "knowledge_id", "user_id"),
    collation=swedish,
    mysql_key=("knowledge_type", "knowledge_id", "user_id"),
)

# Highest rank of a badge a user has reached.
awarded_badges = table(
    EXPERIMENTS,
    "awarded_badges",
    key("aid", integer(16)),
    required("badge_id", integer(16)),
    required("user_id", integer(16)),
    required("rank", smallint(6)),
    required("awarded_on", timestamp(), default=NOW_ON_UPDATE, onupdate=func.now()),
    UniqueConstraint("badge_id", "user_id", "aid"),
    collation=swedish,
)
