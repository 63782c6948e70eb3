"""What is deployed: compose file, image, and HAProxy and nginx in front, with the real programs where they are."""

import http.client
import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jsonschema_rs
import orjson
import pytest
import yaml  # type: ignore[import-untyped]  # stubs only for this one file are not worth a package

from tests.functional.echo import echoing

ROOT = Path(__file__).parent.parent.parent
INSTALL = "apt-get install --yes --no-install-recommends haproxy nginx-light prometheus"
Serving = Callable[..., AbstractContextManager[Any]]


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    """The compose file."""
    found: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
    return found


def test_the_compose_file_is_of_the_specification(compose: dict[str, Any]) -> None:
    """Its published schema (compose-spec, Apache-2.0) accepts it, and would not accept anything."""
    schema = orjson.loads((ROOT / "tests" / "schemas" / "compose-spec.json").read_bytes())
    validator = jsonschema_rs.validator_for(schema)
    assert [error.message for error in validator.iter_errors(compose)] == []
    broken = {**compose, "services": {**compose["services"], "x": {"imagine": "nothing"}}}
    assert not validator.is_valid(broken)


def test_docker_accepts_the_compose_file() -> None:
    """Where the plugin is there."""
    docker = shutil.which("docker")
    if (
        not docker
        or subprocess.run([docker, "compose", "version"], capture_output=True, check=False).returncode
    ):
        pytest.skip("docker compose is not installed here")
    subprocess.run([docker, "compose", "config", "--quiet"], cwd=ROOT, check=True)


def test_the_legacy_stack_is_the_published_one(compose: dict[str, Any]) -> None:
    """By exact versions, each with a health check that others wait for."""
    services = compose["services"]
    assert [services[name]["image"] for name in ("database", "php", "elasticsearch")] == [
        "openml/test-database:v0.1.20260204",
        "openml/php-rest-api:v1.2.4",
        "docker.elastic.co/elasticsearch/elasticsearch:6.8.23",
    ]
    for service in services.values():
        for name, how in service.get("depends_on", {}).items():
            assert how == {"condition": "service_healthy"}
            assert "healthcheck" in services[name]


@pytest.mark.parametrize("profile", ["shadow", "fleet"])
def test_each_profile_is_whole(compose: dict[str, Any], profile: str) -> None:
    """Whoever is waited for, or named by HAProxy and Prometheus, is of the profile; what is mounted is there."""
    present = {name: one for name, one in compose["services"].items() if profile in one["profiles"]}
    names = {
        *present,
        *(a for one in present.values() for n in one.get("networks", {}).values() for a in n["aliases"]),
    }
    named = {name for one in present.values() for name in one.get("depends_on", ())}
    for file in ("haproxy.cfg", "prometheus.yml"):
        named |= set(re.findall(r"\b(proxy\d|php)(?=:\d)", (ROOT / "config" / "deploy" / file).read_text()))
    assert named - names == set()
    mounted = [volume.split(":")[0] for one in present.values() for volume in one.get("volumes", ())]
    assert [path for path in mounted if path.startswith("./") and not (ROOT / path).exists()] == []
    assert {"proxy1", "proxy2", "haproxy", "log", "prometheus", "grafana"} <= names
    assert ({"redis", "worker1", "worker2"} <= names) == (profile == "fleet")


@pytest.mark.parametrize("service", ["proxy1", "fleet-proxy1", "worker1"])
def test_settings_in_the_compose_file_are_known(compose: dict[str, Any], service: str) -> None:
    """A misspelt one would end the process at its start."""
    from config.settings import load_backend_settings, load_proxy_settings

    environment = {
        name: re.sub(r"\$\{[^}]*?:-([^}]*)\}", r"\1", value)
        for name, value in compose["services"][service]["environment"].items()
    }
    settings = load_proxy_settings(ROOT / "config", environment)
    assert (settings.legacy, settings.new, settings.timeouts.linger) == (
        "http://php:80",
        "http://backend:8001",
        5,
    )
    assert settings.queue.url == ("" if service == "proxy1" else "redis://redis:6379/0")
    backend = dict(compose["services"]["backend"]["environment"])
    assert load_backend_settings(ROOT / "config", backend).search_index == "http://elasticsearch:9200/"


def test_the_image_is_not_root_and_ends_on_sigterm() -> None:
    """The command is process 1 itself, no shell that swallows the signal."""
    text = (ROOT / "Dockerfile").read_text()
    last = text.rpartition("FROM ")[2]
    assert re.search(r"^USER 10001$", last, re.M)
    assert re.search(r'^ENTRYPOINT \["parity"\]$', last, re.M)
    assert re.search(r"^STOPSIGNAL SIGTERM$", last, re.M)
    assert "slim" in last.splitlines()[0]


