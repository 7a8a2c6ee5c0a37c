#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# usage: sweep.sh BIN SCHEDULES [ENGINE...]
#
# No alarm without a flaw: explores all scenarios but those of a whole ward, with every kind of fault, up to that many distinct
# schedules for each engine that is right, and prints how many there were in each scenario and how often each fault struck. Scenarios
# take turns. Ends with 0 when nothing failed and nothing was left undecided.
set -eu

bin=$1 schedules=$2
shift 2
[ $# -gt 0 ] || set -- strawman writebackd
out=${KEEP:-$(mktemp -d)}
[ -n "${KEEP:-}" ] || trap 'rm -rf "$out"' EXIT
mkdir -p "$out"
files=$(find scenarios -name '*.json' ! -path 'scenarios/real/*' | sort)
# Those that wait for nothing. A token expires where one is asked for, which is another server (access).
kinds=lost-request,race,throttle,server-error,rejection,mislead,proxy,restore,reset-after,error-after,close-after,truncate-headers,truncate-body,bad-chunk,garbage
# What strikes a search, or a read after another, and where engines make these.
rare=reset-after,search-lag,search-ghost,backwards-read,unmerge-patient
searching=$(echo "$files" | grep -E '/(create|base|identity|idempotency|mapping|drift|integration)/')
bad=0

# pass ENGINE NAME SCHEDULES ARG...: one search of $where; its report goes to $out/ENGINE.NAME
pass() {
    report=$out/$1.$2 engine=$1 at_most=$3
    shift 3
    # shellcheck disable=SC2086
    "$bin/chartproof" explore --engine "$engine" --reset --jobs "$(nproc)" --schedules "$at_most" --out "$report" "$@" $where \
        >"$report.log" || bad=1
    tail -n 1 "$report.log"
}

# counts ENGINE: of all its passes together
counts() {
    cat "$out/$1".*/result.json | awk -v engine="$1" -F '"' '
        /^      "scenario":/ {scenario = $4}
        /^        "distinct":/ {n = $3; gsub(/[^0-9]/, "", n); if (n > 0) distinct[scenario] += n; all += n}
        /^        "struck": \{/ {in_struck = 1; next}
        in_struck && /\}/ {in_struck = 0}
        in_struck {n = $3; gsub(/[^0-9]/, "", n); struck[$2] += n}
        END {
            for (s in distinct) {
                count++
                if (least == "" || distinct[s] < distinct[least]) least = s
            }
            printf "%s: %d distinct schedules in %d scenarios, fewest %d (%s)\n", engine, all, count, distinct[least], least
            for (k in struck) printf "  %8d  %s\n", struck[k], k | "sort -rn"
        }'
}

for engine in "$@"; do
    where=$files
    pass "$engine" faults $((schedules * 9 / 10)) --delays 2 --faults 2 --kills 0 --kinds "$kinds"
    pass "$engine" kills $((schedules / 10)) --delays 1 --faults 1 --kills 1
    pass "$engine" waits $((schedules / 100)) --delays 0 --faults 1 --kills 0 --kinds hang-after,late-commit
    where=$searching
    pass "$engine" rare $((schedules / 10)) --delays 1 --faults 2 --kills 0 --kinds "$rare"
    counts "$engine"
done
exit $bad
