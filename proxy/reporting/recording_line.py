"""A cluster's sample as a recording: the line that ``parity check --recordings`` reads."""

import base64
from collections.abc import Mapping
from typing import Any, Final

from config import text
from proxy.exchange.sample import answer_of
from proxy.recordings.recording import RecordedRequest, Recording, entry

_BASE: Final = "https://openml.test"


def recording_line(cluster: str, sample: Mapping[str, Any]) -> str:
    """The sample as a line of a file of recordings.

    Args:
        sample: Its sample (proxy.exchange.sample).

    Returns:
        One line of JSON; empty where the sample does not hold the whole exchange.
    """
    sent = sample.get("sent")
    if sent is None or sent["truncated"] or sample["legacy"]["truncated"] or sample["legacy"]["error"]:
        return ""
    body = base64.b64decode(sent["base64"]) if sent["base64"] is not None else sent["body"].encode()
    headers = tuple((str(name), str(value)) for name, value in sent["headers"])
    asked = sample["asked"]
    made = Recording(
        f"cluster-{cluster}",
        str(asked["route"] or ""),
        str(asked["role"]),
        RecordedRequest(sent["method"], _BASE, sent["target"].encode(), headers, body),
        answer_of(sample["legacy"]),
    )
    return text.json_bytes(entry(made, f"{sample['at']}Z")).decode()