@contextmanager
def replicas(serving: Serving, folder: Path, legacy: str) -> Iterator[list[tuple[Any, int, int]]]:
    """Two proxies with one log: process, port and admin port of each."""
    with ExitStack() as stack:
        found = []
        for number in range(2):
            admin = free_port()
            arguments = [
                "serve",
                "--legacy",
                legacy,
                "--new",
                legacy,
                "--port",
                "0",
                "--admin-port",
                str(admin),
            ]
            arguments += ["--log", f"sqlite:///{folder / 'log.db'}"]
            proxy = stack.enter_context(serving("proxy.cli", *arguments))
            found.append((proxy, urlsplit(proxy.url).port or number, admin))
        yield found


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def program(name: str) -> str:
    """Debian's program, or how to get it."""
    if os.environ.get("SKIP_FRONTS"):
        pytest.skip("SKIP_FRONTS IS SET: WHAT HAPROXY, NGINX AND PROMETHEUS READ IS NOT TESTED")
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    return found or pytest.fail(f"{name} is missing; as root: {INSTALL} (or set SKIP_FRONTS=1)")


@pytest.mark.parametrize("name", ["haproxy", "nginx"])
def test_a_front_sends_clients_on_while_a_replica_drains(
    serving: Serving, tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The example as it is in config/, with the addresses of this test; no request fails, targets stay raw."""
    binary = program(name)
    monkeypatch.setenv("PARITY_TIMEOUTS_LINGER", "4")
    port = free_port()
    with echoing() as legacy, replicas(serving, tmp_path, legacy.url) as two:
        config = ROOT / "config" / "deploy" / ("haproxy.cfg" if name == "haproxy" else "nginx.conf")
        chosen = tmp_path / config.name
        chosen.write_text(at_these_ports(config.read_text(), port, free_port(), two, legacy.url))
        checked = (
            [binary, "-c", "-f", str(chosen)]
            if name == "haproxy"
            else [binary, "-t", "-p", str(tmp_path), "-c", str(chosen)]
        )
        done = subprocess.run(checked, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        run = (
            [binary, "-db", "-f", str(chosen)]
            if name == "haproxy"
            else [
                binary,
                "-p",
                str(tmp_path),
                "-c",
                str(chosen),
                "-g",
                "daemon off; user root;" if os.getuid() == 0 else "daemon off;",
            ]
        )
        with subprocess.Popen(run, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as front:
            try:
                until_served(port)
                statuses = [ask(port, f"/page/{number}%2F?") for number in range(20)]
                two[0][0].process.terminate()
                while two[0][0].process.poll() is None:
                    statuses.append(ask(port, "/while-it-drains"))
                statuses += [ask(port, "/afterwards") for _ in range(20)]
            finally:
                front.terminate()
        assert set(statuses) == {200}
        assert b"GET /page/0%2F? HTTP/1.1" in [one.line for one in legacy.received]
        assert all(one.field(b"x-forwarded-for") for one in legacy.received)


def at_these_ports(
    text: str, clients: int, operators: int, two: list[tuple[Any, int, int]], legacy: str
) -> str:
    """An example's text with the addresses of a test."""
    text = text.replace("bind :8081", f"bind :{operators}").replace(" check port 8081", " check")
    text = text.replace("bind :8000", f"bind :{clients}").replace("listen 8000", f"listen {clients}")
    for number, (_, own, admin) in enumerate(two, start=1):
        port = f" port {admin}" if "haproxy" in text.lower() else ""
        text = text.replace(f"proxy{number}:8080", f"127.0.0.1:{own}{port}")
        text = text.replace(f"proxy{number}:8081", f"127.0.0.1:{admin}")
    return text.replace("php:80", urlsplit(legacy).netloc)


def test_the_dashboard_is_reached_with_a_token(
    serving: Serving, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Through HAProxy, as compose.yaml publishes it: pages with what clients sent want the token."""
    monkeypatch.setenv("PARITY_ADMIN_HOST", "0.0.0.0")
    monkeypatch.setenv("PARITY_ADMIN_TOKEN", "t" * 32)
    port, config = free_port(), tmp_path / "haproxy.cfg"
    with echoing() as legacy, replicas(serving, tmp_path, legacy.url) as two:
        example = (ROOT / "config" / "deploy" / "haproxy.cfg").read_text()
        config.write_text(at_these_ports(example, free_port(), port, two, legacy.url))
        with subprocess.Popen(
            [program("haproxy"), "-db", "-f", str(config)], stdout=subprocess.DEVNULL
        ) as front:
            try:
                until_served(port)
                told = [ask(port, "/clusters/x", authorization=f"Bearer {'t' * n}") for n in (31, 32)]
            finally:
                front.terminate()
    assert told == [401, 404]


def ask(port: int, target: str, **headers: str) -> int:
    """The status of one request."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=20)) as connection:
        connection.request("GET", target, headers=headers)
        answer = connection.getresponse()
        answer.read()
        return answer.status


def until_served(port: int) -> None:
    """Wait until the front has found its replicas."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        try:
            if ask(port, "/") == 200:
                return
        except OSError:
            pass
        time.sleep(0.1)
    pytest.fail("the front does not serve")
