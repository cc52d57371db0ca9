"""What another user of this machine gets from the pages and the data folder, as JSON.

It is started by root and gives up its rights first: no other user can read where the interpreter lies.
"""

import encodings.idna  # noqa: F401 - once another user, it would not be found
import http.client
import json
import os
import sys
from pathlib import Path

NOBODY = 65534


def main() -> None:
    """Try the pages, with a stolen cookie too, the way in, and the files."""
    port, data, paths, cookie, code = json.loads(sys.argv[1])
    os.setgroups([])
    os.setgid(NOBODY)
    os.setuid(NOBODY)

    def ask(method: str, path: str, body: str | None = None, **headers: str) -> list[object]:
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        kind = {"content-type": "application/x-www-form-urlencoded"} if body else {}
        line.request(method, path, body, headers | kind)
        answer = line.getresponse()
        return [answer.status, answer.getheader("location"), answer.read().decode("utf-8", "replace")]

    told: dict[str, object] = {}
    for path in paths:
        told[path] = ask("GET", path)
        told[f"cookie {path}"] = ask("GET", path, cookie=cookie)
    told["choose"] = ask("POST", "/enter", f"code={code}&again={code}")
    told["files"] = [name for _, _, names in os.walk(data) for name in names]
    for name in ("bedside.db", "bedside.key", "bedside.db-wal"):
        try:
            told[name] = len((Path(data) / name).read_bytes())
        except OSError as fault:
            told[name] = type(fault).__name__
    print(json.dumps(told))


main()
