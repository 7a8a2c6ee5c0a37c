#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Every command in README and docs/ runs: blocks marked sh as they stand; `build/bin/...` lines of other blocks one by
# one; of `make` lines, that the target exists. Links between pages lead somewhere.
. tests/lib.sh

export SCRATCH
root=$PWD

# Runs a script with the programs under test in place of build/bin, in a scratch folder that looks like the project. What
# it started ends with it, wherever it fails.
run_here() {
    rm -rf "$SCRATCH/here"
    mkdir -p "$SCRATCH/here/build"
    ln -s "$root"/fixtures "$root"/scenarios "$root"/examples "$root"/docs "$SCRATCH/here/"
    ln -s "$(cd "$BIN" && pwd)" "$SCRATCH/here/build/bin"
    (cd "$SCRATCH/here" && sh -euc 'trap "jobs -p >\$SCRATCH/jobs; xargs -r kill <\$SCRATCH/jobs 2>/dev/null || :" EXIT
        . "$1"' sh "$1")
}

# A line may end in 1: README shows a flaw that must FAIL.
runs_or_fails() {
    run_here "$1"
    status=$?
    [ $status -le 1 ]
}

for page in README.md docs/*.md; do
    rm -f "$SCRATCH"/block-*
    awk -v out="$SCRATCH/block-" '/^```sh$/ {n++; on = 1; next} /^```/ {on = 0} on {print > (out n)}' "$page"
    for block in "$SCRATCH"/block-*; do
        [ -e "$block" ] || continue
        check "$page: ${block##*/}" run_here "$block"
    done
    awk '/^```$/ {on = !on; next} on && /^build\/bin\// {print}' "$page" >"$SCRATCH/lines"
    while IFS= read -r line; do
        echo "$line" >"$SCRATCH/line"
        check "$page: $line" runs_or_fails "$SCRATCH/line"
    done <"$SCRATCH/lines"
    for target in $(grep -oE '^make [a-z]+' "$page" | cut -d' ' -f2 | sort -u); do
        check "$page: make $target" grep -qE "^([a-z]+ )*$target( [a-z]+)*:" Makefile
    done
    for link in $(grep -oE '\]\([^)#:]+\)' "$page" | tr -d '])(' | sort -u); do
        check "$page links to $link" test -e "$(dirname "$page")/$link"
    done
done
finish
