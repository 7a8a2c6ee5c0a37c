#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# fhirsim as a program: what it says when it is ready, what it refuses and how it ends.
# shellcheck source=tests/lib.sh
. tests/lib.sh

# refuses STATUS TEXT ARGS...: ends with the status, and says one line on stderr that has TEXT.
refuses() {
    want=$1 text=$2
    shift 2
    ends "$want" timeout 20 "$BIN/fhirsim" "$@" || return 1
    [ "$(wc -l <"$SCRATCH/err")" -eq 1 ] && [ ! -s "$SCRATCH/out" ] && grep -qF -- "$text" "$SCRATCH/err" && return 0
    echo "want one line with: $text"
    cat "$SCRATCH/out" "$SCRATCH/err"
    return 1
}

printf '[{"resourceType":"Patient","id":"ada"}]' >"$SCRATCH/good.json"
printf '[{"resourceType":"Patient",\n"id":"ada"' >"$SCRATCH/cut.json"
printf '[{"resourceType":"Patient","id":"ada","id":"eve"}]' >"$SCRATCH/twice.json"
printf '[{"resourceType":"Patient","id":"ada","x":"\377"}]' >"$SCRATCH/latin.json"
{ printf '{"resourceType":"Patient","id":"ada","x":'; head -c 5000 /dev/zero | tr '\0' '['; } >"$SCRATCH/deep.json"
printf '[{"resourceType":"Patient","id":"ada"},{"resourceType":"Patient"}]' >"$SCRATCH/noid.json"
printf '[{"fault":"reset-befor"}]' >"$SCRATCH/faults.json"
printf '{"resourceType":"Patient","id":"ada"}\n{"resourceType":"Patient",\n' >"$SCRATCH/cut.ndjson"
printf '\n{"resourceType":"Patient","id":"ada"}\n' >"$SCRATCH/twice.ndjson"
printf '{"schedule":["portal.read","portal"]}' >"$SCRATCH/schedule.json"
printf '{"name":"mine","knobs":{"stale_state":409}}' >"$SCRATCH/mine.json"
mkdir -p "$SCRATCH/empty" "$SCRATCH/folder/inner"
cp "$SCRATCH/good.json" "$SCRATCH/folder"
printf '{"resourceType":"Patient","id":"bob"}\n{"resourceType":"Patient","id":"cyn"}\n' >"$SCRATCH/folder/inner/two.ndjson"
printf 'not a chart' >"$SCRATCH/folder/notes.txt"
any=127.0.0.1:0

check "a truncated chart is refused by file and line" refuses 2 "cut.json: line 2" --listen $any --load "$SCRATCH/cut.json"
check "a member twice is refused by its pointer" refuses 2 "/0/id" --listen $any --load "$SCRATCH/twice.json"
check "what is not UTF-8 is refused" refuses 2 "latin.json: line 1" --listen $any --load "$SCRATCH/latin.json"
check "what is too deep is refused" refuses 2 "deep.json: line 1" --listen $any --load "$SCRATCH/deep.json"
check "a resource without id is refused by its pointer" refuses 2 "noid.json: line 1, column 40, at /1: " --listen $any --load "$SCRATCH/noid.json"
check "one resource in two files is refused" refuses 2 "Patient/ada is in the chart already" --listen $any \
    --load "$SCRATCH/good.json" --load "$SCRATCH/good.json"
check "both places are named" refuses 2 "twice.ndjson: line 2, column 1: Patient/ada is in the chart already ($SCRATCH/good.json: line 1, column 2, at /0)" \
    --listen $any --load "$SCRATCH/good.json" --load "$SCRATCH/twice.ndjson"
check "NDJSON is refused by the line of the file" refuses 2 "cut.ndjson: line 2, column 27" --listen $any --load "$SCRATCH/cut.ndjson"
check "a schedule that is none is refused by its step" refuses 2 'schedule.json: step 2: "portal"' --listen $any --schedule "$SCRATCH/schedule.json"
check "a missing file is refused" refuses 2 "nowhere.json: " --listen $any --load "$SCRATCH/nowhere.json"
check "a directory without charts is refused" refuses 2 "empty: " --listen $any --load "$SCRATCH/empty"
check "a fault that is none is refused" refuses 2 "faults.json: /0" --listen $any --faults "$SCRATCH/faults.json"
check "an unknown option is refused" refuses 2 "'--persona'" --persona hapi
check "an unknown personality is refused by the nearest name" refuses 2 'unknown personality "hapy", nearest is "hapi"' --listen $any --personality hapy
check "a personality's unknown knob is refused by file and name" refuses 2 'mine.json: personality mine: knobs: unknown knob "stale_state"' \
    --listen $any --personality "$SCRATCH/mine.json"
check "a value is asked for" refuses 2 "--load: a value" --load
check "an address is asked for" refuses 2 "--listen: HOST:PORT" --listen 8080
check "a seed is a number" refuses 2 "--seed: " --seed x
check "the world wants a token" refuses 2 "FHIRSIM_TOKEN" --listen 0.0.0.0:0
check "help is help" ends 0 "$BIN/fhirsim" --help

# Like another server from the start, like the specification after PUT and a reset.
mkfifo "$SCRATCH/oracle"
"$BIN/fhirsim" --listen $any --load "$SCRATCH/good.json" --personality oracle-health >"$SCRATCH/oracle" 2>"$SCRATCH/log" &
oracle=$!
read -r line <"$SCRATCH/oracle"
base=$(echo "$line" | grep -oE 'http://[^ ,]+/fhir')
has_etag() { curl -si "$base/Patient/ada" | tr -d '\r' | grep -qxF "ETag: W/\"$1\""; }
becomes_r4() {
    curl -sf -X PUT "${base%fhir}_control/personality" -d '{"name": "r4"}' | grep -qF '"stale_status":412' &&
        curl -sf -X POST "${base%fhir}_control/reset" >/dev/null
}
check "it is like the server it was told to be" has_etag 0
check "it becomes another" becomes_r4
check "what was loaded is labelled anew" has_etag 1
kill "$oracle"
wait "$oracle"

mkfifo "$SCRATCH/ready"
"$BIN/fhirsim" --listen $any --control $any --load "$SCRATCH/folder" >"$SCRATCH/ready" 2>"$SCRATCH/log" &
sim=$!
read -r line <"$SCRATCH/ready"
address=${line#fhirsim: FHIR R4 at http://} address=${address%%/fhir,*}
is_ready() {
    echo "$line"
    echo "$line" | grep -qxE 'fhirsim: FHIR R4 at http://127\.0\.0\.1:[0-9]+/fhir, control at http://127\.0\.0\.1:[0-9]+/_control'
}
check "it says where it listens" is_ready
has_read() { curl -sf "http://$address/fhir/Patient/$1" | grep -q "\"$1\""; }
for id in ada bob cyn; do
    check "the folder's Patient/$id is there" has_read $id
done
check "a port in use is one line" refuses 3 "Address already in use" --listen "$address"
check "it is told to end" kill -TERM "$sim"
check "it ends in order" wait "$sim"
says_what_it_did_not_read() {
    cat "$SCRATCH/log"
    [ "$(cat "$SCRATCH/log")" = "fhirsim: $SCRATCH/folder/notes.txt: not read; a folder's *.json and *.ndjson are" ]
}
check "and complains of what it did not read alone" says_what_it_did_not_read
finish
