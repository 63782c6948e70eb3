"""What is deployed without compose: manifests for Kubernetes, units of systemd."""

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Final

import kubernetes_validate
import orjson
import pytest
import yaml  # type: ignore[import-untyped]  # stubs only for these files are not worth a package

from config.rollout import load_rollout
from config.routes import load_routes
from config.settings import load_backend_settings, load_proxy_settings
from tests.functional.echo import echoing
from tests.functional.proxies import proxied

ROOT: Final = Path(__file__).parent.parent.parent
KUBERNETES: Final = ROOT / "config" / "deploy" / "kubernetes"
UNITS: Final = ROOT / "config" / "deploy" / "systemd"
VERSIONS: Final = ("1.30", kubernetes_validate.latest_version())
Serving = Callable[..., AbstractContextManager[Any]]


def kustomization() -> dict[str, Any]:
    """What kustomize puts together."""
    found: dict[str, Any] = yaml.safe_load((KUBERNETES / "kustomization.yaml").read_text())
    return found


def manifests() -> list[dict[str, Any]]:
    """All resources."""
    files = [KUBERNETES / name for name in kustomization()["resources"]]
    return [one for file in files for one in yaml.safe_load_all(file.read_text())]


def named(kind: str) -> dict[str, dict[str, Any]]:
    """Resources of a kind by their names."""
    return {one["metadata"]["name"]: one for one in manifests() if one["kind"] == kind}


@pytest.mark.parametrize("version", VERSIONS)
def test_the_manifests_are_of_their_schemas(version: str) -> None:
    """Strictly: an unknown field would be dropped silently; one is refused here."""
    for manifest in manifests():
        kubernetes_validate.validate(manifest, version, strict=True)
    broken = {**named("Service")["proxy"], "imagine": 1}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(broken, version, strict=True)


def test_each_file_is_put_together() -> None:
    """By kustomize itself where kubectl is; else by what the kustomization names."""
    known = kustomization()
    generated = [
        name for of in known["configMapGenerator"] for name in (*of.get("envs", ()), *of.get("files", ()))
    ]
    assert sorted([*known["resources"], *generated, "kustomization.yaml"]) == sorted(
        file.name for file in KUBERNETES.iterdir()
    )
    kubectl = shutil.which("kubectl")
    if kubectl is not None:
        done = subprocess.run(
            [kubectl, "kustomize", str(KUBERNETES)], capture_output=True, text=True, check=True
        )
        kinds = [one["kind"] for one in yaml.safe_load_all(done.stdout)]
        assert kinds.count("ConfigMap") == len(known["configMapGenerator"])
        assert len(kinds) == len(manifests()) + kinds.count("ConfigMap")


def test_settings_of_the_manifests_are_known() -> None:
    """A misspelt one would end the proxy at its start; the rollout is one that it takes."""
    lines = (KUBERNETES / "settings.env").read_text().splitlines()
    environment = dict(line.split("=", 1) for line in lines)
    settings = load_proxy_settings(ROOT / "config", environment)
    assert settings.new == "http://backend:8001"
    assert load_backend_settings(ROOT / "config", environment).public_url == "https://www.openml.org/"
    assert not load_rollout(KUBERNETES, load_routes(ROOT / "config")).kill_switch
    for name in ("proxy", "worker"):
        grace = named("Deployment")[name]["spec"]["template"]["spec"]["terminationGracePeriodSeconds"]
        assert grace > settings.timeouts.linger + settings.timeouts.drain


@pytest.mark.parametrize("name", ["backend", "proxy", "worker"])
def test_each_deployment_can_lose_a_node(name: str) -> None:
    """It has probes and a disruption budget for its own pods, and runs without rights."""
    deployment, budget = named("Deployment")[name], named("PodDisruptionBudget")[name]
    pod = deployment["spec"]["template"]
    (container,) = pod["spec"]["containers"]
    assert budget["spec"]["selector"]["matchLabels"] == pod["metadata"]["labels"]
    assert {"livenessProbe", "startupProbe"} <= set(container)
    assert ("readinessProbe" in container) == (name != "worker")
    assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    assert pod["spec"]["securityContext"]["runAsNonRoot"]


def test_workers_scale_by_the_lag() -> None:
    """The number of workers is the autoscaler's alone."""
    scaler = named("HorizontalPodAutoscaler")["worker"]["spec"]
    (metric,) = scaler["metrics"]
    assert scaler["scaleTargetRef"]["name"] == "worker"
    assert metric["external"]["metric"]["name"] == "parity_lag_seconds"
    assert "replicas" not in named("Deployment")["worker"]["spec"]


def test_a_rollout_of_a_config_map_is_read_again(serving: Serving, tmp_path: Path) -> None:
    """Kubernetes changes the target of a link; the configuration of the pod links to that."""
    config, mounted = tmp_path / "config", tmp_path / "mounted"
    shutil.copytree(ROOT / "config", config, ignore=shutil.ignore_patterns("*.py", "__pycache__", "sample"))
    for name, switch in (("one", "false"), ("two", "true")):
        (mounted / name).mkdir(parents=True)
        (mounted / name / "rollout.toml").write_text(f"kill_switch = {switch}\n")
    (mounted / "..data").symlink_to("one")
    (mounted / "rollout.toml").symlink_to("..data/rollout.toml")
    (config / "rollout.toml").unlink()
    (config / "rollout.toml").symlink_to(mounted / "rollout.toml")
    with (
        echoing() as side,
        proxied(serving, tmp_path / "p", side.url, side.url, "--config", str(config)) as proxy,
    ):
        before = orjson.loads(proxy.told("/-/state"))["config"]
        (mounted / "..next").symlink_to("two")
        (mounted / "..next").replace(mounted / "..data")
        while orjson.loads(proxy.told("/-/state"))["config"] == before:
            pass
        assert orjson.loads(proxy.told("/-/state"))["config_error"] == ""


def test_each_worker_of_a_machine_has_a_port_of_its_own() -> None:
    """By an option: a file of variables, which proxy and workers share, would win against a variable of the unit."""
    text = (UNITS / "parity-worker@.service").read_text()
    assert "Environment=" not in text
    assert re.search(r"^ExecStart=.* worker .*--admin-port 809%i$", text, re.M)


@pytest.mark.parametrize("unit", sorted(UNITS.iterdir()), ids=lambda unit: unit.name)
def test_systemd_accepts_the_units(tmp_path: Path, unit: Path) -> None:
    """As they are, but for the programs of this environment."""
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("systemd is not installed here")
    # A template is checked as one of its instances.
    copy = tmp_path / unit.name.replace("@", "@1")
    copy.write_text(unit.read_text().replace("/opt/parity/bin", str(Path(sys.executable).parent)))
    done = subprocess.run([analyze, "verify", str(copy)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
