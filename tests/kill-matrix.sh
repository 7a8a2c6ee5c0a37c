#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# kill-matrix.sh [FLAW...]: how soon each method finds each flaw of the strawman, as docs/kill-matrix.md (standard output).
#
# Every flaw has one scenario, that of tests/e2e/flaws.txt. The canonical run makes the schedule which that scenario names;
# all the others have its actors and its chart alone, at most RUNS runs (default 200) and at most SECONDS_EACH seconds (default
# 5). A search ends with its first FAIL. Two flaws are measured at a time.
. tests/lib.sh
RUNS=${RUNS:-200} SECONDS_EACH=${SECONDS_EACH:-5}
export RUNS SECONDS_EACH

# method FLAW SCENARIO NAME COMMAND ARG...: "runs ms invariants" of its first FAIL; "-" not found; "?" it could not say
method() {
    flaw=$1 scenario=$2 name=$3 out=$4/$1/$3
    shift 4
    "$BIN/chartproof" "$@" --engine "strawman:$flaw" --out "$out" "scenarios/$scenario.json" >"$out.log" 2>&1
    status=$?
    awk -F'[":, ]+' -v status=$status -v name="$name" '
        /^  "failures"/ {in_failures = 1}
        /^  "notJudged"/ {in_failures = 0}
        in_failures && /^ *"invariant":/ {if (!seen[$3]++) by = by (by == "" ? "" : ",") $3}
        in_failures && /^ *"foundRun":/ {if (runs == 0 || $3 < runs) runs = $3}
        in_failures && /^ *"foundMs":/ {if (ms == "" || $3 < ms) ms = $3}
        /^ *"tookMs":/ && took == "" {took = $3}
        /^ *"schedules":/ && !in_failures {made += $3}
        END {
            if (by == "") print name, (status == 0 || made > 0 ? "-" : "?"), 0, "-", made
            else print name, (runs ? runs : 1), (ms == "" ? 0 : ms), by, made
        }' "$out/result.json" 2>/dev/null || echo "$name ? 0 - 0"
}

if [ "${1:-}" = one ]; then
    flaw=$2 scenario=$3 dir=$4
    search="explore --reset --until-fail --schedules $RUNS --budget ${SECONDS_EACH}s"
    mkdir -p "$dir/$flaw"
    {
        # shellcheck disable=SC2086
        {
            method "$flaw" "$scenario" canonical "$dir" run --reset
            method "$flaw" "$scenario" faults "$dir" $search --delays 0 --faults 1 --kills 0
            method "$flaw" "$scenario" delays "$dir" $search --delays 2 --faults 0 --kills 0
            method "$flaw" "$scenario" delays-faults "$dir" $search --delays 2 --faults 1 --kills 0
            method "$flaw" "$scenario" kills "$dir" $search --delays 0 --faults 0 --kills 1
            method "$flaw" "$scenario" random "$dir" $search --random --faults 1 --kills 1
            method "$flaw" "$scenario" load "$dir" load --until-fail --runs "$RUNS" --budget "${SECONDS_EACH}s"
        }
    } >"$dir/$flaw.rows"
    exit 0
fi

if [ $# -gt 0 ]; then
    for flaw in "$@"; do grep "^$flaw " tests/e2e/flaws.txt || { echo "kill-matrix: no flaw $flaw in tests/e2e/flaws.txt" >&2; exit 2; }; done
else
    cat tests/e2e/flaws.txt
fi | grep -v '^#' >"$SCRATCH/flaws"
mkdir "$SCRATCH/rows"
awk -v dir="$SCRATCH/rows" '{print "one", $1, $2, dir}' "$SCRATCH/flaws" | xargs -P 2 -L 1 "$0"

# ---- the page ----

cat <<PAGE
# Which method finds which flaw

Made by \`make kill-matrix\` (tests/kill-matrix.sh); not edited by hand. Each flaw of \`chartproof list flaws\` has one scenario,
that of tests/e2e/flaws.txt. The **canonical** run makes the schedule which that scenario names: it was written to show the flaw, so it
says that the judges are awake, and nothing about searching. The others get the scenario's actors and its chart, not its schedule, and
find what they find:

| method | what it is |
| --- | --- |
| canonical | \`run --reset\`: one run |
| faults | \`explore --delays 0 --faults 1 --kills 0\`: single faults |
| delays | \`explore --delays 2 --faults 0 --kills 0\` |
| delays, faults | \`explore --delays 2 --faults 1 --kills 0\` |
| kills | \`explore --delays 0 --faults 0 --kills 1\` |
| random | \`explore --random --faults 1 --kills 1\`, seed 1 |
| load | \`load\`, seed 1: everybody at once, random faults ([load](load.md)) |

The same for all but the canonical run: at most $RUNS runs and ${SECONDS_EACH} s; searches with \`--reset\`, load with a fresh engine for each run. A
fault is one of those that the scenario's \`explore\` names, else of those that \`explore\` takes unless said. A cell has the number of
runs up to the first FAIL. *-* is not found within that; *all* behind it: the search was complete before, so
that bound alone does not show the flaw. *(other)*: the first run that FAILs does so by other invariants than the one the flaw is for.

PAGE
invariant_of() { "$BIN/strawman" --list-flaws | awk -F'\t' -v flaw="$1" '$1 == flaw {print $2}'; }
methods="canonical faults delays delays-faults kills random load"
echo "| flaw | invariant | scenario | canonical | faults | delays | delays, faults | kills | random | load |"
echo "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"
: >"$SCRATCH/found"
while read -r flaw scenario; do
    invariant=$(invariant_of "$flaw")
    line="| $flaw | $invariant | $scenario |"
    for name in $methods; do
        row=$(grep "^$name " "$SCRATCH/rows/$flaw.rows")
        # shellcheck disable=SC2086
        set -- $row
        cell=$2
        case ",$4," in
            ,-,) grep -q '"complete": true' "$SCRATCH/rows/$flaw/$name/result.json" 2>/dev/null && [ "$name" != canonical ] && cell="- all" ;;
            *",$invariant,"*) ;;
            *) cell="$cell (other)" ;;
        esac
        echo "$name $2 $3 $4 $invariant" >>"$SCRATCH/found"
        line="$line $cell |"
    done
    echo "$line"
done <"$SCRATCH/flaws"

cat <<PAGE

## Together

| method | flaws found, of $(wc -l <"$SCRATCH/flaws") | by their own invariant in that run | median runs to the first FAIL, where found | median time to it, ms |
| --- | --- | --- | --- | --- |
PAGE
median() { sort -n | awk '{at[NR] = $1} END {print NR ? at[int((NR + 1) / 2)] : "-"}'; }
for name in $methods; do
    grep "^$name [0-9]" "$SCRATCH/found" >"$SCRATCH/those"
    ms=$(awk '{print $3}' "$SCRATCH/those" | median)
    [ "$name" = canonical ] && ms=-
    echo "| $(echo "$name" | sed 's/-/, /') | $(wc -l <"$SCRATCH/those") | $(awk 'index("," $4 ",", "," $5 ",")' "$SCRATCH/those" | wc -l) | $(awk '{print $2}' "$SCRATCH/those" | median) | $ms |"
done
cat <<'PAGE'

Times include the start of the program and its engines, on whatever machine made the page; only compare them with one another. A
canonical run's time is not measured.
PAGE
