#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Engines that run already: chartproof listens where they expect the FHIR server, resets them or not, and kills nothing.
# shellcheck source=tests/lib.sh
. tests/lib.sh

CP=$BIN/chartproof
out=$SCRATCH/report
engines=
trap 'kill $engines 2>/dev/null; rm -rf "$SCRATCH"' EXIT

# A port for the FHIR server, below those that are given out for nothing, and free.
port=$((20000 + $$ % 9000))
while grep -q "$(printf ':%04X 00000000:0000 0A' "$port")" /proc/net/tcp; do port=$((port + 1)); done
fhir=http://127.0.0.1:$port/fhir

# started NAME COMMAND...: waits for its first line; its URL is in $url
started() {
    name=$1
    shift
    mkfifo "$SCRATCH/$name.line"
    "$@" >"$SCRATCH/$name.line" 2>"$SCRATCH/$name.err" &
    engines="$engines $!"
    exec 3<"$SCRATCH/$name.line"
    read -r line <&3
    url=$(echo "$line" | grep -o 'http://[^ ]*')
}
ours() { # PROGRAM [FLAW]
    started "$1-engine" "$BIN/$1" --fhir "$fhir" --listen 127.0.0.1:0 --data "$SCRATCH/$1-data" --timeout-ms 5000 --retry-ms 2 \
        --token test --test-hooks ${2:+--flaw "$2"}
    sed "s~http://127.0.0.1:8091~$url~" examples/adapters/running.json >"$SCRATCH/$1.json"
}
chartproof() { # STATUS COMMAND ENGINE ARG...
    want=$1 command=$2 engine=$3
    shift 3
    ends "$want" "$CP" "$command" --engine "$SCRATCH/$engine.json" --listen "127.0.0.1:$port" --out "$out" "$@"
}
said() { grep -qF -- "$1" "$SCRATCH/out" "$SCRATCH/err" || { tail -n 20 "$SCRATCH/out" "$SCRATCH/err"; return 1; }; }

# ---- told to forget between runs ----
sed 's~http://127.0.0.1:8091~http://127.0.0.1:1~; s~"ready": ~"readyMs": 100, &~' examples/adapters/running.json >"$SCRATCH/nobody.json"
check "an engine that is not there is UNKNOWN" chartproof 3 run nobody scenarios/patch/clean.json
check "which is said" said 'does not answer at its address'

ours writebackd
sample="scenarios/patch/clean.json scenarios/create/reply-lost.json scenarios/update/stale.json scenarios/update/duplicated-by-proxy.json
    scenarios/order/delivered-late.json scenarios/review/chart-moved-on.json"
# shellcheck disable=SC2086
check "writebackd passes" chartproof 0 run writebackd $sample
# shellcheck disable=SC2086
check "and once more: it is another day's run" chartproof 0 run writebackd $sample
check "a scenario with a kill is not judged" chartproof 3 run writebackd scenarios/update/killed-after.json
check "which is said" said 'not judged: the engine does not offer a kill or a start, as it runs already'
check "without --listen it is refused" ends 2 "$CP" run --engine "$SCRATCH/writebackd.json" --out "$out" scenarios/patch/clean.json
check "which says what was expected" said 'expected --listen HOST:PORT'
check "explored completely, without kills" chartproof 0 explore writebackd --delays 1 --faults 1 scenarios/patch/clean.json
check "and that is what it says" grep -qE 'complete for delays <= 1, faults <= 1, kills <= 0' "$out/result.json"
check "kills that were asked for are refused" chartproof 2 explore writebackd --kills 1 scenarios/patch/clean.json
check "which is said" said '--kills 1: the engine runs already'
check "two at a time are refused" chartproof 2 explore writebackd --jobs 2 scenarios/patch/clean.json
check "which is said" said '--jobs 2: one alone can listen'
check "under load it passes" chartproof 0 load writebackd --runs 10 scenarios/patch/clean.json scenarios/create/clean.json
check "a port of chance is refused" ends 2 "$CP" run --engine "$SCRATCH/writebackd.json" --listen 127.0.0.1:0 --out "$out" scenarios/patch/clean.json

# ---- a flaw is found, by searching too, and the line that runs it again says where to listen ----
ours strawman refetch-etag-old-body
check "a flaw is found" chartproof 1 explore strawman --faults 0 scenarios/update/concurrent.json
again() {
    line=$(sed -n 's/^ *"replay": "chartproof \(replay --engine.*\)",$/\1/p' "$out/result.json" | head -n 1)
    echo "$line" | grep -qF -- "--listen 127.0.0.1:$port" || { echo "no --listen in: $line"; return 1; }
    eval "set -- $line"
    ends 1 "$CP" "$@"
}
check "its line fails again" again

# ---- nothing in between: it remembers, and the runs are kept apart by their keys, correlation ids and sources. writebackd
# keeps what it saw of a chart, so it can have but one such run; conditional.py does not. ----
sed 's~"without": \["mappings"~&, "reset"~' "$SCRATCH/writebackd.json" >"$SCRATCH/remembers.json"
check "writebackd passes without a reset" chartproof 0 run remembers scenarios/patch/clean.json
check "what tells of all runs is not judged" said 'audit-complete'
if command -v python3 >/dev/null; then
    python() { # NAME ADAPTER COMMAND...: with an adapter whose start has but the URL
        name=$1 adapter=$2
        shift 2
        started "$name" "$@"
        python3 -c 'import json, sys
adapter = json.load(open(sys.argv[1]))
adapter["start"] = {"url": sys.argv[2]}
json.dump(adapter, open(sys.argv[3], "w"))' "$adapter" "$url" "$SCRATCH/$name.json"
    }
    mkdir "$SCRATCH/data"
    python conditional examples/adapters/conditional.json \
        env FHIR_BASE_URL="$fhir" TOKEN=token-c7Rw2kPz DATA="$SCRATCH/data" FHIR_TIMEOUT_MS=5000 RETRY_MS=2 python3 examples/engines/conditional.py
    for turn in first second; do
        check "conditional passes the $turn time" chartproof 0 run conditional scenarios/create/reply-lost.json \
            scenarios/create/stale.json
    done
    python talks fixtures/bad/engines/bad.json env FHIR="$fhir" DATA="$SCRATCH/data" \
        python3 fixtures/bad/engines/bad.py talks-of-an-earlier-run
    check "the first run is its own" chartproof 0 run talks fixtures/bad/engines/create.json
    check "a request of an earlier run makes a run invalid" chartproof 3 run talks fixtures/bad/engines/create.json
    check "which is said" said 'invalid twice: a request of an earlier run arrived in this one'
else
    skip "python3 is not installed"
fi
check "chartproof ends no engine that it did not start" sh -c 'for pid in $1; do kill -0 "$pid" || exit 1; done' sh "$engines"
finish
