#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The explorer from the command line: what it covers and says, failures, interrupts, dying workers, and that reduction
# finds what all schedules find (a few flaws here, all of them with `make soundness`).
. tests/lib.sh

scenario=tests/bench/two-intents.json
apart=tests/bench/three-apart.json
small="--reset --delays 1 --faults 0 --kills 0"

# explore STATUS ARG...: its report in $SCRATCH/report
explore() {
    want=$1
    shift
    ends "$want" "$BIN/chartproof" explore --out "$SCRATCH/report" "$@"
}
says() { grep -qF "$1" "$SCRATCH/out" || { cat "$SCRATCH/out"; return 1; }; }
has() { grep -qF "$1" "$SCRATCH/report/result.json" || { echo "not in result.json: $1"; return 1; }; }

# What was found, whichever schedule showed it first.
findings() {
    awk -F'"' '/^ *"invariant":/ {i = $4} /^ *"proof":/ {print i, $4}' "$1/result.json" | sort -u
}

# counted WITH WITHOUT: as many schedules ran without reduction as the other search says there are
counted() {
    ran=$(sed -n 's/.*complete for.*: \([0-9,]*\) schedules.*/\1/p' "$2")
    grep -qF ", of $ran without reduction (counted)" "$1" || { cat "$1" "$2"; return 1; }
}

# saves FACTOR: of what was explored last with reduction, one schedule of so many runs
saves() {
    tr -d , <"$SCRATCH/with.log" | sed -n 's/.*: \([0-9]*\) schedules of \([0-9]*\) without.*/\1 \2/p' |
        { read -r run all && [ "$all" -ge $((run * $1)) ] || { cat "$SCRATCH/with.log"; return 1; }; }
}

# sound ENGINE SCENARIO ARG...: the same findings with and without reduction
sound() {
    engine=$1 file=$2
    shift 2
    "$BIN/chartproof" explore --reset --engine "$engine" "$@" --out "$SCRATCH/with" "$file" >"$SCRATCH/with.log" 2>&1
    with=$?
    "$BIN/chartproof" explore --reset --engine "$engine" "$@" --out "$SCRATCH/without" --no-reduction "$file" >"$SCRATCH/without.log" 2>&1
    without=$?
    findings "$SCRATCH/with" >"$SCRATCH/with.found"
    findings "$SCRATCH/without" >"$SCRATCH/without.found"
    grep -hE 'complete for' "$SCRATCH/with.log" "$SCRATCH/without.log" || { cat "$SCRATCH/with.log"; return 1; }
    [ $with -eq $without ] && [ $with -le 1 ] && counted "$SCRATCH/with.log" "$SCRATCH/without.log" && diff "$SCRATCH/with.found" "$SCRATCH/without.found"
}

if [ "${1:-}" = soundness ]; then
    check "writebackd" sound writebackd $scenario --delays 1 --faults 1 --kills 0
    check "writebackd, killed" sound writebackd $scenario --delays 1 --faults 0 --kills 1
    check "writebackd, killed: one schedule of five is enough" saves 5
    check "writebackd, apart" sound writebackd $apart --delays 1 --faults 1 --kills 0
    for flaw in $("$BIN/strawman" --list-flaws | cut -f1); do
        check "$flaw" sound "strawman:$flaw" $scenario --delays 1 --faults 1 --kills 0 --kinds reset-after,error-before
        cat "$SCRATCH/check.log"
    done
    finish
fi

# shellcheck disable=SC2086
complete() {
    explore 0 --engine strawman $small $scenario && says "complete for delays <= 1, faults <= 0, kills <= 0: " &&
        says " without reduction (counted)" && has '"complete": true' && has '"statement":' &&
        grep -q '<property name="coverage" value="complete for' "$SCRATCH/report/junit.xml"
}
check "a bound is covered, and the report says so" complete

# shellcheck disable=SC2086
cut_short() { explore 0 --engine strawman $small --schedules 3 $scenario && says "sampled 3 schedules of at least " && has '"complete": false'; }
check "what is cut short is sampled" cut_short

# shellcheck disable=SC2086
goes_on() {
    cut_short && [ -f "$SCRATCH/report/explore.resume" ] && explore 0 --engine strawman $small --resume "$SCRATCH/report" $scenario &&
        says "complete for delays <= 1" && ! [ -f "$SCRATCH/report/explore.resume" ]
}
check "a search goes on where it was cut short" goes_on

# shellcheck disable=SC2086
jobs_agree() {
    explore 0 --engine strawman $small $scenario && grep 'complete for' "$SCRATCH/out" | sed 's/: .* schedules//' >"$SCRATCH/one" &&
        explore 0 --engine strawman $small --jobs 3 $scenario && grep 'complete for' "$SCRATCH/out" | sed 's/: .* schedules//' >"$SCRATCH/three" &&
        diff "$SCRATCH/one" "$SCRATCH/three"
}
check "several workers cover the same" jobs_agree

