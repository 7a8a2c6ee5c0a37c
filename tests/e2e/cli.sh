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
    [ "$(grep -cE '^(chartproof|fhirsim|writebackd|strawman|UNKNOWN)' "$SCRATCH/err")" -ge 1 ] || { cat "$SCRATCH/err"; return 1; }
}

check "no such command" says 2 "unknown command 'rum'" "$CP" rum
check "no such option" says 2 "--nope" "$CP" run --nope "$good"
check "nothing to run" says 2 "" "$CP" run
check "no such scenario" says 2 "no/such.json" "$CP" run no/such.json
for bad in fixtures/bad/scenarios/*.json; do
    [ "$(basename "$bad")" != edit-of-nothing.json ] || continue # only the chart can tell, when it runs
    check "$(basename "$bad") is refused with its place" says 2 "$(basename "$bad")" "$CP" check "$bad"
    check "$(basename "$bad") runs nothing" [ ! -s "$SCRATCH/out" ]
done
check "an edit that the chart refuses is UNKNOWN" says 3 "Task/nowhere does not exist" \
    "$CP" run --out "$SCRATCH/report" fixtures/bad/scenarios/edit-of-nothing.json
check "no such engine" says 2 "no-such-engine" "$CP" run --engine no-such-engine "$good"
check "no such personality" says 2 'unknown personality "hapy", nearest is "hapi"' "$CP" run --personality hapy "$good"
check "the report folder is a file" says 2 "$good" "$CP" run --out "$good" "$good"
check "the report folder can't be made" says 2 "/proc/nope" "$CP" run --out /proc/nope/report "$good"
check "no evidence" says 2 "" "$CP" recheck "$SCRATCH"

out=$SCRATCH/report
while read -r status engine text; do
    check "engine $engine: status $status" says "$status" "$text" \
        "$CP" run --out "$out" --engine "fixtures/bad/engines/$engine.json" "$good"
    [ "$status" -eq 2 ] || check "engine $engine: the report says so" grep -qF "$text" "$out/result.json"
done <<'ROWS'
2 no-interface neither "submit" nor "exec"
2 typo-member nearest is "limits"
2 typo-value nearest is "fhir"
3 no-program cannot run '/nowhere/engine'
3 dies exit status 1
3 dies-talking cannot open the database
3 never-ready not ready after 300 ms
3 ready-but-deaf never answered 2xx
ROWS
: >"$SCRATCH/never"
printf '{"name": "n", "interface": "native", "start": {"command": ["sh", "-c", "tail -f %s & wait"], "url": {"stdout": "http"}, "readyMs": 200}}' \
    "$SCRATCH/never" >"$SCRATCH/never.json"
check "an engine with a child that never becomes ready" ends 3 "$CP" run --out "$out" --engine "$SCRATCH/never.json" "$good"
# Killed is not gone yet: it is waited for, for a while.
# shellcheck disable=SC2016
nothing_runs_with() { timeout 20 sh -c 'while grep -qsa "$1" /proc/[0-9]*/cmdline; do :; done' sh "$1"; }
check "nothing of it is left running" nothing_runs_with "$SCRATCH/neve[r]"

# What an engine does not offer is not judged, and that is said.
sed 's/"without": \[/&"notify", /' examples/adapters/native.json >"$SCRATCH/deaf.json"
check "a scenario beyond the adapter is not judged" ends 0 \
    "$CP" run --out "$out" --engine "$SCRATCH/deaf.json" "$good" scenarios/notify
check "it has no verdict" grep -qE '^- +notify/own-commit ' "$SCRATCH/out"
check "it says what is lacking" grep -q 'not judged: the engine does not offer notify' "$SCRATCH/out"
check "junit.xml has it as skipped" grep -q '<skipped message="not judged: the engine' "$out/junit.xml"
check "what ran is judged again" ends 0 "$CP" recheck "$out"

# A port in use.
"$BIN/fhirsim" --listen 127.0.0.1:0 >"$SCRATCH/sim.out" 2>&1 &
sim=$!
while ! [ -s "$SCRATCH/sim.out" ]; do :; done
address=$(grep -oE '127\.0\.0\.1:[0-9]+' "$SCRATCH/sim.out" | head -n 1)
check "fhirsim: a port in use" says 3 "${address#*:}" "$BIN/fhirsim" --listen "$address"
check "writebackd: a port in use" says 3 "${address#*:}" "$BIN/writebackd" --fhir "http://$address/fhir" --listen "$address" --data "$SCRATCH/data"
kill "$sim"
wait "$sim"
check "fhirsim ends in order on TERM" [ $? -eq 0 ]
printf '{"resourceType": "Patient", "id": "x"' >"$SCRATCH/cut.json"
check "fhirsim: a chart that is cut off" says 2 "cut.json" "$BIN/fhirsim" --listen 127.0.0.1:0 --load "$SCRATCH/cut.json"
check "fhirsim: no such file" says 2 "nope.json" "$BIN/fhirsim" --listen 127.0.0.1:0 --load nope.json
check "fhirsim: no such option" says 2 "--nope" "$BIN/fhirsim" --nope
finish
