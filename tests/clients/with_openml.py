"""What openml-python does. Usage: ``python -m tests.clients.with_openml URL FOLDER``; its cache is in the folder."""

import sys
import warnings

import openml

from tests.clients import openml_reads, openml_writes  # noqa: F401  # their steps
from tests.clients.steps import run
from tests.clients.tables import KEYS, WRITER

if __name__ == "__main__":
    base, home = sys.argv[1:3]
    openml.config.server = f"{base}/api/v1/xml"
    openml.config.apikey = KEYS[WRITER]
    openml.config.set_root_cache_directory(home)
    openml.config.set_retry_policy("human", 1)
    warnings.simplefilter("ignore")
    run()
