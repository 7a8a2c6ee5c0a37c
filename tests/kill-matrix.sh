#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# kill-matrix.sh [FLAW...]: how soon each method finds each flaw of the strawman, as docs/kill-matrix.md (standard output).
#
# Every flaw has one scenario, that of tests/e2e/flaws.txt. The canonical run makes the schedule which that scenario names;
# all the others have its actors and its chart alone, at most RUNS runs (default 200) and at most SECONDS_EACH seconds (default
# 5). A search ends with its first FAIL. One thing is measured at a time, as load takes all cores; AT_A_TIME says otherwise.
# With KEEP=DIR what was measured is kept there and not measured again, so that it can be interrupted.
. tests/lib.sh
RUNS=${RUNS:-200} SECONDS_EACH=${SECONDS_EACH:-5}
AT_A_TIME=${AT_A_TIME:-1}
export RUNS SECONDS_EACH

# method FLAW SCENARIO NAME COMMAND ARG...: "runs ms invariants" of its first FAIL; "-" not found; "?" it could not say
method() {
    flaw=$1 scenario=$2 name=$3 out=$4/$1/$3
    shift 4
    "$BIN/chartproof" "$@" ${SERVER:+--personality "$SERVER"} --engine "strawman:$flaw" --out "$out" "scenarios/$scenario.json" >"$out.log" 2>&1
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
    flaw=$2 scenario=$3 dir=$4 SERVER=${5:-}
    [ ! -e "$dir/$flaw.rows" ] || exit 0
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
            method "$flaw" "$scenario" search "$dir" $search
            method "$flaw" "$scenario" random "$dir" $search --random --faults 1 --kills 1
            method "$flaw" "$scenario" load "$dir" load --jobs "$(nproc)" --until-fail --runs "$RUNS" --budget "${SECONDS_EACH}s"
        }
    } >"$dir/$flaw.part"
    mv "$dir/$flaw.part" "$dir/$flaw.rows"
    exit 0
fi

