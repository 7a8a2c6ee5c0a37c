#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The committed table of FHIR's definitions is what the script makes of the pinned package, byte by byte.
. tests/lib.sh

is_same() { cmp "$SCRATCH/definitions_table.c" fhir/definitions_table.c && cmp "$SCRATCH/definitions_table.h" fhir/definitions_table.h; }

if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
    skip "node and npm are needed to compile the definitions"
    finish
fi
node fhir/tables/definitions.mjs --out "$SCRATCH" >"$SCRATCH/log" 2>&1
status=$?
if [ "$status" -eq 3 ]; then
    skip "the package of definitions cannot be fetched (offline?)"
    finish
fi
check "the script succeeds" [ "$status" -eq 0 ]
check "compiling gives the same bytes" is_same
finish
