#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# usage: run.sh BIN OUT. The figures of docs/benchmarks.md, each beside its baseline in the same run. Medians of five.
set -eu

bin=$1 out=$2
scratch=$(mktemp -d)
pids=''
trap 'for p in $pids; do kill "$p" 2>/dev/null || true; done; rm -rf "$scratch"' EXIT
./setup.sh develop

median() { sort -n | awk '{v[NR] = $1} END {print v[int((NR + 1) / 2)]}'; }
ratio() { awk -v a="$1" -v b="$2" 'BEGIN {printf "%.2f", a / b}'; }
# Waits for the first line of a program started in the background, not for a time.
url_of() { while ! [ -s "$1" ]; do :; done; grep -oE 'http://[^ ,]+' "$1" | head -n 1; }

# 1. GET of a 2 KB resource, wrk with 32 connections, against libmicrohttpd alone sending the same bytes.
note=$(head -c 1700 /dev/zero | tr '\0' 'x')
printf '{"resourceType":"Patient","id":"bench","meta":{"versionId":"1","lastUpdated":"2026-01-01T00:00:00.000Z"},"text":{"status":"generated","div":"<div xmlns=\\"http://www.w3.org/1999/xhtml\\">%s</div>"},"active":true}' "$note" >"$scratch/patient.json"
"$bin/fhirsim" --listen 127.0.0.1:0 --load "$scratch/patient.json" >"$scratch/sim.out" & pids="$pids $!"
url=$(url_of "$scratch/sim.out")/Patient/bench
curl -s "$url" >"$scratch/sent.json"
"$out/bench/bare" "$scratch/sent.json" >"$scratch/bare.out" & pids="$pids $!"
bare=$(url_of "$scratch/bare.out")
rate() { wrk -t1 -c32 -d3s "$1" | awk '/Requests\/sec/ {print $2}'; }
: >"$scratch/a"; : >"$scratch/b"
for _ in 1 2 3 4 5; do rate "$url" >>"$scratch/a"; rate "$bare" >>"$scratch/b"; done
a=$(median <"$scratch/a") b=$(median <"$scratch/b")
echo "GET of $(wc -c <"$scratch/sent.json") bytes: fhirsim $a/s, bare libmicrohttpd $b/s, ratio $(ratio "$a" "$b") (want 0.85)"

# 1b. Validated writes of 2 KB, beside libmicrohttpd alone taking and sending the same bytes. The store holds 1 GiB, so each
# turn has a server of its own. PUT says If-Match: *, since one client cannot know the version while 31 others write.
sed 's/^{/{"identifier":[{"system":"urn:x","value":"1"}],/' "$scratch/patient.json" >"$scratch/body.json"
write_rate() { # METHOD URL HEADER
    printf 'wrk.method = "%s"\nwrk.headers["Content-Type"] = "application/fhir+json"\n%s\nlocal f = io.open("%s")\nwrk.body = f:read("*a")\n' \
        "$1" "$3" "$scratch/body.json" >"$scratch/write.lua"
    wrk -t1 -c32 -d3s -s "$scratch/write.lua" "$2" | awk '/Requests\/sec/ {r = $2} /Non-2xx/ {bad = 1} END {print bad ? "0 (refused)" : r}'
}
fresh() { # VARIABLE: a server of its own
    : >"$scratch/fresh.out"
    "$bin/fhirsim" --listen 127.0.0.1:0 --load "$scratch/patient.json" >"$scratch/fresh.out" & fresh=$!
    fresh_url=$(url_of "$scratch/fresh.out")
}
: >"$scratch/a"; : >"$scratch/b"; : >"$scratch/c"
for _ in 1 2 3 4 5; do
    fresh; write_rate POST "$fresh_url/Patient" '' >>"$scratch/a"; kill $fresh
    fresh; write_rate PUT "$fresh_url/Patient/bench" 'wrk.headers["If-Match"] = "*"' >>"$scratch/b"; kill $fresh
    write_rate POST "$bare" '' >>"$scratch/c"
