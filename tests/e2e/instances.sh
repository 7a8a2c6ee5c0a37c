#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Two processes of one engine on one folder (@1, @2): one that is right passes, one whose lock holds in its own process alone
# fails, and again when replayed; an engine that cannot run twice is not judged.
# shellcheck source=tests/lib.sh
. tests/lib.sh

CP=$BIN/chartproof
here=$PWD/fixtures/instances
out=$SCRATCH/report
said() { grep -qF -- "$1" "$SCRATCH/out" "$SCRATCH/err" || { tail -n 20 "$SCRATCH/out" "$SCRATCH/err"; return 1; }; }

check "an engine without a second process is not judged" ends 0 "$CP" run --out "$out" "$here/two.json" scenarios/create/clean.json
check "which is said" said "not judged: the engine does not offer second"
check "two right processes pass" ends 0 "$CP" run --engine strawman --out "$out" scenarios/instances
found() { # FLAW INVARIANT SCENARIO BOUNDS
    flaw=$1 invariant=$2 scenario=$3
    shift 3
    ends 1 "$CP" explore --engine "strawman:$flaw" --faults 0 "$@" --out "$out" "scenarios/instances/$scenario.json" && said "FAIL     $invariant "
}
check "a lock within one process is found by exploring" found in-process-lock no-lost-update two-of-one-source --delays 1 --kills 0
check "a lease without a fence is found by exploring" found lease-without-fence nothing-after-terminal stopped-past-its-lease --delays 0 --kills 1 --until-fail
check "all schedules with one kill or stop pass without a flaw" ends 0 "$CP" explore --engine strawman --delays 0 --faults 0 --kills 1 --out "$out" scenarios/instances/stopped-past-its-lease.json
check "and there are no more" said "complete for delays <= 0, faults <= 0, kills <= 1"
command -v python3 >/dev/null || { skip "python3 is not installed"; finish; }
for scenario in two paused killed; do
    check "$scenario: a right engine passes" ends 0 "$CP" run --out "$out" --engine "$here/shared.json" "$here/$scenario.json"
done
check "with all of them in one run" ends 0 "$CP" run --out "$out" --engine "$here/shared.json" "$here/two.json" "$here/paused.json" "$here/killed.json"
sed "s~shared.py\"~&, \"blind\"~; s~[$]{here}~$here~" "$here/shared.json" >"$SCRATCH/blind.json"
for scenario in two paused; do
    check "$scenario: a lock of its own process is not enough" ends 1 "$CP" run --out "$out" --engine "$SCRATCH/blind.json" "$here/$scenario.json"
    check "$scenario: it is a lost update" said "$scenario: no-lost-update"
    check "$scenario: the line says whose steps they are" said "desk/word.update@2"
    check "$scenario: replayed it fails again" ends 1 "$CP" replay "$out/failures/1.json"
done
sed "s~\"second\": {}~\"second\": { \"command\": [\"python3\", \"-c\", \"raise SystemExit(5)\"] }~; s~[$]{here}~$here~" "$here/shared.json" >"$SCRATCH/dies.json"
check "a second process that does not start is UNKNOWN" ends 3 "$CP" run --out "$out" --engine "$SCRATCH/dies.json" "$here/two.json"
check "and named" said "the engine @2 ended by itself (exit status 5)"
sed "s~\"second\": {}~\"second\": { \"comand\": [] }~" "$here/shared.json" >"$SCRATCH/typo.json"
check "a misspelled member is refused" ends 2 "$CP" run --out "$out" --engine "$SCRATCH/typo.json" "$here/two.json"
check "@3 is refused" sh -c 'mkdir -p "$2/x/y" && cp -r fixtures/charts "$2/x" && sed "s/@2/@3/" "$1" >"$2/x/y/three.json"' sh "$here/two.json" "$SCRATCH"
check "with its place" ends 2 "$CP" check "$SCRATCH/x/y/three.json"
check "and what was expected" said "expected @1 or @2"
finish
