#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Load from the command line: a right engine passes, known flaws are found, what is found is kept and judged the same.
. tests/lib.sh

# load STATUS ARG...: its report in $SCRATCH/report
load() {
    want=$1
    shift
    ends "$want" "$BIN/chartproof" load --jobs 2 --out "$SCRATCH/report" "$@"
}
has() { grep -qF "$1" "$SCRATCH/report/result.json" || { echo "not in result.json: $1"; return 1; }; }

passes() { load 0 --engine "$1" --runs 24 scenarios/patch/clean.json scenarios/create/clean.json scenarios/update/concurrent.json && grep -q ', 24 schedules, ' "$SCRATCH/out"; }
check "strawman passes" passes strawman
check "writebackd passes" passes writebackd

# By its invariant: from one FAIL to the next until it is among them, within far more runs than it takes.
finds() { # FLAW INVARIANT SCENARIO
    spent=0
    while [ $spent -lt 1000 ]; do
        load 1 --engine "strawman:$1" --until-fail --runs $((1000 - spent)) --seed $((spent + 1)) "scenarios/$3.json" || return 1
        has "\"invariant\": \"$2\"" && has '"foundRun":' && ls "$SCRATCH"/report/evidence/seed-*.json >/dev/null && return 0
        spent=$((spent + $(sed -n 's/^ *"schedules": \([0-9]*\),*$/\1/p' "$SCRATCH/report/result.json" | head -n 1)))
    done
    echo "not within $spent runs"
    return 1
}
check "blind-put is found" finds blind-put guarded-write patch/clean
check "log-phi is found" finds log-phi no-leak privacy/names-quoted
check "retry-post is found" finds retry-post no-duplicate idempotency/by-two-channels

judged_again() {
    ends 1 "$BIN/chartproof" recheck "$SCRATCH"/report/evidence/seed-*.json && grep -qF no-duplicate "$SCRATCH/out"
}
check "the evidence proves it" judged_again

until_fail() { load 1 --engine strawman:blind-put --runs 150 --until-fail scenarios/patch/clean.json && ! grep -q ', 150 schedules, ' "$SCRATCH/out"; }
check "--until-fail" until_fail

told_once() {
    load 1 --engine strawman:blind-put --runs 12 scenarios/patch/clean.json &&
        [ "$(grep -c '"invariant": "guarded-write"' "$SCRATCH/report/result.json")" -le 3 ] &&
        [ "$(find "$SCRATCH/report/evidence" -name 'seed-*.json' | wc -l)" -lt 12 ]
}
check "findings are told once, and only theirs is kept" told_once
check "killed in the midst, it passes" load 0 --engine writebackd --seed 3 --runs 32 scenarios/create/clean.json
check "--runs" ends 2 "$BIN/chartproof" load --runs none --out "$SCRATCH/report" scenarios/patch/clean.json

# An engine that offers less is not blamed for what it does not offer.
sed 's~"without": \["mappings"~"capabilities": ["create"], &~' examples/adapters/native.json >"$SCRATCH/creates.json"
lacks() { load 0 --engine "$SCRATCH/creates.json" --runs 6 scenarios/patch/clean.json scenarios/create/clean.json &&
    grep -qF 'not judged: the engine does not offer patch' "$SCRATCH/out" && grep -q ', 6 schedules, ' "$SCRATCH/out"; }
check "what it does not offer is not judged" lacks
check "nothing else is UNKNOWN" load 3 --engine "$SCRATCH/creates.json" --runs 6 scenarios/patch/clean.json

# A job for each core leaves no core idle. Whatever else runs here takes its share of them, so it is idleness that is measured.
idle() { awk '/^cpu / {print $5 + $6}' /proc/stat; }
all() { awk '/^cpu / {for (i = 2; i <= 9; i++) sum += $i; print sum}' /proc/stat; }
saturates() {
    idle_before=$(idle) all_before=$(all)
    ends 0 "$BIN/chartproof" load --jobs "$(nproc)" --out "$SCRATCH/report" --engine writebackd --runs $((150 * $(nproc))) \
        scenarios/patch/clean.json || return 1
    idle=$(($(idle) - idle_before)) all=$(($(all) - all_before))
    echo "idle: $idle of $all ticks"
    [ $((idle * 4)) -lt "$all" ]
}
check "with a job for each core hardly any core is idle" saturates
finish
