#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Ten thousand clients at once, idle, slow or held: others are served, any of them can be released, and none is lost.
# bash, because it opens connections by itself; this process and the simulator each need that many descriptors.
# shellcheck source=tests/lib.sh
. tests/lib.sh

crowd=10000
fds=()

has_descriptors() {
    ulimit -n "$(ulimit -Hn)" 2>/dev/null
    [ "$(ulimit -n)" = unlimited ] || [ "$(ulimit -n)" -ge $((crowd + 500)) ] && return 0
    echo "this machine allows a process $(ulimit -Hn) descriptors; expected $((crowd + 500)) or more"
    return 1
}

start() {
    coproc SIM { exec "$BIN/fhirsim" --listen 127.0.0.1:0; }
    # shellcheck disable=SC2153
    read -r line <&"${SIM[0]}"
    base=$(printf '%s' "$line" | grep -oE 'http://[^ ,]+' | head -n 1)
    control=${base%/fhir}/_control
    port=${base##*:} port=${port%/fhir}
    [ -n "$base" ]
}

# come N TEXT: N more connections, each of which sends TEXT; %d in it is its number.
come() {
    for ((i = 0; i < $1; i++)); do
        exec {fd}<>"/dev/tcp/127.0.0.1/$port" || return 1
        fds+=("$fd")
        [ -z "$2" ] || printf '%b' "${2//%d/$i}" >&"$fd" || return 1
    done
}

go() {
    for fd in "${fds[@]}"; do
        exec {fd}>&-
    done
    fds=()
}

status() { # WANT CURL-ARGS...
    want=$1
    shift
    got=$(curl -s -o "$SCRATCH/body" -w '%{http_code}' --max-time 20 "$@")
    [ "$got" = "$want" ] && return 0
    echo "status $got, want $want: $*"
    cat "$SCRATCH/body"
    return 1
}

# One byte more from every tenth, and an answer for somebody else in between.
drips() {
    for ((i = 0; i < ${#fds[@]}; i += 10)); do
        printf x >&"${fds[i]}" || return 1
    done
    status 200 "$base/metadata"
}

held() { # N: so many are held, asked until it is so
    for ((try = 0; try < 2000; try++)); do
        count=$(curl -s "$control/metrics" | sed -n 's/^fhirsim_held //p')
        [ "$count" = "$1" ] && return 0
    done
    echo "held $count, want $1"
    return 1
}

release() { # N: what come's Nth asked for
    n=$(curl -s "$control/held" | grep -oE '"n":[0-9]+[^}]*"target":"Patient/p'"$1"'"' | grep -oE '^"n":[0-9]+')
    status 204 -X POST "$control/held/${n#*:}/release"
}

answered() { # FD: its answer is there
    IFS= read -r -t 20 line <&"$1" && [ "${line%$'\r'}" = "HTTP/1.1 404 Not Found" ] && return 0
    echo "got '$line'"
    return 1
}

small() { # its memory is below so many MB; a sanitizer keeps several bytes of its own for each
    limit=$1
    case $CHARTPROOF_BIN in */asan/* | */tsan/*) limit=$(($1 * 5)) ;; esac
    kilobytes=$(sed -n 's/^VmRSS:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$SIM_PID/status")
    [ "$kilobytes" -lt $((limit * 1024)) ] && return 0
    echo "$kilobytes kB, want below $limit MB"
    return 1
}

check "descriptors for the crowd" has_descriptors
check "fhirsim starts" start
check "5,000 say nothing" come 5000 ''
check "5,000 begin a request" come 5000 'GET /fhir/Patient/ada HTTP/1.1\r\nX: '
check "another is answered" status 200 "$base/metadata"
check "and can write" status 201 -X PUT -H 'Content-Type: application/fhir+json' -d '{"resourceType":"Patient","id":"eve"}' "$base/Patient/eve"
check "bytes now and then change nothing" drips
check "connections that say little cost little" small 100
check "all of them can go" go
check "and it is still there" status 200 "$base/Patient/eve"

check "whoever reads is held" status 204 -X PUT -d '[{"match":{"interaction":"read"},"stop":"before"}]' "$control/holds"
check "10,000 read" come $crowd 'GET /fhir/Patient/p%d HTTP/1.1\r\nHost: x\r\n\r\n'
check "all are held" held $crowd
check "one too many is told so" status 503 "$base/Patient/eve"
check "who is not to be held is answered" status 200 "$base/metadata"
check "and can write" status 201 -X POST -H 'Content-Type: application/fhir+json' -d '{"resourceType":"Patient"}' "$base/Patient"
check "one in the middle is released" release 7000
check "has its answer" answered "${fds[7000]}"
check "the last is released" release 9999
check "has its answer" answered "${fds[9999]}"
check "the first is released" release 0
check "has its answer" answered "${fds[0]}"
check "nobody else" held $((crowd - 3))
check "held ones cost what a request costs" small 700
check "all of them can leave" go
check "who left stays held" held $((crowd - 3))
check "a reset forgets them" status 200 -X POST "$control/reset"
check "none is held" held 0
check "and it is still there" status 200 "$base/metadata"
kill "$SIM_PID"
wait "$SIM_PID" 2>/dev/null
finish
