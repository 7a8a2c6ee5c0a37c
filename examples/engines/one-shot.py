#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""one-shot.py - a write-back engine that is one process for each write, as an example to certify.

The intent comes on standard input. Exit status 0: it is in the chart; 10: somebody has to look; 20: refused. The last line
on standard output says more. It creates conditionally (If-None-Exist), so that it may be called again at any time; how it
ended is kept in a file. It changes nothing that exists.
"""
import hashlib
import http.client
import json
import os
import sys
import threading
import urllib.parse

BASE = urllib.parse.urlsplit(os.environ["FHIR"])
SYSTEM = "urn:example:one-shot:write"


class Number:
    """A number by its text: 1.50 stays 1.50."""

    def __init__(self, text):
        self.text = text

    def __eq__(self, other):
        return isinstance(other, Number) and other.text == self.text


def read_json(text):
    return json.loads(text, parse_float=Number, parse_int=Number)


def print_json(value):
    if isinstance(value, dict):
        return "{" + ",".join(json.dumps(k) + ":" + print_json(v) for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(print_json(v) for v in value) + "]"
    return value.text if isinstance(value, Number) else json.dumps(value)


def content(resource):
    return {k: v for k, v in resource.items() if k not in ("id", "meta")}


def ask(method, path, body=None, **headers):
    """(status, headers, body as text); None: no answer, it may have taken effect."""
    link = http.client.HTTPConnection(BASE.hostname, BASE.port, timeout=int(os.environ["TIMEOUT_MS"]) / 1000)
    head = {"Accept": "application/fhir+json", "X-Correlation-Id": os.environ["TRACE"], "Connection": "close", **headers}
    if body:
        head["Content-Type"] = "application/fhir+json"
    try:
        link.request(method, BASE.path + "/" + path, body.encode() if body else None, head)
        reply = link.getresponse()
        return reply.status, reply.headers, reply.read().decode()
    except (OSError, http.client.HTTPException):
        return None
    finally:
        link.close()


KEPT = os.path.join(os.environ["DATA"], hashlib.sha256(os.environ["KEY"].encode()).hexdigest())


def end(status, state, **more):
    """Known on disk before it is told."""
    line = json.dumps({"state": state, **more})
    with open(KEPT + ".%d" % os.getpid(), "w") as file:
        file.write("%d %s" % (status, line))
        file.flush()
        os.fsync(file.fileno())
    os.rename(file.name, KEPT)
    print(line, flush=True)
    sys.exit(status)


def tell_again():
    if os.path.exists(KEPT):
        with open(KEPT) as file:
            status, line = file.read().split(" ", 1)
        print(line, flush=True)
        sys.exit(int(status))


def main():
    tell_again()
    intent = read_json(sys.stdin.read())
    if intent["operation"] != "create":
        end(20, "rejected", problem="this engine only creates")
    resource = intent["resource"]
    mark = next((one for one in resource.get("identifier", []) if "system" in one and "value" in one), None)
    if not mark:
        mark = {"system": SYSTEM, "value": os.environ["KEY"]}
        resource["identifier"] = [*resource.get("identifier", []), mark]
    query = urllib.parse.urlencode({"identifier": mark["system"] + "|" + mark["value"]})
    is_open = False
    for attempt in range(3):
        if attempt > 0:
            threading.Event().wait(int(os.environ["RETRY_MS"]) / 1000 * 2**attempt)
        reply = ask("POST", resource["resourceType"], print_json(resource), **{"If-None-Exist": query})
        if not reply or reply[0] >= 500:
            is_open = True  # it may come through at any time from here
            continue
        if reply[0] in (200, 201) and reply[1]["Location"]:
            kind, name, _, version = reply[1]["Location"].split("/")[-4:]
            stored = ask("GET", "/".join((kind, name, "_history", version)))
            if stored and stored[0] == 200 and content(read_json(stored[2])) == content(resource):
                end(0, "committed", result={"reference": kind + "/" + name, "versionId": version})
        if reply[0] in (400, 401, 403, 404, 405, 413, 415, 422) and not is_open:
            end(20, "rejected", problem="refused with status %d" % reply[0])
        end(10, "needs-review", problem="the identifier is taken: look whether that is this write")
    end(10, "needs-review", problem="no certain answer: look whether it is in the chart")


if __name__ == "__main__":
    main()
