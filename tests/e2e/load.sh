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

# By its invariant, within far more runs than it takes.
finds() { # FLAW INVARIANT SCENARIO
    load 1 --engine "strawman:$1" --runs 150 "scenarios/$3.json" && has "\"invariant\": \"$2\"" && has '"foundRun":' &&
        ls "$SCRATCH"/report/evidence/seed-*.json >/dev/null
}
check "blind-put is found" finds blind-put guarded-write patch/clean
check "log-phi is found" finds log-phi no-leak privacy/names-quoted
check "retry-post is found" finds retry-post no-duplicate create/clean

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
finish
