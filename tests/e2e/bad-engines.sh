#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Engines that do one thing badly (fixtures/bad/engines/bad.py): each ends in the status it must, with what was seen, and
# nothing of it runs afterwards. Several wait for the harness's own patience, so they run side by side.
# shellcheck source=tests/lib.sh
. tests/lib.sh

bad=$PWD/fixtures/bad/engines

# one NAME FOLDER: a run against bad.py NAME; its status goes to a file for the checks below.
if [ "${1:-}" = one ]; then
    out=$3/$2
    LEFT=$(basename "$3")
    export LEFT
    wrong=$(grep "^$2|" "$3/pointers" | cut -d'|' -f3)
    sed "${wrong:-s~\"nothing\"~\"$2\"~}; s~[$]{here}~$bad~" "$bad/bad.json" >"$out.json"
    "$BIN/chartproof" run --engine "$out.json" --out "$out" "$bad/create.json" >"$out.log" 2>&1 </dev/null
    echo $? >"$out.status"
    exit 0
fi
command -v python3 >/dev/null || { skip "python3 is not installed"; finish; }

ended() { # NAME STATUS TEXT
    [ "$(cat "$SCRATCH/$1.status")" -eq "$2" ] && grep -qF -- "$3" "$SCRATCH/$1.log" && return 0
    echo "status $(cat "$SCRATCH/$1.status"), want $2 and \"$3\" in:"
    tail -n 20 "$SCRATCH/$1.log"
    return 1
}
LEFT=$(basename "$SCRATCH") # in the name of what is left behind, so that it is ours
export LEFT
nothing_runs() { ! grep -lsaE "left-behind-$LEFT" /proc/[0-9]*/cmdline && ! grep -lsaE "$SCRATCH|LEFT=$LEFT" /proc/[0-9]*/environ; }

# NAME STATUS TEXT. Talking much and starting a daemon are no harm by themselves, if all of it can be ended;
# with a process of its own a run has none before it (tests/e2e/running.sh has an engine that runs on).
cat >"$SCRATCH/rows" <<'ROWS'
nothing 0 -
prints-megabytes 0 -
leaves-a-daemon 0 -
leaves-a-nameless-daemon 0 -
talks-of-an-earlier-run 0 -
dies-at-start 3 ended by itself (exit status 3): no such database
dies-once-ready 3 ended by itself (exit status 8): lost the lease
dies-on-submit 3 ended by itself (exit status 4): cannot open the queue
dies-at-work 3 ended by itself (exit status 5): division by zero at work
dies-in-a-request 3 ended by itself (exit status 6): out of memory in a request
leaves-a-daemon-and-dies 3 leaving 1 processes behind, ended now): gone to the background
prints-megabytes-first 3 its URL never appeared on stdout
prints-megabytes-and-dies 3 |the last straw
never-settles 3 the engine says runnable 1, waiting 0
settled-says-nonsense 3 settled: expected numbers at /runnable and /waiting
answers-no-json 3 settled: line 1, column 1: expected a value, got '<'
answers-no-http 3 no "answer"
answers-without-end 3 the reply is larger than
hangs-on-submit 3 left 1 submits unanswered
hangs-on-a-question 3 no answer within
floods 1 settles
floods-nameless 1 settles
floods-with-writes 1 settles
lies-about-rest 1 truthful-state
writes-to-a-wrong-port 1 truthful-state
rests-before-it-writes 1 no-loss
accepts-and-forgets 1 no-loss
leaves-many-daemons 0 -
closes-its-door 3 engine: GET /settled: Failed to connect
is-out-of-order 1 expect
dies-after-its-work 3 ended by itself (exit status 10): nothing more to do
ROWS
# The same of adapters: NAME|STATUS|what is wrong in bad.json|TEXT. The engine is right, but nobody can know.
cat >"$SCRATCH/pointers" <<'ROWS'
no-reference|1|s~"reference": "/reference"~"reference": "/nothing"~|truthful-state
no-version|1|s~"versionId": "/version"~"versionId": "/nothing"~|truthful-state
no-id|3|s~"id": "/job"~"id": "/nothing"~|engine: submit result: there is nothing at "/nothing"
no-such-state|1|s~"done": "committed",~~|no-loss
another-state|1|s~"state": "/status"~"state": "/job"~|no-loss
another-status|1|s~\[202\]~[200]~|expect
no-runnable|3|s~"settled": {~&"runnable": "/nothing",~|settled: expected numbers at /nothing and /waiting
never-due|3|s~"settled": {~&"dueInMs": "/runnable",~|not settled after 20 s: the engine says runnable 0, waiting 0
no-reviews|3|s~"capabilities"~"reviews": {"url": "${engine}/jobs", "records": "/nothing"}, &~|engine: GET /jobs: status 404
no-records|3|s~"capabilities"~"audit": {"url": "${engine}/settled", "records": "/nothing"}, &~|there is no array at "/nothing"
no-fields|1|s~"capabilities"~"audit": {"url": "${engine}/settled", "fields": {"key": "/nothing"}}, &~|audit-complete
no-counter|3|s~"capabilities"~"metrics": {"url": "${engine}/settled", "accepted": "nothing"}, &~|metrics-true
ROWS
sed 's/|/ /; s/|[^|]*|/ /' "$SCRATCH/pointers" >"$SCRATCH/pointer-rows"
cat "$SCRATCH/rows" "$SCRATCH/pointer-rows" >"$SCRATCH/all"
cut -d' ' -f1 "$SCRATCH/all" | xargs -P 8 -I NAME "$0" one NAME "$SCRATCH"
while read -r name status text; do
    [ "$status" -ne 0 ] || text="PASS  bad"
    [ "$status" -ne 1 ] || text="FAIL     $text"
    case $text in metrics-true) text="UNKNOWN  $text" ;; esac
    check "$name ends with status $status, $text" ended "$name" "$status" "$text"
done <"$SCRATCH/all"
check "nothing of them runs" nothing_runs
check "every name in bad.py has its row" sh -c 'grep -o "WRONG == \"[a-z-]*\"" "$1" | cut -d\" -f2 | sort -u |
    while read -r name; do grep -q "^$name " "$2" || { echo "$name"; exit 1; }; done' sh "$bad/bad.py" "$SCRATCH/rows"

# Killed itself, the harness leaves nothing either: neither what is in the engine's group nor what is outside.
sed "s~\"nothing\"~\"leaves-a-daemon\"~; s~[$]{here}~$bad~; s~\"readyMs\"~\"ready\": \"\${engine}/never\", &~" "$bad/bad.json" >"$SCRATCH/killed.json"
"$BIN/chartproof" run --engine "$SCRATCH/killed.json" --out "$SCRATCH/killed" "$bad/create.json" >"$SCRATCH/killed.log" 2>&1 </dev/null &
harness=$!
daemon_runs() { grep -qsa "^tail[^/]*/.*left-behind-$LEFT" /proc/[0-9]*/cmdline; } # not the shell that starts it, which is gone soon
until daemon_runs || ! kill -0 "$harness" 2>/dev/null; do :; done
check "the daemon runs" daemon_runs
kill -KILL "$harness"
wait "$harness" 2>/dev/null
gone() { i=0; while ! nothing_runs >/dev/null; do i=$((i + 1)); [ "$i" -lt 2000 ] || { nothing_runs; return 1; }; done; }
check "killed, the harness leaves nothing" gone
finish
