#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs on servers that are not like r4: the answers are theirs, results and evidence name them, and a line that runs a
# failure again says which.
. tests/lib.sh
CP=$BIN/chartproof
out=$SCRATCH/report

answers() { # PERSONALITY STATUS: of a stale update
    "$CP" run --personality "$1" --out "$out" scenarios/update/stale.json >"$SCRATCH/run" 2>&1 || { cat "$SCRATCH/run"; return 1; }
    grep -q "\"kind\":\"replied\".*\"method\":\"PUT\".*\"status\":$2" "$out/evidence/1.json"
}
while read -r personality status; do
    check "$personality answers a stale update by $status" answers "$personality" "$status"
done <<'ROWS'
r4 412
hapi 409
oracle-health 409
azure 412
ROWS

guarded() { # PERSONALITY LOST-UPDATE
    "$CP" run --personality "$1" --out "$out" scenarios/patch/clean.json >/dev/null 2>&1
    grep -q "\"guards\":{\"lost-update\":\"$2\"" "$out/evidence/1.json"
}
check "evidence says that hapi prevents" guarded hapi prevent
check "evidence says what can be detected alone" guarded if-match-ignored detect
check "evidence says where nothing can be done" guarded no-versions none

sed -e 's|\["r4"\]|["r4", "hapi"]|' -e "s|\.\./\.\./|$PWD/|g" scenarios/update/stale.json >"$SCRATCH/both.json"
check "a scenario runs on all servers it names" ends 0 "$CP" run --out "$out" "$SCRATCH/both.json"
check "two runs" grep -qF '2 scenarios' "$SCRATCH/out"
check "people see the server" grep -qF 'both (hapi)' "$SCRATCH/out"
check "programs too" grep -qF '"personality": "hapi"' "$out/result.json"
check "and the test page" grep -qF 'both (hapi)"' "$out/junit.xml"
check "one server alone" ends 0 "$CP" run --personality hapi --out "$out" "$SCRATCH/both.json"
check "one run" grep -qF ': 1 scenarios' "$SCRATCH/out"

check "a failure" ends 1 "$CP" run --engine strawman:blind-put --personality hapi --out "$out" scenarios/update/stale.json
check "its line names the server" grep -qF -- '--personality hapi' "$SCRATCH/out"
check "its file fails again" ends 1 "$CP" replay "$out/failures/1.json"
check "on that server" grep -qF -- '--personality hapi' "$SCRATCH/out"
check "its evidence is judged again" ends 1 "$CP" recheck "$out"
check "as of that server" grep -qF 'update/stale (hapi)' "$SCRATCH/out"
finish
