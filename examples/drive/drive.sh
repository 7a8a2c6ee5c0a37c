#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Drives fhirsim from a shell, with curl. See README.md.
set -eu
here=$(dirname "$0")
ready=$(mktemp) # fhirsim says there where it listens, when it is ready
"${FHIRSIM:-build/bin/fhirsim}" --listen 127.0.0.1:0 >"$ready" &
fhirsim=$!
trap 'kill $fhirsim; rm -f "$ready"' EXIT
until [ -s "$ready" ]; do :; done
fhir=$(grep -oE 'http://[^ ,]+/fhir' "$ready")
control=$(grep -oE 'http://[^ ,]+/_control' "$ready")

put() { # prints the status of the reply, or that there is none
    curl -s -o /dev/null -w '%{http_code}\n' -X PUT "$fhir/Patient/ada" -H "If-Match: $etag" \
        -H 'Content-Type: application/fhir+json' \
        -d '{"resourceType": "Patient", "id": "ada", "active": false}' | sed 's/^000$/no reply/'
}

curl -sf -X POST "$control/charts" -H 'Content-Type: application/fhir+json' -d @"$here/chart.json" |
    sed -E 's/.*"resources":([0-9]+).*/loaded: \1 resources/'
echo

curl -sf -X POST "$control/faults" -o /dev/null \
    -d '{"fault": "reset-after", "match": {"interaction": "update"}, "times": 1}'
etag=$(curl -sf -D - -o /dev/null "$fhir/Patient/ada" | tr -d '\r' | sed -n 's/^ETag: //p')
echo "read: ETag $etag"
echo "first write: $(put)"
echo "second write: $(put)"
versions=$(curl -sf "$control/resources/Patient/ada/versions" | grep -o '"ordinal"' | wc -l)
echo "in the chart: $((versions)) versions"
curl -sf "$control/journal" | while read -r entry; do
    kind=$(echo "$entry" | sed -E 's/.*"kind":"([^"]+)".*/\1/')
    what=$(echo "$entry" | sed -nE 's/.*"(status|fault)":"?([^",}]+)"?.*/ \2/p')
    echo "journal: $kind$what"
done
