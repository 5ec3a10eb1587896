"""Run by sekmet's own Python: sekmet hands in a referral at our door, in the form and with the proof that its settings say.

`hands_in.py SETTINGS PEER BUNDLE.json` prints one JSON line: what our door answered.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any


def main(settings: str, name: str, bundle: str) -> None:
    from sekmet.client.peer import PeerClient  # type: ignore[import-not-found]  # there, not here
    from sekmet.config import load_settings  # type: ignore[import-not-found]

    client: Any = PeerClient(name, load_settings(settings).peer(name))
    capabilities = client.capabilities()
    answer = client.transaction(json.loads(Path(bundle).read_text()))
    told = {"capabilities": (capabilities.resource or {}).get("fhirVersion", ""), "status": answer.status}
    told |= {
        "form": answer.headers.get("content-type", "").partition(";")[0],
        "kind": (answer.resource or {}).get("resourceType"),
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main(*sys.argv[1:])