by_chance() {
    explore 0 --engine strawman --reset --random --seed 7 --schedules 8 $scenario && grep -E '"distinct":' "$SCRATCH/report/result.json" >"$SCRATCH/first" &&
        explore 0 --engine strawman --reset --random --seed 7 --schedules 8 $scenario && grep -E '"distinct":' "$SCRATCH/report/result.json" >"$SCRATCH/second" &&
        diff "$SCRATCH/first" "$SCRATCH/second" && says "by chance with seed 7"
}
check "chance follows from its seed" by_chance

fails() {
    explore 1 --engine strawman:swallow-conflict --reset --delays 1 --faults 0 --kills 0 $scenario &&
        grep -qF 'bench/two-intents: truthful-state  (reproduced 20 of 20)' "$SCRATCH/out" && has '"proof":' &&
        ends 1 "$BIN/chartproof" replay "$SCRATCH/report/failures/1.json" &&
        ends 1 "$BIN/chartproof" recheck "$SCRATCH/report/evidence/1.json"
}
check "a failure is told once, and runs again" fails

# An edit that never fits the chart was tried and changed nothing; and the same when it is replayed.
misfit() {
    sed -e "s|\.\./\.\./fixtures|$PWD/fixtures|" -e 's|"/criticality"|"/nowhere/at/all"|' $scenario >"$SCRATCH/misfit.json"
    explore 0 --engine strawman --reset --delays 0 --faults 0 --kills 0 "$SCRATCH/misfit.json" && says "complete for delays <= 0"
}
check "a foreign edit that the server refuses is a step without effect" misfit

# In the background, waiting for the thing: the first attempts are in the file that grows for --resume.
begin() {
    rm -rf "$SCRATCH/report"
    "$BIN/chartproof" explore --engine strawman --reset --out "$SCRATCH/report" "$@" $scenario >"$SCRATCH/out" 2>"$SCRATCH/err" &
    pid=$!
    until grep -qs '^job' "$SCRATCH"/report/.explore.resume.*; do kill -0 $pid || return 1; done
}
interrupted() { # SIGNAL
    begin --delays 2 || return 1
    kill "-$1" $pid
    wait $pid
    [ $? -eq 3 ] && says "sampled " && has '"verdict": "UNKNOWN"' && [ -f "$SCRATCH/report/explore.resume" ] &&
        explore 0 --engine strawman --reset --resume "$SCRATCH/report" --schedules 2 $scenario
}
check "TERM leaves a report and what goes on" interrupted TERM

bereaved() {
    begin --schedules 40 || return 1
    kill -9 "$(pgrep -P $pid | head -n 1)"
    wait $pid
    [ $? -eq 3 ] && has "the worker was killed by signal 9" && says "40 schedules"
}
check "a worker that dies leaves an UNKNOWN and a successor" bereaved

says_when() { explore 1 --reset --until-fail --engine strawman:retry-post --delays 0 --faults 1 --kills 0 scenarios/create/reply-lost.json &&
    grep -qF '"foundRun": 2' "$SCRATCH/report/result.json" && grep -qF '"foundMs": ' "$SCRATCH/report/result.json"; }
check "a failure says which run showed it first, also when it was made smaller" says_when

refused() { # TEXT ARG...
    text=$1
    shift
    explore 2 "$@" $scenario && grep -qF -- "$text" "$SCRATCH/err" || { cat "$SCRATCH/err"; return 1; }
}
check "--delays" refused '--delays many: expected a number' --delays many
check "--budget" refused '--budget 5d: expected a time' --budget 5d
check "--shard" refused '--shard 4/3: expected I/N' --shard 4/3
check "--kinds" refused '"lost-repyl", nearest is "lost-reply"' --kinds lost-repyl
check "--resume" refused '--resume: ' --resume "$SCRATCH/nowhere"

for flaw in none swallow-conflict blind-put timeout-is-success; do
    engine=strawman; [ $flaw = none ] || engine=strawman:$flaw
    check "sound: $flaw" sound $engine $scenario --delays 1 --faults 1 --kills 0 --kinds reset-after
done
check "sound: a kill" sound strawman:done-after-write scenarios/create/clean.json --delays 1 --faults 0 --kills 1
check "sound: writebackd" sound writebackd $scenario --delays 1 --faults 0 --kills 0
check "sound: three actors on three resources" sound writebackd $apart --delays 3 --faults 0 --kills 0
check "where actors are apart, one schedule of five is enough" saves 5
finish
