"""Tables of the diff log.

Rows belong to one run of one proxy, so replicas can write one log side by side; what the automatic gate decides,
and in which state a cluster is, belongs to all of them.
"""

from typing import Final

from sqlalchemy import Column, Date, DateTime, Float, Index, Integer, MetaData, String, Table, Text
from sqlalchemy.dialects.mysql import LONGTEXT

from diffing.usage import LONGEST_ABOUT

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
    Column("pending", Integer, nullable=False, comment="verdicts that are still to come"),
    Column(
        "faced",
        Integer,
        nullable=False,
        server_default="0",
        comment="served, with a verdict about the legacy face",
    ),
    Column("twice", Integer, nullable=False, server_default="0", comment="of these, also about the new API"),
    Column("place", String(80), nullable=False, server_default="", comment="the process: proxy or worker"),
)


def _asked() -> Column[str]:
    """In which dialect the new side was asked; logs of version 5 and before knew its new API only."""
    return Column(
        "asked",
        String(8),
        primary_key=True,
        server_default="new",
        comment="new, or legacy: the legacy face of the new side",
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
    _asked(),
    Column("exchanges", Integer, nullable=False),
    Column(
        "legacy_seconds", Float, nullable=False, comment="sum over the exchanges where both sides answered"
    ),
    Column("new_seconds", Float, nullable=False, comment="likewise"),
)

# Sums by route need not pass over the hours, nor those of some hours over the others.
Index("traffic_hour", traffic.c.hour)
Index(
    "traffic_route",
    traffic.c.route,
    traffic.c.asked,
    traffic.c.verdict,
    traffic.c.exchanges,
    traffic.c.legacy_seconds,
    traffic.c.new_seconds,
)

moments = Table(
    "moment",
    metadata,
    Column("run", String(32), primary_key=True),
    Column(
        "width",
        Integer,
        primary_key=True,
        autoincrement=False,
        comment="seconds: 1 or 60 (proxy.log.moments)",
    ),
    Column("at", DateTime, primary_key=True, comment="when it begins"),
    Column("route", String(80), primary_key=True),
    Column("verdict", String(40), primary_key=True),
    _asked(),
    Column("exchanges", Integer, nullable=False),
    Column("legacy_seconds", Float, nullable=False, comment="as in traffic"),
    Column("new_seconds", Float, nullable=False, comment="likewise"),
)

Index("moment_at", moments.c.width, moments.c.at)

deviations = Table(
    "deviation",
    metadata,
    Column("run", String(32), primary_key=True),
    Column("hour", DateTime, primary_key=True),
    Column("route", String(80), primary_key=True),
    Column("deviation", String(80), primary_key=True),
    _asked(),
    Column("exchanges", Integer, nullable=False),
)

# As of traffic: sums by entry need not pass over the hours.
Index(
    "deviation_hits",
    deviations.c.deviation,
    deviations.c.asked,
    deviations.c.route,
    deviations.c.hour,
    deviations.c.exchanges,
)

usages = Table(
    "deviation_usage",
    metadata,
    Column("run", String(32), primary_key=True),
    Column("hour", DateTime, primary_key=True),
    Column("route", String(80), primary_key=True),
    Column("deviation", String(80), primary_key=True),
    Column("what", String(12), primary_key=True, comment="diffing.usage: shape, masked, conflicting"),
    Column("about", String(LONGEST_ABOUT), primary_key=True, comment="the shapes, or the other entry"),
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
    Column("asked", String(8), nullable=False, server_default="new", comment="as in traffic"),
)

# They hold all that lists need, so that no example has to be passed over to find the next row.
Index("difference_route", differences.c.route, differences.c.asked, differences.c.cluster, differences.c.last)
Index(
    "difference_cluster",
    differences.c.cluster,
    differences.c.asked,
    differences.c.exchanges,
    differences.c.first,
    differences.c.last,
)
Index(
    "difference_run", differences.c.run, differences.c.exchanges, differences.c.cluster, differences.c.route
)

