#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Bad input of every kind: one clear line, the right exit status, nothing half-written, nothing left running.
. tests/lib.sh

CP=$BIN/chartproof
good=$(find scenarios -name '*.json' | sort | head -n 1)

# says STATUS TEXT COMMAND...: that status, and one line on stderr that has TEXT.
says() {
    want=$1 text=$2
    shift 2
    ends "$want" "$@" || return 1
    grep -qF -- "$text" "$SCRATCH/err" || { echo "does not say: $text"; cat "$SCRATCH/err"; return 1; }
    [ "$(grep -cE '^(chartproof|fhirsim|writebackd|strawman)' "$SCRATCH/err")" -ge 1 ] || { cat "$SCRATCH/err"; return 1; }
}

# adapter NAME JSON-START: writes an adapter file with that "start".
adapter() {
    printf '{"name": "%s", "interface": "native", "start": %s}\n' "$1" "$2" >"$SCRATCH/$1.json"
    echo "$SCRATCH/$1.json"
}

check "no such command" says 2 "unknown command 'rum'" "$CP" rum
check "no such option" says 2 "--nope" "$CP" run --nope "$good"
check "nothing to run" says 2 "" "$CP" run
check "no such scenario" says 2 "no/such.json" "$CP" run no/such.json
for bad in fixtures/bad/*.json; do
    check "$(basename "$bad") is refused with its place" says 2 "$(basename "$bad")" "$CP" check "$bad"
    check "$(basename "$bad") runs nothing" [ ! -s "$SCRATCH/out" ]
done
check "no such engine" says 2 "no-such-engine" "$CP" run --engine no-such-engine "$good"
check "a personality of a later version" says 2 "hapi" "$CP" run --personality hapi "$good"
check "the report folder is a file" says 2 "$good" "$CP" run --out "$good" "$good"
check "the report folder can't be made" says 2 "/proc/nope" "$CP" run --out /proc/nope/report "$good"
check "no evidence" says 2 "" "$CP" recheck "$SCRATCH"

out=$SCRATCH/report
check "an engine that does not exist is UNKNOWN" ends 3 "$CP" run --out "$out" \
    --engine "$(adapter absent '{"command": ["/nonexistent/engine"], "url": {"stdout": "http://[^ ]+"}}')" "$good"
check "and the report says why" grep -q '"verdict": "UNKNOWN"' "$out/result.json"
check "an engine that dies at once is UNKNOWN" ends 3 "$CP" run --out "$out" \
    --engine "$(adapter dies '{"command": ["/bin/sh", "-c", "echo no licence >&2; exit 7"], "url": {"stdout": "http://[^ ]+"}}')" "$good"
check "and its last words are shown" grep -q 'no licence' "$out/result.json"
check "an engine that never becomes ready is UNKNOWN" ends 3 "$CP" run --out "$out" \
    --engine "$(adapter never '{"command": ["/bin/sh", "-c", "exec tail -f /dev/null"], "url": {"stdout": "http://[^ ]+"}, "readyMs": 200}')" "$good"
check "nothing of it is left running" sh -c '! pgrep -f "tail -f /dev/null"'

# A port in use.
"$BIN/fhirsim" --listen 127.0.0.1:0 >"$SCRATCH/sim.out" 2>&1 &
sim=$!
while ! [ -s "$SCRATCH/sim.out" ]; do :; done
address=$(grep -oE '127\.0\.0\.1:[0-9]+' "$SCRATCH/sim.out" | head -n 1)
check "fhirsim: a port in use" says 3 "$address" "$BIN/fhirsim" --listen "$address"
check "writebackd: a port in use" says 3 "$address" "$BIN/writebackd" --fhir "http://$address/fhir" --listen "$address" --data "$SCRATCH/data"
kill "$sim"
wait "$sim"
check "fhirsim ends in order on TERM" [ $? -eq 0 ]
printf '{"resourceType": "Patient", "id": "x"' >"$SCRATCH/cut.json"
check "fhirsim: a chart that is cut off" says 2 "cut.json" "$BIN/fhirsim" --listen 127.0.0.1:0 --load "$SCRATCH/cut.json"
check "fhirsim: no such file" says 2 "nope.json" "$BIN/fhirsim" --listen 127.0.0.1:0 --load nope.json
check "fhirsim: no such option" says 2 "--nope" "$BIN/fhirsim" --nope
finish
