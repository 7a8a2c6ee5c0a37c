#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# usage: repeat.sh BIN TIMES [ENGINE]. Runs the whole suite that often in a row; stops at the first that is not all PASS.
set -eu

bin=$1 times=$2 engine=${3:-writebackd}
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
i=0
while [ "$i" -lt "$times" ]; do
    i=$((i + 1))
    status=0
    "$bin/chartproof" run --engine "$engine" --out "$out/report" scenarios/ >"$out/log" 2>&1 || status=$?
    if [ "$status" -ne 0 ]; then
        cat "$out/log"
        echo "run $i of $times ended with status $status"
        exit 1
    fi
    [ ! -t 2 ] || printf '\r%d of %d' "$i" "$times" >&2
done
[ ! -t 2 ] || printf '\r' >&2
echo "$times runs of the suite with $engine: all PASS, no UNKNOWN"