samples = Table(
    "witness",
    metadata,
    Column("run", String(32), primary_key=True),
    Column("cluster", String(64), primary_key=True),
    Column("size", Integer, nullable=False, comment="bytes to look at; the smallest exchange is kept"),
    Column("content", _TEXT, nullable=False, comment="JSON: proxy.exchange.sample"),
)

coverage = Table(
    "coverage",
    metadata,
    Column("run", String(32), primary_key=True),
    Column("route", String(80), primary_key=True),
    Column("kind", String(16), primary_key=True, comment="status, parameter, role, format"),
    Column("value", String(80), primary_key=True),
    _asked(),
    Column("exchanges", Integer, nullable=False),
)

timings = Table(
    "timing",
    metadata,
    Column("run", String(32), primary_key=True),
    Column("route", String(80), primary_key=True),
    Column("what", String(8), primary_key=True, comment="legacy or new seconds, or their ratio new/legacy"),
    Column("bucket", Integer, primary_key=True, autoincrement=False, comment="proxy.runtime.histogram"),
    _asked(),
    Column("exchanges", Integer, nullable=False),
)

decisions = Table(
    "gate_decision",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("at", DateTime, nullable=False),
    Column("route", String(80), nullable=False),
    Column("dialect", String(8), nullable=False),
    Column(
        "kind", String(8), nullable=False, comment="begin, promote, hold, return; one hold per step, the last"
    ),
    Column("was", String(40), nullable=False, comment="the step before"),
    Column("stage", String(16), nullable=False, comment="the step after"),
    Column("percentage", Float, nullable=True),
    Column("reason", _TEXT, nullable=False),
    Column("numbers", _TEXT, nullable=False, comment="JSON: what it was decided by"),
    Column(
        "baseline", _TEXT, nullable=False, comment="JSON: what the log had counted for the route at that time"
    ),
    # A number is never given twice, not even that of a last row that was deleted.
    sqlite_autoincrement=True,
)

lease = Table(
    "gate_lease",
    metadata,
    Column("name", String(16), primary_key=True),
    Column("holder", String(32), nullable=False),
    Column("until", DateTime, nullable=False),
)

states = Table(
    "cluster_state",
    metadata,
    Column("cluster", String(64), primary_key=True),
    Column("state", String(12), nullable=False, comment="proxy.log.states"),
    Column("since", DateTime, nullable=False, comment="of a closed one: it did not come after this time"),
    Column("at", DateTime, nullable=False, comment="when it was put into it"),
    Column("reason", _TEXT, nullable=False),
    Column("who", String(200), nullable=False, comment="who, or what, put it into this state"),
    Column("expires", Date, nullable=True, comment="the last day on which it is accepted"),
    Column("config", String(64), nullable=False, comment="digest of the rules that settled it"),
    Column("told", Integer, nullable=False, comment="1 when webhook and metric have told of the state"),
)

Index("cluster_state_at", states.c.at, states.c.state)

rechecks = Table(
    "cluster_recheck",
    metadata,
    Column("name", String(16), primary_key=True),
    Column(
        "config", String(64), nullable=False, comment="digest of the rules by which all were compared last"
    ),
    Column("at", DateTime, nullable=False),
)

dropped = Table(
    "dropped",
    metadata,
    Column("run", String(32), primary_key=True, comment="who dropped it"),
    Column("what", String(32), primary_key=True),
    Column("exchanges", Integer, nullable=False),
)

judged = Table(
    "judged_capture",
    metadata,
    Column("capture", String(32), primary_key=True, comment="proxy.fleet.capture"),
    Column("run", String(32), nullable=False, comment="the worker's, which counted its verdict"),
    Column("batch", Integer, nullable=False, comment="of that run: the transaction in which it did"),
    Column("at", DateTime, nullable=False, comment="when"),
)

Index("judged_capture_at", judged.c.at)

# A server's default may be an alphabet that signatures do not fit in, or take "Tag" and "tag" for one parameter.
for _table in metadata.tables.values():
    _table.dialect_options["mysql"].update(charset="utf8mb4", collate="utf8mb4_bin")
