"""Settings of the backend and of the proxy: a TOML file, the environment over it, defaults below."""

import ipaddress
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from config.environment import environment_table, merge
from config.errors import ConfigError
from config.queue import QueueSettings
from config.recording import RecordingSettings
from config.tracing import Tracing
from config.typed import Place, build, read_toml, unknown
from config.web_address import is_web_address

T = TypeVar("T")

_MIB = 1024 * 1024
_ROOT_PATH = re.compile(r"(?:/[A-Za-z0-9._~-]++)++")
_MAY_BE_ZERO = frozenset({"breaker_failures", "linger"})


@dataclass(frozen=True, slots=True)
class DatabaseNames:
    """The two databases on a MySQL or MariaDB server; SQLite takes them from the file's name. ``openml``: users,
    groups and files. ``openml_expdb``: everything else.
    """

    openml: str = "openml"
    openml_expdb: str = "openml_expdb"


@dataclass(frozen=True, slots=True)
class HttpSettings:
    """How clients reach the new API. ``root_path``: what its paths begin with, such as ``/api/v2``, whether or not a
    server before this one takes that off; empty for nothing. The legacy dialect keeps its own paths.
    """

    root_path: str = ""

    def __post_init__(self) -> None:
        if self.root_path and _ROOT_PATH.fullmatch(self.root_path) is None:
            raise ConfigError(
                f"{self.root_path!r} is no beginning of paths like /api/v2 (without a slash at its end)",
                table="[http]",
                key="root_path",
            )
        if f"{self.root_path}/".startswith("/api/v1/") or self.root_path == "/api":
            raise ConfigError(
                "/api/v1 is the legacy dialect's; take another one", table="[http]", key="root_path"
            )


