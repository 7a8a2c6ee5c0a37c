#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# No alarm without a flaw: the strawman, wrong in no way, PASSes every schedule within the bounds of each row of alarms.txt.
. tests/lib.sh

quiet() { # SCENARIO DELAYS FAULTS KINDS
    ends 0 "$BIN/chartproof" explore --engine strawman --reset --delays "$2" --faults "$3" --kills 0 --kinds "$4" --out "$SCRATCH/report" \
        "scenarios/$1.json" && grep -q 'complete for' "$SCRATCH/out"
}

grep -v '^#' tests/e2e/alarms.txt >"$SCRATCH/rows"
while read -r scenario delays faults kinds; do
    check "$scenario, delays $delays, $kinds" quiet "$scenario" "$delays" "$faults" "$kinds"
done <"$SCRATCH/rows"
finish
