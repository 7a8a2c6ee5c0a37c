#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# No alarm without a flaw: an engine that is wrong in no way PASSes every schedule within the bounds of each row of alarms.txt.
. tests/lib.sh

quiet() { # ENGINE SCENARIO DELAYS FAULTS KINDS
    ends 0 "$BIN/chartproof" explore --engine "$1" --reset --delays "$3" --faults "$4" --kills 0 --kinds "$5" --out "$SCRATCH/report" \
        "scenarios/$2.json" && grep -q 'complete for' "$SCRATCH/out"
}

grep -v '^#' tests/e2e/alarms.txt >"$SCRATCH/rows"
while read -r scenario delays faults kinds; do
    for engine in strawman writebackd; do
        check "$engine, $scenario, delays $delays, $kinds" quiet "$engine" "$scenario" "$delays" "$faults" "$kinds"
    done
done <"$SCRATCH/rows"
finish
