#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The commands of examples/drive/README.md, each in its language, print what the page says; the page shows that too.
# shellcheck source=tests/lib.sh
. tests/lib.sh

FHIRSIM=$BIN/fhirsim
export FHIRSIM
page=examples/drive/README.md expected=examples/drive/expected.txt

prints_the_expected() {
    ends 0 timeout 60 "$@" || return 1
    diff "$expected" "$SCRATCH/out"
}

shows_the_beginning() {
    awk '/^```/ {on = !open && $0 == "```"; open = !open; next} on && !/^\.\.\.$/' "$page" >"$SCRATCH/shown"
    [ -s "$SCRATCH/shown" ] && head -n "$(wc -l <"$SCRATCH/shown")" "$expected" | diff - "$SCRATCH/shown"
}

awk '/^```sh$/ {on = 1; next} /^```/ {on = 0} on' "$page" >"$SCRATCH/commands"
check "the page has four commands" [ "$(wc -l <"$SCRATCH/commands")" -eq 4 ]
while read -r language arguments; do
    if ! command -v "$language" >/dev/null; then
        skip "$language is not installed"
        continue
    fi
    # shellcheck disable=SC2086
    check "$language $arguments" prints_the_expected "$language" $arguments
done <"$SCRATCH/commands"
check "the page shows how the output begins" shows_the_beginning
# shellcheck disable=SC2016
nothing_runs_from() { timeout 20 sh -c 'while grep -qsa "$1" /proc/[0-9]*/cmdline; do :; done' sh "$1"; }
check "the simulators ended" nothing_runs_from "^$BIN/fhirsi[m]"
for link in $(grep -oE '\]\([^)#:]+\)' "$page" | tr -d '])(' | sort -u); do
    check "$page links to $link" test -e "$(dirname "$page")/$link"
done
finish
