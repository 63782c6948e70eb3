#!/bin/sh
# What `make release` does: a wheel and a source distribution in dist/, what they bring along (sbom.json, licences.txt),
# and whether any of it is known to be vulnerable (audit.txt). Ends with 1 where a vulnerability is known.
set -eu
cd "$(dirname "$0")/.."
python=$PWD/.venv/bin/python
rm -rf dist build/release
mkdir -p dist build/release
"$python" -m pytest -q --numprocesses 0 tests/test_release.py
"$python" -m hatchling build --directory dist

# The wheel alone, as an operator installs it: what is beside it there is what it brings along.
"$python" -m venv build/release/installed
installed=build/release/installed/bin/python
"$installed" -m pip install --quiet --constraint requirements.lock "$(ls dist/*.whl)[asyncmy,fleet,otel]"
"$installed" -m pip uninstall --quiet --yes setuptools
build/release/installed/bin/parity --version

"$python" -m venv build/release/tools
build/release/tools/bin/pip install --quiet 'cyclonedx-bom>=7' 'pip-audit>=2.9'
build/release/tools/bin/cyclonedx-py environment --output-reproducible --pyproject pyproject.toml \
    --output-format JSON --output-file dist/sbom.json "$installed"
"$python" -m tests.licences dist/sbom.json > dist/licences.txt

# Whatever cannot be looked up is no "not vulnerable".
"$installed" -m pip freeze --exclude openml-parity --exclude pip > build/release/frozen.txt
status=0
build/release/tools/bin/pip-audit --strict --no-deps --disable-pip --requirement build/release/frozen.txt \
    > dist/audit.txt 2>&1 || status=$?
if grep -q '^Found [0-9]* known vulnerabilit' dist/audit.txt; then
    cat dist/audit.txt >&2
    exit 1
elif [ "$status" != 0 ]; then
    echo "NOT AUDITED: the database of vulnerabilities did not answer; dist/audit.txt says why" >&2
fi
ls -l dist