done
a=$(median <"$scratch/a") b=$(median <"$scratch/b") c=$(median <"$scratch/c")
echo "POST, validated: $a/s, bare libmicrohttpd $c/s, ratio $(ratio "$a" "$c") (want 0.40)"
echo "PUT with If-Match, validated: $b/s, ratio $(ratio "$b" "$c") (want 0.40)"

# 1c. One of many held exchanges is released, to the answer: one of 9,999 beside one of 10, in turn on one server.
"$bin/fhirsim" --listen 127.0.0.1:0 >"$scratch/held.out" & pids="$pids $!"
held=$(url_of "$scratch/held.out")
release() { # COUNT: microseconds
    curl -s -X POST "${held%/fhir}/_control/reset" >/dev/null
    curl -s -X PUT -d '[{"match":{"interaction":"read"}}]' "${held%/fhir}/_control/holds"
    "$out/bench/held" "$held" "$1" 500
}
: >"$scratch/a"; : >"$scratch/b"
for _ in 1 2 3 4 5; do release 9999 >>"$scratch/a"; release 10 >>"$scratch/b"; done
a=$(median <"$scratch/a") b=$(median <"$scratch/b")
echo "release of one of 9,999 held: $a us, of one of 10: $b us, ratio $(ratio "$a" "$b")"
# 1d. What versions, charts and fresh stores cost, without HTTP.
for part in versions load begin; do "$out/bench/store" $part; done

# 2. make certify after the build.
from=$(date +%s%N)
"$bin/chartproof" run --out "$scratch/report" scenarios/ >"$scratch/certify.log" 2>&1 || true
to=$(date +%s%N)
echo "certify: $(( (to - from) / 1000000 )) ms (want under 20000); $(tail -n 1 "$scratch/certify.log")"

