#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A test of the tests. usage: run.sh [--check] [FILE]
#
# Each breakage of tests/breakages/*.txt (or of FILE) makes the code wrong in one place: in a copy of the tree under build/
# it is applied, the unit program is built, and the suites named must fail. One that they do not notice has survived.
# Status 0: all were found; 1: one survived; 2: the tables or the build are wrong.
#
# A table is made of blocks, with # before what is remarked:
#   = 26 a failed transaction leaves what it wrote      the row of what the simulator promises, and what goes wrong
#   in simulator/interact/transaction.c
#   by simulator bundle rows_findings                   the unit program and its suites
#   <            store_rollback(act->store);            the text, which occurs once in that file,
#   >            store_commit(act->store);              and what stands there instead
# `rows 1 2 3` names rows that must have a block each. --check looks at the tables alone: quick, and part of `make test`.
set -eu

root=$(pwd)
check_only=''
[ "${1:-}" != --check ] || { check_only=1; shift; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
[ $# -gt 0 ] || set -- tests/breakages/*.txt

# Into $work/N/: row, what, file, by, old, new; and $work/rows.
awk -v work="$work" '
    function part(name) { return work "/" n "/" name }
    /^#/ || /^$/ { next }
    /^rows / { sub(/^rows /, ""); print > (work "/rows"); next }
    /^= / { n++; system("mkdir -p " work "/" n); row = $2; sub(/^= [^ ]+ /, "")
            print row > part("row"); print > part("what"); printf "" > part("old"); printf "" > part("new"); next }
    /^in / { print $2 > part("file"); next }
    /^by / { sub(/^by /, ""); print > part("by"); next }
    /^</ { print substr($0, 2) > part("old"); next }
    /^>/ { print substr($0, 2) > part("new"); next }
    { print FILENAME ":" FNR ": not understood: " $0 > "/dev/stderr"; exit 2 }
    END { print n + 0 > (work "/count") }' "$@" || exit 2
count=$(cat "$work/count")

# replace FILE OLD NEW: FILE with NEW in the place of OLD; status 1 unless OLD occurs once.
replace() {
    awk -v old="$2" -v new="$3" '
        function whole(path,   text, line) {
            while ((getline line < path) > 0) text = text line "\n"
            return text
        }
        { text = text $0 "\n" }
        END {
            from = whole(old); to = whole(new)
            at = index(text, from)
            if (from == "" || from == to || at == 0 || index(substr(text, at + 1), from)) exit 1
            printf "%s%s%s", substr(text, 1, at - 1), to, substr(text, at + length(from))
        }' "$1"
}

wrong=0
complain() {
    echo "$*"
    wrong=$((wrong + 1))
}
i=0
while [ "$i" -lt "$count" ]; do
    i=$((i + 1))
    at=$work/$i
    name="$(cat "$at/row") $(cat "$at/what")"
    if [ ! -f "$at/file" ] || [ ! -f "$at/by" ] || [ ! -f "$(cat "$at/file")" ]; then
        complain "$name: no such file, or nothing that it is found by"
        continue
    fi
    replace "$(cat "$at/file")" "$at/old" "$at/new" >"$work/out" ||
        complain "$name: the text does not occur once in $(cat "$at/file"), or nothing changes"
    read -r unit suites <"$at/by"
    for suite in $suites; do
        grep -q "^SUITE(\"$suite\"" "$unit"/tests/*.c || complain "$name: $unit has no suite $suite"
    done
done
for row in $(cat "$work/rows" 2>/dev/null); do
    grep -qx "$row" "$work"/*/row || complain "row $row has no breakage"
done
[ "$wrong" -eq 0 ] || exit 2
if [ -n "$check_only" ]; then
    echo "$count breakages"
    exit 0
fi

tree=$root/build/breakages
rm -rf "$tree"
mkdir -p "$tree/build"
for entry in *; do
    case $entry in build | build-* | chartproof-report) ;; *) cp -a "$entry" "$tree/" ;; esac
done
cp -a build/.setup build/dev "$tree/build/" # what is built already need not be built again
cd "$tree"
unset MAKEFLAGS MAKELEVEL
build() { make -j2 "build/dev/unit/$1" >"$work/log" 2>&1; }
# A program that hangs has noticed, too.
passes() {
    # shellcheck disable=SC2086
    timeout 120 "build/dev/unit/$1" $2 >"$work/log" 2>&1
}

for unit in $(cut -d' ' -f1 "$work"/*/by | sort -u); do
    build "$unit" || { cat "$work/log"; exit 2; }
    for suite in $(sed -n "s/^$unit //p" "$work"/*/by | tr ' ' '\n' | sort -u); do
        passes "$unit" "$suite" || { tail -n 40 "$work/log"; echo "$unit $suite fails as it is"; exit 2; }
    done
done

found=0 survived=0
i=0
while [ "$i" -lt "$count" ]; do
    i=$((i + 1))
    at=$work/$i
    file=$(cat "$at/file")
    read -r unit suites <"$at/by"
    name="$(cat "$at/row") $(cat "$at/what")"
    cp "$file" "$work/whole"
    replace "$file" "$at/old" "$at/new" >"$work/out"
    cp "$work/out" "$file"
    if ! build "$unit"; then
        cat "$work/log"
        complain "ERROR     $name: does not build"
    elif passes "$unit" "$suites"; then
        survived=$((survived + 1))
        echo "SURVIVED  $name ($file; $unit $suites)"
    else
        found=$((found + 1))
        echo "found     $name"
    fi
    cp "$work/whole" "$file"
done
echo "breakages: $found found, $survived survived, $wrong errors"
[ "$wrong" -eq 0 ] || exit 2
[ "$survived" -eq 0 ]