@dataclass(frozen=True, slots=True)
class BackendSettings:
    """Settings of the backend (``backend.toml``, ``OPENML_*``).

    Args:
        database: SQLAlchemy URL; for SQLite the file of the experiment database, else the server.
        database_names: The names of the two databases on a server.
        public_url: What addresses in answers begin with; a missing last slash is added.
        object_store_url: What addresses of Parquet files begin with; likewise.
        files: Root of the stored files; None when there are none. In the file it may be the table ``[files]`` with
            ``root`` and ``static``.
        static: Folder of one's own schemas and examples, ``xsd/NAME.xsd`` and so on; None for those of the program.
        storage: URL of a bucket that has the stored files instead, ``https://HOST/BUCKET``; None for the folder.
        storage_key: Access key of the bucket.
        storage_secret: Secret key of the bucket.
        storage_region: Region of the bucket.
        splits_url: Where requests for splits go that are not stored; None for nowhere.
        shadow_secret: Known to the proxy too, which signs rehearsals of writes with it; None for no rehearsals.
        search_index: URL of an Elasticsearch that is told of writes; None for none.
        private_urls: Whether data sets may be uploaded by addresses of the backend's own network.
        http: How clients reach the new API.
        host: Address to listen on.
        port: Port to listen on, 0 for any free one.
    """

    database: str = "sqlite+aiosqlite:///openml.db"
    database_names: DatabaseNames = field(default_factory=DatabaseNames)
    public_url: str = "http://127.0.0.1:8001/"
    object_store_url: str = "https://data.openml.org/"
    files: Path | None = None
    static: Path | None = None
    storage: str | None = None
    storage_key: str = field(default="", repr=False)
    storage_secret: str = field(default="", repr=False)
    storage_region: str = "us-east-1"
    splits_url: str | None = None
    shadow_secret: str | None = field(default=None, repr=False)
    search_index: str | None = None
    private_urls: bool = False
    http: HttpSettings = field(default_factory=HttpSettings)
    host: str = "127.0.0.1"
    port: int = 8001

    def __post_init__(self) -> None:
        _with_slash(self, "public_url", "object_store_url")
        if self.storage is not None:
            _check_bucket(self.storage, "storage")
            if self.files is not None:
                raise ConfigError("cannot be given together with files: a file is stored once", key="storage")
        if self.search_index is not None:
            _with_slash(self, "search_index")
        _check_port(self.port, "port")


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long the proxy waits, in seconds.

    Args:
        connect: For a connection to the side that serves.
        first_byte: For the beginning of an answer of the side that serves, from the end of the request on.
        served: For the next bytes of the side that serves.
        total: For a whole exchange with the side that serves, however slow the client reads.
        head: For a client's whole head, and for a request on a connection that was just opened.
        client: For the next bytes of a client's body, and for it to take more of its answer.
        client_total: For the whole of it.
        shadow: For the whole answer of the side that is only asked.
        rehearsal: For a rehearsed write, which its client waits for.
        linger: After SIGTERM, while ``/-/readyz`` says 503 and requests are still taken, for load balancers.
        drain: For what is pending when the proxy stops.
    """

    connect: float = 2.0
    first_byte: float = 60.0
    served: float = 60.0
    total: float = 3600.0
    head: float = 10.0
    client: float = 60.0
    client_total: float = 3600.0
    shadow: float = 15.0
    rehearsal: float = 0.5
    linger: float = 0.0
    drain: float = 30.0


@dataclass(frozen=True, slots=True)
class Limits:
    """What the proxy accepts of a client.

    Args:
        target_bytes: Longest path and query (414).
        header_count: Most header fields (431).
        header_bytes: Longest header section (431).
        body_bytes: Longest request body (413).
        connections: Most connections of clients (503).
        concurrency: Most requests under way (503).
        pipelined: Most requests begun at a time that did not wait for the answer before them; others wait.
        held_bytes: Most bytes that have come of all clients and that nobody has taken: heads that are still coming,
            requests behind others (503), bodies that a side reads slowly (the client waits). 16 KiB of each connection
            are held in any case.
        whole_bytes: Most bytes of answers that must be whole before a client gets any of them: those of legacy that
            are told in the new shapes (503). 64 KiB of each are held in any case.
        strict_names: Header names with an underscore are refused (400); else they go on unchanged.
    """

    target_bytes: int = 16 * 1024
    header_count: int = 100
    header_bytes: int = 64 * 1024
    body_bytes: int = 2048 * _MIB
    connections: int = 4096
    concurrency: int = 1024
    pipelined: int = 4
    held_bytes: int = 64 * _MIB
    whole_bytes: int = 64 * _MIB
    strict_names: bool = True


@dataclass(frozen=True, slots=True)
class Shadow:
    """Asking the other side, and comparing.

    Args:
        workers: Exchanges compared at a time.
        queue: Most exchanges that wait; further ones are shed.
        queue_bytes: Most bytes that wait; further exchanges are shed.
        request_bytes: Longest request body that is kept for the shadow.
        answer_bytes: Longest answer of either side that is compared.
        store_bodies: Keep what clients sent and sides answered, to show a difference; else only where it is.
        evidence_bytes: Most bytes of signatures, examples and whole exchanges that show differences.
        bytes_per_second: Most bytes of answers that are read in a second; 0 for as many as come.
        unlimited_every: One in so many limited lists is compared with the whole list, the others are skipped.
        reask: Ask both sides again before a difference of a safe request is reported, so that a race shows as such.
        control: Ask the side that serves a second time instead of the other one, and compare its two answers: the
            noise that any comparison has (A/A).
        breaker_failures: So many failures of a side in a row, and it is left alone for a while; 0 for never.
        breaker_seconds: How long.
        compare_seconds: Longest comparison.
        compare_bytes: Most memory of the process that compares.
    """

    workers: int = 4
    queue: int = 1000
    queue_bytes: int = 64 * _MIB
    request_bytes: int = _MIB
    answer_bytes: int = 8 * _MIB
    store_bodies: bool = True
    evidence_bytes: int = 64 * _MIB
    bytes_per_second: int = 32 * _MIB
    unlimited_every: int = 100
    reask: bool = True
    control: bool = False
    breaker_failures: int = 20
    breaker_seconds: float = 10.0
    compare_seconds: float = 10.0
    compare_bytes: int = 2048 * _MIB


@dataclass(frozen=True, slots=True)
class ProxySettings:
    """Settings of the proxy (``proxy.toml``, ``PARITY_*``).

    Args:
        legacy: Base URL of the PHP server.
        new: Base URL of the Python backend.
        host: Address to listen on.
        port: Port to listen on, 0 for any free one.
        admin_host: Address of metrics, dashboard and admin commands.
        admin_port: Their port, 0 for any free one.
        admin_hosts: Host names under which that port is asked, besides ``localhost`` and addresses: a page of others
            could have any other name point to it.
        log: SQLAlchemy URL of the diff log.
        admin_keys: SHA-256 of the administrators' API keys, in lower case, as hexadecimal: what they may see more of
            is compared as such (new-API contract, decision 9).
        admin_token: What administrators of the proxy send as ``Authorization: Bearer …``; None refuses all their
            commands, and lets health and metrics be read.
        trusted_proxies: Networks whose ``X-Forwarded-*`` and ``Forwarded`` are believed; of others they are dropped.
        sticky: ``header:NAME`` or ``cookie:NAME``: what keeps a client without a key on its side; its address else.
        kill_file: While this file is there, legacy serves everything and nobody else is asked.
        access_log: File for one JSON line per request, ``-`` for standard output, empty for none.
        tell_served: Tell clients that send ``Parity-Tell`` who served them.
        unadaptable_by_new: The new side answers a read of the new paths, beyond stage ``legacy``, where legacy's
            answer cannot be told in the new shapes; else that is a 502.
        shadow_secret: Known to the backend too, for rehearsals of writes; None for no rehearsals.
        workers: Processes that serve on the one port.
        timeouts: How long the proxy waits.
        limits: What it accepts of a client.
        recording: What of the traffic is recorded.
        queue: Through which workers elsewhere compare.
        tracing: What traces are begun, and where spans go.
    """

    legacy: str = ""
    new: str = ""
    host: str = "127.0.0.1"
    port: int = 8080
    admin_host: str = "127.0.0.1"
    admin_port: int = 8081
    admin_hosts: tuple[str, ...] = ()
    log: str = "sqlite+aiosqlite:///parity-log.db"
    admin_keys: tuple[str, ...] = ()
    admin_token: str | None = field(default=None, repr=False)
    trusted_proxies: tuple[str, ...] = ()
    sticky: str = ""
    kill_file: Path = Path("parity-kill")
    access_log: str = ""
    tell_served: bool = False
    unadaptable_by_new: bool = True
    shadow_secret: str | None = field(default=None, repr=False)
    workers: int = 1
    timeouts: Timeouts = field(default_factory=Timeouts)
    limits: Limits = field(default_factory=Limits)
    shadow: Shadow = field(default_factory=Shadow)
    recording: RecordingSettings = field(default_factory=RecordingSettings)
    queue: QueueSettings = field(default_factory=QueueSettings)
    tracing: Tracing = field(default_factory=Tracing)

    def __post_init__(self) -> None:
        for name in ("legacy", "new"):
            if getattr(self, name):
                _check_url(getattr(self, name), name)
        _check_port(self.port, "port")
        _check_port(self.admin_port, "admin_port")
        for digest in self.admin_keys:
            if not re.fullmatch(r"[0-9a-f]{64}", digest):
                raise ConfigError(
                    "holds SHA-256 digests of keys, 64 hexadecimal digits each, never the keys",
                    key="admin_keys",
                )
        for network in self.trusted_proxies:
            _check_network(network)
        if not re.fullmatch(r"|(?:header|cookie):[!#$%&'*+.^_`|~0-9A-Za-z-]+", self.sticky):
            raise ConfigError(f"must be header:NAME or cookie:NAME, not {self.sticky!r}", key="sticky")
        if self.workers < 1:
            raise ConfigError(f"must be 1 or more, not {self.workers}", key="workers")
        for table in (self.timeouts, self.limits, self.shadow, self.recording):
            for key in table.__dataclass_fields__:
                value = getattr(table, key)
                if not isinstance(value, bool | str) and (value < 0 if key in _MAY_BE_ZERO else value <= 0):
                    raise ConfigError(f"must be greater than 0, not {value!r}", key=key)


def load_backend_settings(config: Path, environ: Mapping[str, str] | None = None) -> BackendSettings:
    """Read the settings of the backend.

    ``config``: the configuration directory; ``backend.toml`` in it may be absent. ``environ``: the environment; None
    for that of the process. Raises ConfigError: a key or value is wrong; the message names file, table and key.
    """
    # Other tools have OPENML_ variables of their own, so unknown ones are no error here.
    return _load(BackendSettings, config / "backend.toml", "OPENML_", environ, strict=False, read=_files)


def load_proxy_settings(config: Path, environ: Mapping[str, str] | None = None) -> ProxySettings:
    """Read the settings of the proxy from ``proxy.toml``, as `load_backend_settings` does those of the backend."""
    return _load(ProxySettings, config / "proxy.toml", "PARITY_", environ, strict=True)


def _files(table: Mapping[str, object], place: Place) -> Mapping[str, object]:
    """The table ``[files]`` as the two settings that it holds."""
    files = table.get("files")
    if not isinstance(files, Mapping):
        return table
    names = {"root": "files", "static": "static"}
    for key in files:
        if key not in names:
            raise place.below("files").error(unknown(str(key), names), str(key))
    rest = {key: value for key, value in table.items() if key != "files"}
    return rest | {names[key]: value for key, value in files.items()}


def _load(
    cls: type[T],
    file: Path,
    prefix: str,
    environ: Mapping[str, str] | None,
    *,
    strict: bool,
    read: Callable[[Mapping[str, object], Place], Mapping[str, object]] = lambda table, _: table,
) -> T:
    place = Place(file)
    table = read(read_toml(file), place) if file.exists() else {}
    _build(cls, table, place)  # so that what is wrong in the file is not blamed on the environment
    variables = environment_table(cls, prefix, os.environ if environ is None else environ, strict=strict)
    return _build(cls, merge(table, variables), Place(None, f"environment {prefix}*") if variables else place)


def _build(cls: type[T], table: Mapping[str, object], place: Place) -> T:
    try:
        return build(cls, table, place)
    except ConfigError as error:
        if error.file is None and not error.table:
            raise place.error(error.problem, error.key) from error
        raise


def _with_slash(settings: object, *names: str) -> None:
    for name in names:
        value = getattr(settings, name)
        _check_url(value, name)
        if not value.endswith("/"):
            object.__setattr__(settings, name, value + "/")


def _check_url(value: str, name: str) -> None:
    if not is_web_address(value):
        raise ConfigError(f"must be an http or https URL, not {value!r}", key=name)


def _check_network(text: str) -> None:
    try:
        ipaddress.ip_network(text)
    except ValueError as error:
        raise ConfigError(
            f"must hold addresses and networks such as 10.0.0.0/8, not {text!r}", key="trusted_proxies"
        ) from error


def _check_bucket(value: str, name: str) -> None:
    _check_url(value, name)
    parts = urlsplit(value)
    if not parts.path.strip("/") or parts.query or parts.username:
        raise ConfigError("must be the URL of a bucket, https://HOST/BUCKET, without keys", key=name)


def _check_port(port: int, name: str) -> None:
    if not 0 <= port <= 65535:
        raise ConfigError(f"must be a port, 0 to 65535, not {port}", key=name)
