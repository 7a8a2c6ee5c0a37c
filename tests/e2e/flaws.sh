#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Each flaw of the strawman FAILs, by the invariant named beside it in the strawman's own table, in the scenario that
# flaws.txt names for it; its replay file fails again. Two flaws run at a time.
. tests/lib.sh

# flaw NAME SCENARIO SCRATCH [SERVER]: runs that scenario against it, and the first failure again. Statuses go to files, for the checks below.
if [ "${1:-}" = flaw ]; then
    out=$4/$2
    "$BIN/chartproof" run --reset ${5:+--personality "$5"} --engine "strawman:$2" --out "$out" "scenarios/$3.json" >"$out.log" 2>&1
    echo $? >"$out.status"
    "$BIN/chartproof" replay "$out/failures/1.json" >"$out.again.log" 2>&1
    echo $? >"$out.again.status"
    exit 0
fi

caught() { # FLAW INVARIANT
    [ -f "$SCRATCH/$1.status" ] || { echo "tests/e2e/flaws.txt names no scenario for it"; return 1; }
    [ "$(cat "$SCRATCH/$1.status")" -eq 1 ] || { tail -n 5 "$SCRATCH/$1.log"; return 1; }
    sed -n '/^  "failures"/,/^  "notJudged"/p' "$SCRATCH/$1/result.json" | grep '"invariant"' | sort | uniq -c >"$SCRATCH/by"
    grep -qF "\"$2\"" "$SCRATCH/by" && return 0
    echo "caught, but not by $2; by:"
    cat "$SCRATCH/by"
    return 1
}

fails_again() { # FLAW
    [ "$(cat "$SCRATCH/$1.again.status")" -eq 1 ] || { tail -n 5 "$SCRATCH/$1.again.log"; return 1; }
}

"$BIN/strawman" --list-flaws >"$SCRATCH/flaws"
check "the table has at least 57 flaws" [ "$(wc -l <"$SCRATCH/flaws")" -ge 57 ]
cut -f1 "$SCRATCH/flaws" | sort >"$SCRATCH/known"
grep -v '^#' tests/e2e/flaws.txt >"$SCRATCH/wanted"
cut -d' ' -f1 "$SCRATCH/wanted" | sort >"$SCRATCH/named"
check "flaws.txt has each flaw once, and no other" diff "$SCRATCH/known" "$SCRATCH/named"
awk -v scratch="$SCRATCH" '{print "flaw", $1, $2, scratch ($3 == "" ? "" : " " $3)}' "$SCRATCH/wanted" | xargs -P 2 -L 1 "$0"
while IFS="$(printf '\t')" read -r flaw invariant sentence; do
    check "$flaw is caught by $invariant ($sentence)" caught "$flaw" "$invariant"
    check "$flaw fails again when replayed" fails_again "$flaw"
done <"$SCRATCH/flaws"
finish
