#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Searches of writebackd that do not end by themselves: interrupts, a full disk, a dying worker, a killed chartproof; what
# goes on from there ends as if nothing had been. And parts of a search, time-outs, an engine that is fresh for every run.
. tests/lib.sh

command -v python3 >/dev/null || { skip "python3 is not installed"; finish; }
scenario=tests/bench/three-apart.json
report=$SCRATCH/report
shm=/dev/shm
[ -w $shm ] || shm=/tmp

# search FOLDER ARG...: in the foreground, its status in $status
search() {
    folder=$1
    shift
    "$BIN/chartproof" explore --out "$folder" "$@" >"$SCRATCH/out" 2>"$SCRATCH/err" </dev/null
    status=$?
}

valid() { python3 tests/e2e/valid.py docs/schema/result.schema.json "$1/result.json"; }

# What a search came to: everything but how long it took, and which run was first.
sum() {
    python3 - "$1/result.json" <<'PY'
import json, sys
result = json.load(open(sys.argv[1]))
for each in result["scenarios"]:
    print(each["scenario"], each["verdict"], each["schedules"], each["coverage"])
    print([(one["name"], one["verdict"], one["judged"]) for one in each["invariants"]])
for each in sorted((one["invariant"], one["proof"]) for one in result["failures"]):
    print(each)
PY
}
same() { # FOLDER FOLDER: both came to the same
    sum "$1" >"$SCRATCH/first" && sum "$2" >"$SCRATCH/second" && diff "$SCRATCH/first" "$SCRATCH/second"
}

# begin ARG...: in the background, until the first attempts are in the file that grows for --resume
begin() {
    rm -rf "$report"
    "$BIN/chartproof" explore --out "$report" "$@" >"$SCRATCH/out" 2>"$SCRATCH/err" </dev/null &
    pid=$!
    until grep -qs '^job' "$report"/.explore.resume.*; do kill -0 $pid || return 1; done
}

# goes_on ARG...: the report is valid, and --resume from there ends like $SCRATCH/whole
goes_on() {
    valid "$report" && grep -q '"verdict": "UNKNOWN"' "$report/result.json" && grep -q '"complete": false' "$report/result.json" &&
        [ -f "$report/explore.resume" ] || { ls -A "$report"; cat "$SCRATCH/err"; return 1; }
    search "$SCRATCH/on" --resume "$report" "$@"
    [ $status -eq 0 ] && valid "$SCRATCH/on" && same "$SCRATCH/whole" "$SCRATCH/on"
}

# Large enough that none of these has ended by itself before it is disturbed, however starved this script is.
bounds="--engine writebackd --reset --delays 2 --faults 2 --kills 0 --kinds reset-after"
# shellcheck disable=SC2086
whole() { search "$SCRATCH/whole" $bounds $scenario && [ $status -eq 0 ] && valid "$SCRATCH/whole"; }
check "a search that nobody disturbs" whole

interrupted() { # SIGNAL: `env` undoes that a shell's background jobs ignore INT
    rm -rf "$report"
    # shellcheck disable=SC2086
    python3 -c 'import os, signal, sys; signal.signal(signal.SIGINT, signal.SIG_DFL); os.execv(sys.argv[1], sys.argv[1:])' \
        "$BIN/chartproof" explore --out "$report" $bounds $scenario >"$SCRATCH/out" 2>"$SCRATCH/err" </dev/null &
    pid=$!
    until grep -qs '^job' "$report"/.explore.resume.*; do kill -0 $pid || return 1; done
    kill "-$1" $pid
    wait $pid
    # shellcheck disable=SC2086
    [ $? -eq 3 ] && goes_on $bounds $scenario
}
check "Ctrl-C leaves a valid report, and the search goes on to the same end" interrupted INT
check "and so does TERM" interrupted TERM

# A disk of 544 KB, of which the report's room takes most, and an interrupt once it is full. The disk is there for these
# processes alone.
full() {
    mkdir -p "$SCRATCH/disk"
    rm -rf "$report"
    # shellcheck disable=SC2016,SC2086
    unshare -rm sh -c 'mount -t tmpfs -o size=544k none "$1" || exit 99; disk=$1; out=$2; err=$3; shift 3
        "$@" --out "$disk/report" 2>"$err" & pid=$!
        until grep -q "attempts from here on are not kept" "$err"; do kill -0 $pid || exit 98; done
        kill -TERM $pid; wait $pid; status=$?; cp -r "$disk/report" "$out"; exit $status' \
        sh "$SCRATCH/disk" "$report" "$SCRATCH/err" "$BIN/chartproof" explore $bounds $scenario >"$SCRATCH/out"
    status=$?
    # shellcheck disable=SC2086
    [ $status -eq 3 ] && goes_on $bounds $scenario && return 0
    echo "status $status"
    cat "$SCRATCH/err"
    return 1
}
if unshare -rm mount -t tmpfs none /mnt 2>/dev/null; then
    check "a full disk leaves a valid report, and the search goes on from what was kept" full
