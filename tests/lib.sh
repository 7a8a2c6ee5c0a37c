# SPDX-License-Identifier: Apache-2.0
# What every end-to-end test uses. Source it, call `check NAME COMMAND...` for each claim, end with `finish`.
# shellcheck shell=sh
set -u

BIN=$(cd "${CHARTPROOF_BIN:-build/bin}" && pwd) || exit 2
CHARTPROOF_BIN=$BIN # where chartproof finds engines, from whatever folder it runs in
export CHARTPROOF_BIN
SCRATCH=$(mktemp -d) || exit 2
trap 'rm -rf "$SCRATCH"' EXIT
passed=0 failed=0 skipped=0

# A claim holds when its command ends with status 0.
check() {
    name=$1
    shift
    if "$@" >"$SCRATCH/check.log" 2>&1; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAILED: $name"
        sed 's/^/    /' "$SCRATCH/check.log"
    fi
}

# ends STATUS COMMAND...: the command ends with just this status; its output is in $SCRATCH/out and err.
ends() {
    want=$1
    shift
    "$@" >"$SCRATCH/out" 2>"$SCRATCH/err" </dev/null
    got=$?
    [ "$got" -eq "$want" ] && return 0
    echo "status $got, want $want: $*"
    tail -n 20 "$SCRATCH/out" "$SCRATCH/err"
    return 1
}

skip() {
    echo "SKIPPED: $1"
    skipped=$((skipped + 1))
}

finish() {
    echo "$(basename "$0" .sh): $passed passed, $failed failed, $skipped skipped"
    [ "$failed" -eq 0 ]
    exit
}
