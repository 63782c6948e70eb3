"""Tables of the diff log. Rows belong to one run of one proxy, so replicas can write one log side by side."""

from typing import Final

from sqlalchemy import Column, DateTime, Float, Integer, MetaData, String, Table, Text
from sqlalchemy.dialects.mysql import LONGTEXT

_TEXT: Final = Text().with_variant(LONGTEXT(), "mysql", "mariadb")

metadata = MetaData()

runs = Table(
    "run",
    metadata,
    Column("run", String(32), primary_key=True),
    Column("started", DateTime, nullable=False),
    Column("seen", DateTime, nullable=False, comment="last time that the proxy wrote"),
    Column("rollout", String(64), nullable=False, comment="SHA-256 of the rollout"),
    Column("received", Integer, nullable=False),
    Column("served", Integer, nullable=False),
    Column("refused", Integer, nullable=False),
    Column("client_gone", Integer, nullable=False),
    Column("pending", Integer, nullable=False),
)

traffic = Table(
    "traffic",
    metadata,
    Column("run", String(32), primary_key=True),
    Column("hour", DateTime, primary_key=True),
    Column("route", String(80), primary_key=True),
    Column("dialect", String(8), primary_key=True),
    Column("side", String(8), primary_key=True, comment="who served"),
    Column("verdict", String(40), primary_key=True),
    Column("exchanges", Integer, nullable=False),
    Column(
        "legacy_seconds", Float, nullable=False, comment="sum over the exchanges where both sides answered"
    ),
    Column("new_seconds", Float, nullable=False, comment="likewise"),
)

deviations = Table(
    "deviation",
    metadata,
    Column("run", String(32), primary_key=True),
    Column("hour", DateTime, primary_key=True),
    Column("route", String(80), primary_key=True),
    Column("deviation", String(80), primary_key=True),
    Column("exchanges", Integer, nullable=False),
)

differences = Table(
    "difference",
    metadata,
    Column("run", String(32), primary_key=True),
    Column("cluster", String(64), primary_key=True, comment="SHA-256 of the signature"),
    Column("signature", _TEXT, nullable=False),
    Column("route", String(80), nullable=False),
    Column("verdict", String(40), nullable=False),
    Column("exchanges", Integer, nullable=False),
    Column("first", DateTime, nullable=False),
    Column("last", DateTime, nullable=False),
    Column("example", _TEXT, nullable=False, comment="JSON: request, path, what, legacy, new, nearly"),
)
