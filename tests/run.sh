#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs the unit test programs given and every tests/e2e/*.sh, and adds up. Each prints, as its last line,
# "name: N passed, N failed, N skipped"; one that does not, or that exits otherwise than it says, has failed.
# Ends with the line "N passed, N failed", before it "N skipped" if any; exit status 1 when anything failed.
set -u

log=$(mktemp) || exit 2
trap 'rm -f "$log"' EXIT
passed=0 failed=0 skipped=0

for program in "$@" tests/e2e/*.sh; do
    "$program" >"$log" 2>&1
    status=$?
    line=$(grep -E '^[^ ]+: [0-9]+ passed, [0-9]+ failed, [0-9]+ skipped$' "$log" | tail -n 1)
    if [ -z "$line" ]; then
        cat "$log"
        echo "$program: ended with status $status and without its line"
        failed=$((failed + 1))
        continue
    fi
    numbers=${line##*: }
    p=${numbers%% passed*}
    f=${numbers#*, }; f=${f%% failed*}
    s=${numbers##*, }; s=${s%% skipped}
    [ "$f" -gt 0 ] || [ "$status" -eq 0 ] || f=1
    [ "$f" -eq 0 ] || cat "$log"
    grep -E 'SKIPPED' "$log" | sed "s/^/$(basename "$program"): /" || true
    echo "$(basename "$program"): $p passed, $f failed, $s skipped"
    passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
done
[ "$skipped" -eq 0 ] || echo "$skipped skipped"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
