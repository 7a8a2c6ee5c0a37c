#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Every scenario against both right engines: all PASS, nothing UNKNOWN, reports whole, nothing left running.
. tests/lib.sh

# Both at a time, as one engine leaves a core idle.
for engine in writebackd strawman; do
    {
        "$BIN/chartproof" run --engine "$engine" --out "$SCRATCH/$engine" scenarios/ >"$SCRATCH/$engine.out" 2>&1 </dev/null
        echo $? >"$SCRATCH/$engine.status"
    } &
done
wait
passes() { [ "$(cat "$SCRATCH/$1.status")" -eq 0 ] || { tail -n 40 "$SCRATCH/$1.out"; return 1; }; }

for engine in writebackd strawman; do
    out=$SCRATCH/$engine
    check "$engine passes every scenario" passes "$engine"
    scenarios=$(find scenarios -name '*.json' | wc -l)
    check "$engine: at least 38 scenarios" [ "$scenarios" -ge 38 ]
    lacking=$(grep -c '^ *not judged: the engine does not offer' "$SCRATCH/$engine.out")
    check "$engine: a verdict for each" [ "$(grep -c '^PASS  ' "$SCRATCH/$engine.out")" -ge "$((scenarios - lacking))" ]
    check "$engine: evidence for each, on every server it is made for" [ "$(find "$out/evidence" -name '*.json' | wc -l)" -eq "$(($(grep -c '"hash":' "$out/result.json") - lacking))" ]
    check "$engine: result.json says PASS" grep -q '^  "verdict": "PASS"' "$out/result.json"
    check "$engine: junit.xml has no failure and no error" \
        grep -qE '<testsuites .*failures="0" errors="0"' "$out/junit.xml"
    check "$engine: the recorded evidence is judged the same" ends 0 "$BIN/chartproof" recheck "$out"
done
check "the strawman offers all that scenarios need" [ "$lacking" -eq 0 ]
check "with reset, one process: all PASS" ends 0 "$BIN/chartproof" run --reset --out "$SCRATCH/reset" scenarios/
finish
