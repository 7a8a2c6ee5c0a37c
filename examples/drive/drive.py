# SPDX-License-Identifier: Apache-2.0
"""Drives fhirsim from Python, with the standard library. See README.md."""
import json
import os
import pathlib
import re
import subprocess
import urllib.error
import urllib.request

fhirsim = subprocess.Popen(
    [os.environ.get("FHIRSIM", "build/bin/fhirsim"), "--listen", "127.0.0.1:0"],
    stdout=subprocess.PIPE, text=True)
ready = fhirsim.stdout.readline()  # it says where it listens, when it is ready
fhir = re.search(r"http://[^ ,]+/fhir", ready)[0]
control = re.search(r"http://[^ ,]+/_control", ready)[0]


def call(method, url, body=None, **headers):
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(url, body, headers, method=method)
    with urllib.request.urlopen(request, timeout=10) as reply:
        return reply.headers, reply.read().decode()


def put(etag):
    """The status of the reply, or that there is none."""
    body = json.dumps({"resourceType": "Patient", "id": "ada", "active": False}).encode()
    try:
        call("PUT", f"{fhir}/Patient/ada", body, If_Match=etag,
             Content_Type="application/fhir+json")
        return 200
    except urllib.error.HTTPError as refused:
        return refused.code
    except OSError:
        return "no reply"


try:
    chart = pathlib.Path(__file__).with_name("chart.json").read_bytes()
    _, text = call("POST", f"{control}/charts", chart, Content_Type="application/fhir+json")
    print("loaded:", json.loads(text)["resources"], "resources")

    rule = {"fault": "reset-after", "match": {"interaction": "update"}, "times": 1}
    call("POST", f"{control}/faults", json.dumps(rule).encode())
    headers, _ = call("GET", f"{fhir}/Patient/ada")
    print("read: ETag", headers["ETag"])
    print("first write:", put(headers["ETag"]))
    print("second write:", put(headers["ETag"]))
    _, text = call("GET", f"{control}/resources/Patient/ada/versions")
    print("in the chart:", len(json.loads(text)), "versions")
    _, text = call("GET", f"{control}/journal")
    for entry in map(json.loads, text.splitlines()):
        print("journal:", entry["kind"], *filter(None, [entry.get("fault") or entry.get("status")]))
finally:
    fhirsim.terminate()
    fhirsim.wait()