else
    skip "no file system may be mounted here"
fi

bereaved() {
    # shellcheck disable=SC2086
    begin $bounds $scenario || return 1
    kill -9 "$(pgrep -P $pid | head -n 1)"
    wait $pid
    # shellcheck disable=SC2086
    [ $? -eq 3 ] && grep -q 'the worker was killed by signal 9' "$report/result.json" && goes_on $bounds $scenario
}
check "a worker that is killed leaves one schedule UNKNOWN, and --resume makes up for it" bereaved

# The folder of its engine's data is left where chartproof is killed with its workers; the next run clears it. A worker that is
# stopped does not change its engine while we look for it.
killed() {
    begin --engine writebackd --reset --delays 3 --kills 0 $scenario || return 1
    worker=$(pgrep -P $pid | head -n 1)
    data=
    until [ -n "$data" ]; do
        kill -STOP "$worker" || return 1
        until grep -q '^State:.T' "/proc/$worker/status"; do :; done
        for engine in $(pgrep -P "$worker"); do
            data=$(tr '\0' '\n' <"/proc/$engine/cmdline" | grep '/chartproof-data-' | head -n 1)
            [ -z "$data" ] || break
        done
        [ -n "$data" ] || kill -CONT "$worker"
    done
    data=${data%"${data#*/chartproof-data-??????}"}
    [ -d "$data" ] || { echo "nothing is at $data"; return 1; } # later any other chartproof may have cleared it
    kill -9 $pid "$worker"
    wait $pid
    while kill -0 "$worker" 2>/dev/null; do :; done
    ends 0 "$BIN/chartproof" run --out "$report" scenarios/patch/clean.json && ! [ -e "$data" ] || { ls -ld "$data"; return 1; }
    ! ls "$report"/.explore.* 2>/dev/null
}
check "what a killed chartproof left is cleared by the next run" killed

# Every schedule is in one part, but for the one without any deviation, which is in all.
count() { python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["scenarios"][0]["schedules"])' "$1/result.json"; }
parts() { # ENGINE
    set -- --engine "$1" --reset --delays 1 --faults 1 --kills 0 --kinds reset-after --no-reduction tests/bench/two-intents.json
    search "$SCRATCH/all" "$@"
    sum "$SCRATCH/all" | tail -n +3 | sort >"$SCRATCH/all.found"
    ran=0
    : >"$SCRATCH/parts"
    for part in 1 2 3; do
        search "$SCRATCH/part" --shard $part/3 "$@"
        valid "$SCRATCH/part" || return 1
        ran=$((ran + $(count "$SCRATCH/part")))
        sum "$SCRATCH/part" | tail -n +3 >>"$SCRATCH/parts"
    done
    sort -u "$SCRATCH/parts" >"$SCRATCH/parts.found"
    all=$(count "$SCRATCH/all")
    [ $ran -eq $((all + 2)) ] || { echo "$ran schedules in parts, $all in all"; return 1; }
    diff "$SCRATCH/all.found" "$SCRATCH/parts.found"
}
check "parts of a search are the whole: writebackd" parts writebackd
check "parts of a search are the whole: findings" parts strawman:swallow-conflict

complete() { # ARG...
    search "$report" "$@" $scenario
    [ $status -eq 0 ] && valid "$report" && grep -q '"complete": true' "$report/result.json" || { tail -n 20 "$SCRATCH/out" "$SCRATCH/err"; return 1; }
}
check "clients that are let run into their time-out" complete --engine writebackd --reset --delays 0 --faults 1 --kills 0 --kinds hang-after,late-commit

fresh() {
    set -- --engine writebackd --delays 1 --faults 1 --kills 0 --kinds reset-after
    search "$SCRATCH/reset" --reset "$@" $scenario
    complete "$@" && same "$SCRATCH/reset" "$report"
}
check "a fresh engine for every run comes to the same as one for all" fresh
finish
