#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Failures made smaller: what is left fails the same invariant every time, is no longer than what was found, and passes
# where the engine has not that flaw.
. tests/lib.sh

scenario=tests/bench/two-intents.json

# in_file FILE MEMBER: a string member of a failure file
in_file() { sed -n "s|^  \"$2\": \"\(.*\)\",\{0,1\}\$|\1|p" "$1"; }

# steps FILE MEMBER: how many strings an array has
steps() { sed -n "/^  \"$2\": \[/,/^  \]/p" "$1" | grep -c '^    "'; }

# holds FLAW FILE INVARIANT: a failure file that was made smaller keeps what it promises
holds() {
    flaw=$1 file=$2 invariant=$3
    [ "$(in_file "$file" //invariant)" = "$invariant" ] || { echo "not by $invariant"; return 1; }
    case $(in_file "$file" //shrunk) in *"; nothing more can be left out") ;; *) in_file "$file" //shrunk; return 1 ;; esac
    found=$(in_file "$file" //found)
    before=$(echo "${found#*: }" | wc -w)
    [ "$(steps "$file" replay)" -le "$before" ] || { echo "longer than the $before steps found"; return 1; }
    case $(in_file "$file" why) in *"The rule $invariant: "*) ;; *) in_file "$file" why; return 1 ;; esac
    ends 1 "$BIN/chartproof" run --engine "strawman:$flaw" --out "$SCRATCH/again" "$file" &&
        grep -qE "^FAIL [0-9]+ .*: $invariant " "$SCRATCH/out" || { echo "run does not fail by $invariant"; return 1; }
    ends 1 "$BIN/chartproof" replay "$file" && ends 0 "$BIN/chartproof" run --engine strawman --out "$SCRATCH/again" "$file" &&
        ends 0 "$BIN/chartproof" check "$file"
}

# by_run FLAW INVARIANT SCENARIO: shrunk from the failure of a run
by_run() {
    ends 1 "$BIN/chartproof" run --engine "strawman:$1" --out "$SCRATCH/run" "$3" &&
        ends 1 "$BIN/chartproof" shrink "$SCRATCH/run/failures/1.json" --out "$SCRATCH/small" &&
        grep -qF ": $2  (reproduced 20 of 20)" "$SCRATCH/out" && holds "$1" "$SCRATCH/small/failures/1.json" "$2"
}

# by_search FLAW ARG...: every failure that the explorer tells is small already
by_search() {
    flaw=$1
    shift
    ends 1 "$BIN/chartproof" explore --reset --engine "strawman:$flaw" --out "$SCRATCH/found" "$@" || return 1
    ! grep -F ' (reproduced ' "$SCRATCH/out" | grep -vF '(reproduced 20 of 20)' || return 1
    for small in "$SCRATCH"/found/failures/*.json; do
        holds "$flaw" "$small" "$(in_file "$small" //invariant)" || { echo "in $small"; return 1; }
    done
}

check "an edit that matters stays" by_run swallow-conflict no-loss scenarios/patch/stale.json
check "a kill that matters stays" by_run done-after-write no-duplicate scenarios/create/killed-after.json
check "a fault that matters stays" by_run timeout-is-failure no-loss scenarios/patch/reply-lost.json
check "an overwritten edit stays" by_run blind-put no-lost-update scenarios/update/stale.json
check "searched: a conflict" by_search swallow-conflict --delays 1 --faults 0 --kills 0 $scenario
check "searched: a lost reply" by_search timeout-is-success --delays 0 --faults 1 --kills 0 --kinds reset-after,error-before $scenario
check "searched: a kill" by_search done-after-write --delays 0 --faults 0 --kills 1 scenarios/create/clean.json

# One intent of two does not matter, nor the nurse: they are gone.
leaves_out() {
    by_search timeout-is-success --delays 0 --faults 1 --kills 0 --kinds reset-before $scenario &&
        ! grep -q '"edit":' "$SCRATCH/found/failures/1.json" && [ "$(grep -c '"submit":' "$SCRATCH/found/failures/1.json")" -eq 1 ] &&
        [ "$(grep -c '"submit":' $scenario)" -eq 2 ] && grep -qF '"shrunk":' "$SCRATCH/found/result.json"
}
check "intents and edits that do not matter go" leaves_out

tells_evidence() {
    by_run swallow-conflict no-loss scenarios/patch/stale.json || return 1
    why=$(in_file "$SCRATCH/small/failures/1.json" why)
    case $why in *"nurse writes AllergyIntolerance/penicillin, version @2 (PATCH)"*"is answered with 412"*) ;; *) echo "$why"; return 1 ;; esac
}
check "why says who wrote what" tells_evidence

twice() {
    by_run timeout-is-failure no-loss scenarios/patch/reply-lost.json && cp "$SCRATCH/small/failures/1.json" "$SCRATCH/once.json" &&
        ends 1 "$BIN/chartproof" shrink "$SCRATCH/once.json" --out "$SCRATCH/small" && grep -qF '; nothing more can be left out' "$SCRATCH/out" &&
        [ "$(steps "$SCRATCH/once.json" replay)" -eq "$(steps "$SCRATCH/small/failures/1.json" replay)" ]
}
check "what is small stays as it is" twice

mended() {
    by_run timeout-is-failure no-loss scenarios/patch/reply-lost.json &&
        ends 3 "$BIN/chartproof" shrink --engine strawman "$SCRATCH/small/failures/1.json" --out "$SCRATCH/mended" && ! [ -e "$SCRATCH/mended/failures/1.json" ]
}
check "what does not fail is not made smaller" mended

refused() { # TEXT ARG...
    text=$1
    shift
    ends 2 "$BIN/chartproof" shrink "$@" && grep -qF -- "$text" "$SCRATCH/err" || { cat "$SCRATCH/err"; return 1; }
}
check "a scenario is no failure file" refused 'found no "replay"' scenarios/patch/clean.json
check "the folder that the file lies in" refused 'lies there; expected another folder' --out "$SCRATCH/run" "$SCRATCH/run/failures/1.json"
check "the file is still there" [ -f "$SCRATCH/run/failures/1.json" ]
finish
