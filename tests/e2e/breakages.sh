#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The tables of breakages fit the code: every text that is to be broken is there once, and every row that is promised is
# broken somewhere. `make breakages` tries them.
. tests/lib.sh

check "the tables fit the code" ends 0 tests/breakages/run.sh --check
printf '= 1 what is not there\nin base/err.c\nby base err\n<no such text\n>x\n' >"$SCRATCH/none.txt"
check "a text that is not there is told" ends 2 tests/breakages/run.sh --check "$SCRATCH/none.txt"
check "by its name" grep -q '1 what is not there: the text does not occur once in base/err.c' "$SCRATCH/out"
printf '= 1 what is there often\nin base/err.c\nby base err\n<\n>x\n' >"$SCRATCH/often.txt"
check "a text that is there twice is told" ends 2 tests/breakages/run.sh --check "$SCRATCH/often.txt"
printf 'rows 1 2\n= 1 x\nin base/err.c\nby base no-suite\n<int err_set(\n>x\n' >"$SCRATCH/rows.txt"
check "a row that is not broken is told" ends 2 tests/breakages/run.sh --check "$SCRATCH/rows.txt"
check "by its number" grep -qx 'row 2 has no breakage' "$SCRATCH/out"
check "a suite that is none is told" grep -q 'base has no suite no-suite' "$SCRATCH/out"
finish