if [ $# -gt 0 ]; then
    for flaw in "$@"; do grep "^$flaw " tests/e2e/flaws.txt || { echo "kill-matrix: no flaw $flaw in tests/e2e/flaws.txt" >&2; exit 2; }; done
else
    cat tests/e2e/flaws.txt
fi | grep -v '^#' >"$SCRATCH/flaws"
ROWS=${KEEP:-$SCRATCH/rows}
mkdir -p "$ROWS"
awk -v dir="$ROWS" '{print "one", $1, $2, dir ($3 == "" ? "" : " " $3)}' "$SCRATCH/flaws" | xargs -P "$AT_A_TIME" -L 1 "$0"

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
| search | \`explore\` as it comes: the scenario's bounds, else two delays, a fault and a kill |
| load | \`load\`, seed 1, on all cores: everybody at once, random faults ([load](load.md)) |

The same for all but the canonical run: at most $RUNS runs and ${SECONDS_EACH} s; searches with \`--reset\` and on one core, load with a fresh engine for
each run. A fault is one of those that the scenario's \`explore\` names, else of those that \`explore\` takes unless said. A cell has the number of
runs up to the first FAIL. *-* is not found within that; *all* behind it: the search was complete before, so
that bound alone does not show the flaw. *(other)*: the first run that FAILs does so by other invariants than the one the flaw is for.

PAGE
invariant_of() { "$BIN/strawman" --list-flaws | awk -F'\t' -v flaw="$1" '$1 == flaw {print $2}'; }
methods="canonical faults delays delays-faults kills random search load"
echo "| flaw | invariant | scenario | canonical | faults | delays | delays, faults | kills | random | search | load |"
echo "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"
group_of() { awk -v flaw="$1" '!/^#/ {for (i = 2; i <= NF; i++) if ($i == flaw) print $1}' tests/flaw-groups.txt; }
: >"$SCRATCH/found"
while read -r flaw scenario; do
    invariant=$(invariant_of "$flaw") group=$(group_of "$flaw")
    line="| $flaw | $invariant | $scenario |"
    for name in $methods; do
        row=$(grep "^$name " "$ROWS/$flaw.rows")
        # shellcheck disable=SC2086
        set -- $row
        cell=$2
        case ",$4," in
            ,-,) grep -q '"complete": true' "$ROWS/$flaw/$name/result.json" 2>/dev/null && [ "$name" != canonical ] && cell="- all" ;;
            *",$invariant,"*) ;;
            *) cell="$cell (other)" ;;
        esac
        echo "$name $2 $3 $4 $invariant $flaw ${group:-other}" >>"$SCRATCH/found"
        line="$line $cell |"
    done
    echo "$line"
done <"$SCRATCH/flaws"

# median NAME GROUPS COLUMN: over all flaws of these groups (all: every one); what is not found comes last, and as ">"
median() {
    awk -v name="$1" -v groups=" $2 " -v column="$3" -v most="$4" '$1 == name && (groups == " all " || index(groups, " " $7 " ")) {
        print ($2 == "-" || $2 == "?" ? "x" : 1), ($2 == "-" || $2 == "?" ? most : $column)}' "$SCRATCH/found" | sort -k1,1 -k2,2n |
        awk '{at[NR] = ($1 == "x" ? "> " : "") $2} END {print NR ? at[int((NR + 1) / 2)] : "-"}'
}
counted() { # NAME GROUPS: found, of how many
    awk -v name="$1" -v groups=" $2 " '$1 == name && (groups == " all " || index(groups, " " $7 " ")) {all++; found += $2 ~ /^[0-9]/}
        END {print found + 0 " of " all + 0}' "$SCRATCH/found"
}
longer() { # MS MS: how many times the second is the first
    echo "$1 $2" | awk '{from = $1 == ">" ? $2 : $1; to = $(NF); from_x = $1 == ">"; to_x = $(NF - 1) == ">"
        if (from + 0 == 0 || from_x) print "-"; else printf "%s%.1f\n", to_x ? "> " : "", to / from}'
}
ms_most=$((SECONDS_EACH * 1000))

cat <<PAGE

## Together

Over all $(wc -l <"$SCRATCH/flaws") flaws. A flaw that is not found counts as later than every one that is: *>* says that the median is such a one.

| method | flaws found | by their own invariant in that run | median runs to the first FAIL | median time to it, ms |
| --- | --- | --- | --- | --- |
PAGE
for name in $methods; do
    ms=$(median "$name" all 3 $ms_most)
    [ "$name" = canonical ] && ms=-
    own=$(awk -v name="$name" '$1 == name && $2 ~ /^[0-9]/ && index("," $4 ",", "," $5 ",")' "$SCRATCH/found" | wc -l)
    echo "| $(echo "$name" | sed 's/-/, /') | $(counted "$name" all) | $own | $(median "$name" all 2 "$RUNS") | $ms |"
done

cat <<PAGE

## Search and load

The same budget for both, so what counts is how soon each comes to its first FAIL. Groups are those of tests/flaw-groups.txt.

| flaws of | search: found | runs | ms | load: found | runs | ms | load takes so many times longer |
| --- | --- | --- | --- | --- | --- | --- | --- |
PAGE
against_load() { # TITLE GROUPS
    search_ms=$(median search "$2" 3 $ms_most) load_ms=$(median load "$2" 3 $ms_most)
    echo "| $1 | $(counted search "$2") | $(median search "$2" 2 "$RUNS") | $search_ms | $(counted load "$2") | $(median load "$2" 2 "$RUNS") | $load_ms | $(longer "$search_ms" "$load_ms") |"
}
awk '{print $7}' "$SCRATCH/found" | sort -u >"$SCRATCH/groups"
while read -r group; do against_load "$(echo "$group" | tr - ' ')" "$group"; done <"$SCRATCH/groups"
aimed="lost-update unknown-outcome crash"
against_load "**lost update, unknown outcome and crash**" "$aimed"
against_load "**all**" all

search_ms=$(median search all 3 $ms_most)
ratio=$(longer "$(median search "$aimed" 3 $ms_most)" "$(median load "$aimed" 3 $ms_most)")
is_less() { echo "$1 $2" | awk '{exit !($1 != ">" && $1 + 0 < $2)}'; } # A B: of two numbers, perhaps behind "> "
is_met() { if "$@"; then echo "met"; else echo "not met"; fi; }
is_ten() { ! echo "$1" | awk '{exit !($NF + 0 < 10)}'; }
finds_three() { for flaw in blind-put retry-post log-phi; do grep -qE "^load [0-9]+ .* $flaw " "$SCRATCH/found" || return 1; done; }
cat <<PAGE

What the project aims at, and what this page says of it:

| aim | measured | |
| --- | --- | --- |
| the median time of the search to the first FAIL, over all flaws, is under 1 s | $search_ms ms | $(is_met is_less "$search_ms" 1000) |
| over lost update, unknown outcome and crash it is at least 10 times shorter than that of load on all cores | $ratio times | $(is_met is_ten "$ratio") |
| load finds blind-put, retry-post and log-phi | $(grep -E "^load [0-9]+ .* (blind-put|retry-post|log-phi) " "$SCRATCH/found" | awk '{print $6 " in run " $2}' | paste -sd, | sed 's/,/, /g') | $(is_met finds_three) |

Times are from the start of the search or load to the FAIL, on whatever machine made the page and whatever else that did ($AT_A_TIME measured
at a time; at its end $(cut -d' ' -f1 /proc/loadavg) processes wanted one of $(nproc) cores); only compare them with one another. A
canonical run's time is not measured.
PAGE
