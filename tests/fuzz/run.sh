#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# usage: run.sh FOLDER SECONDS. Runs every fuzz target for that long on a copy of its seed corpus and says how many
# executions it made. A crash leaves its input in the folder, and ends with status 1.
set -eu

folder=$1 seconds=$2 failed=0
for target in "$folder"/fuzz_*; do
    [ -x "$target" ] || continue
    name=$(basename "$target")
    corpus=$folder/corpus-$name
    mkdir -p "$corpus"
    if "$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=4096 -print_final_stats=1 \
        -artifact_prefix="$folder/crash-$name-" "$corpus" "tests/fuzz/corpus/${name#fuzz_}" >"$folder/$name.log" 2>&1; then
        echo "$name: $(sed -n 's/^stat::number_of_executed_units: *//p' "$folder/$name.log") executions in $seconds s, clean"
    else
        echo "$name: FAILED, see $folder/$name.log"
        failed=1
    fi
done
exit $failed