# 3. Conducted schedules a second, each with all evidence fetched and judged; beside it the bare start of the process.
scenario=tests/bench/two-intents.json
schedules() { # N ARG...: schedules per second
    n=$1; shift
    paths=''; i=0
    while [ $i -lt "$n" ]; do paths="$paths $scenario"; i=$((i + 1)); done
    from=$(date +%s%N)
    # shellcheck disable=SC2086
    "$bin/chartproof" run --out "$scratch/report" "$@" $paths >/dev/null 2>&1 || echo "run failed" >&2
    to=$(date +%s%N)
    awk -v n="$n" -v t=$((to - from)) 'BEGIN {printf "%.1f\n", n * 1e9 / t}'
}
starts() { "$out/bench/starts" 100 "$bin/writebackd" --fhir http://127.0.0.1:9/fhir --listen 127.0.0.1:0 --data DIR --token test --test-hooks; }
: >"$scratch/a"; : >"$scratch/b"; : >"$scratch/c"
for _ in 1 2 3 4 5; do
    schedules 200 >>"$scratch/a"
    starts >>"$scratch/b"
    schedules 600 --reset >>"$scratch/c"
done
a=$(median <"$scratch/a") b=$(median <"$scratch/b") c=$(median <"$scratch/c")
echo "schedules with a fresh process: $a/s (want 40), bare process start $b/s, ratio $(ratio "$a" "$b")"
echo "schedules with reset: $c/s (want 150), ratio to a fresh process $(ratio "$c" "$a")"

# 3b. A schedule with a reply that is lost, conducted and judged again and again: two jobs, each with a simulator and an engine of
# its own; beside it a request that is suspended and resumed by the libraries alone. Then what one schedule takes of the processor.
lost=tests/bench/lost-reply.json
for engine in strawman writebackd; do
    : >"$scratch/a"; : >"$scratch/b"; : >"$scratch/c"
    for _ in 1 2 3 4 5; do
        CHARTPROOF_BIN=$bin "$out/bench/schedules" 300 $engine $lost >"$scratch/one" & pids="$pids $!"; one=$!
        CHARTPROOF_BIN=$bin "$out/bench/schedules" 300 $engine $lost >"$scratch/two"
        wait $one
        cat "$scratch/one" "$scratch/two" | awk '{s += $1} END {print s}' >>"$scratch/a"
        cat "$scratch/one" "$scratch/two" | awk '{s += $2 + $3} END {print s / NR}' >>"$scratch/b"
        "$out/bench/loop" 3000 >>"$scratch/c"
    done
    a=$(median <"$scratch/a") b=$(median <"$scratch/b") c=$(median <"$scratch/c")
    echo "schedules with a lost reply, $engine, two jobs: $a/s (want $([ $engine = strawman ] && echo 1000 || echo 500)), ${b} us of the processor each; suspend and resume alone $c/s, ratio $(ratio "$a" "$c")"
done

# 3c. Judging, from memory, and what conducting leaves behind: harness and engine must stay as they are.
"$out/bench/judges"
for engine in writebackd strawman; do
    CHARTPROOF_BIN=$bin "$out/bench/growth" 5000 $engine $lost >"$scratch/growth" || echo "$engine: it grows"
    echo "5,000 schedules, $engine: $(sed -n '1s/^[^:]*: //p' "$scratch/growth"); at the end: $(sed -n '$s/^[^:]*: //p' "$scratch/growth")"
done

# 3d. Every schedule of two writers and a foreign edit, delays 2, one fault or one kill. Faults that need a time-out are dear: delay 0.
bounded() { # ARG...: seconds, and what was covered, with and without reduction
    from=$(date +%s%N)
    "$bin/chartproof" explore --reset --jobs 2 --out "$scratch/explored" "$@" $lost >"$scratch/explore.log" 2>&1 || true
    to=$(date +%s%N)
    echo "two writers and a foreign edit, $*: $(( (to - from) / 1000000 )) ms, $(tail -n 1 "$scratch/explore.log" | cut -d ' ' -f 1); $(grep -oE '(complete|sampled) .*' "$scratch/explore.log" | head -n 1)"
}
echo 'exploring (want under 60000 ms, all of these together):'
bounded --delays 2 --faults 1 --kills 0
bounded --delays 2 --faults 0 --kills 1
bounded --delays 0 --faults 1 --kills 0 --kinds hang-after,late-commit

# 4. Search by identifier in 1,000,000 resources and in 1,000, against libmicrohttpd alone sending the same bytes.
patients() { # N DIR: N patients in files that --load takes
    mkdir "$2"
    awk -v n="$1" -v dir="$2" 'BEGIN {
        for (i = 0; i < n; i++) {
            file = sprintf("%s/%02d.json", dir, i / 100000)
            printf "%s{\"resourceType\":\"Patient\",\"id\":\"p%d\",\"identifier\":[{\"system\":\"urn:x\",\"value\":\"%d\"}]}", \
                i % 100000 ? "," : "[", i, i >file
            if (i % 100000 == 99999 || i == n - 1) { print "]" >file; close(file) }
        }
    }'
}
patients 1000 "$scratch/few"
patients 1000000 "$scratch/many"
"$bin/fhirsim" --listen 127.0.0.1:0 --load "$scratch/few" >"$scratch/few.out" & pids="$pids $!"
"$bin/fhirsim" --listen 127.0.0.1:0 --load "$scratch/many" >"$scratch/many.out" & pids="$pids $!"
few="$(url_of "$scratch/few.out")/Patient?identifier=urn:x%7C777"
many="$(url_of "$scratch/many.out")/Patient?identifier=urn:x%7C777"
curl -s "$many" >"$scratch/found.json"
"$out/bench/bare" "$scratch/found.json" >"$scratch/found.out" & pids="$pids $!"
bare=$(url_of "$scratch/found.out")
: >"$scratch/a"; : >"$scratch/b"; : >"$scratch/c"
for _ in 1 2 3 4 5; do rate "$many" >>"$scratch/a"; rate "$few" >>"$scratch/b"; rate "$bare" >>"$scratch/c"; done
a=$(median <"$scratch/a") b=$(median <"$scratch/b") c=$(median <"$scratch/c")
echo "search by identifier in 1,000,000: $a/s, ratio to bare libmicrohttpd $(ratio "$a" "$c") (want 0.60), to 1,000 resources $(ratio "$a" "$b") (want 0.95)"
