#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Each flaw of the strawman FAILs, by the invariant named beside it in the strawman's own table, in some scenario; its
# replay line fails again by the same invariant.
. tests/lib.sh

caught() { # FLAW INVARIANT
    out=$SCRATCH/$1
    ends 1 "$BIN/chartproof" run --engine "strawman:$1" --out "$out" scenarios/ || return 1
    grep -qE "\"invariant\": \"$2\"" "$out/result.json" && return 0
    echo "caught, but not by $2; by:"
    sed -n '/"failures": \[/,/"notJudged"/p' "$out/result.json" | grep '"invariant"' | sort | uniq -c
    return 1
}

fails_again() { # FLAW: the first failure's file
    ends 1 "$BIN/chartproof" replay --engine "strawman:$1" --out "$SCRATCH/again" "$SCRATCH/$1/failures/1.json"
}

"$BIN/strawman" --list-flaws >"$SCRATCH/flaws"
check "the table has at least 18 flaws" [ "$(wc -l <"$SCRATCH/flaws")" -ge 18 ]
while IFS="$(printf '\t')" read -r flaw invariant sentence; do
    check "$flaw is caught by $invariant ($sentence)" caught "$flaw" "$invariant"
    check "$flaw fails again when replayed" fails_again "$flaw"
done <"$SCRATCH/flaws"
finish
