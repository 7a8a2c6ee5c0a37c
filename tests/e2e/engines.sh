#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Engines with interfaces of their own, in other languages and of other designs than ours: each passes whatever it offers,
# and each goes wrong visibly once it is made wrong. And engines that misbehave: no hang, no PASS.
# shellcheck source=tests/lib.sh
. tests/lib.sh

CP=$BIN/chartproof
out=$SCRATCH/report
says() { # STATUS TEXT COMMAND...: and the text is in what it printed
    want=$1 text=$2
    shift 2
    ends "$want" "$@" || return 1
    grep -qF -- "$text" "$SCRATCH/out" "$SCRATCH/err" && return 0
    echo "no \"$text\" in:"
    tail -n 20 "$SCRATCH/out" "$SCRATCH/err"
    return 1
}
settled_by() { grep -qF "\"settledBy\": \"$1\"" "$out/result.json"; }

# A sample of every area that it offers; all of them take minutes, since nobody says when these engines are at rest.
sample() {
    case $1 in
    one-shot) echo scenarios/create/clean.json scenarios/create/reply-lost.json scenarios/create/killed-after.json \
        scenarios/create/stale.json scenarios/create/delivered-twice.json ;;
    *) echo scenarios/create/reply-lost.json scenarios/create/stale.json scenarios/update/duplicated-by-proxy.json \
        scenarios/update/killed-after.json scenarios/update/late-commit.json scenarios/patch/two-in-order.json \
        scenarios/patch/edited-after-lost-reply.json scenarios/patch/unavailable-for-long.json \
        scenarios/delete/concurrent.json scenarios/integration/two-clinicians-one-list.json ;;
    esac
}
# Is what a file says of another engine made wrong: the line that keeps it right, and what it becomes.
wrong() { # ENGINE FILE OLD NEW: a copy of the adapter that starts a copy of the engine with OLD replaced
    mkdir -p "$SCRATCH/$1/adapters" "$SCRATCH/$1/engines"
    cp "examples/adapters/$1.json" "$SCRATCH/$1/adapters/"
    sed "s~$3~$4~" "examples/engines/$2" >"$SCRATCH/$1/engines/$2"
    ! cmp -s "examples/engines/$2" "$SCRATCH/$1/engines/$2"
}

while read -r engine language file quiet; do
    if ! command -v "$language" >/dev/null; then
        skip "$language is not installed"
        continue
    fi
    # shellcheck disable=SC2046
    check "$engine passes what it offers" ends 0 "$CP" run --out "$out" --engine "examples/adapters/$engine.json" $(sample "$engine")
    check "$engine: the report says how rest was known" settled_by "$quiet"
    case $engine in
    conditional) old='{"If-Match": .W/". + base + .".}' new='{}' scenario=update/stale invariant=guarded-write ;;
    own-ids) old='"if-none-match": "\*"' new='' scenario=create/late-commit invariant=no-duplicate ;;
    one-shot) old='\*\*{"If-None-Exist": query}' new='' scenario=create/reply-lost invariant=no-duplicate ;;
    esac
    check "$engine can be made wrong" wrong "$engine" "$file" "$old" "$new"
    check "$engine made wrong fails by $invariant" says 1 ": $invariant" \
        "$CP" run --out "$out" --engine "$SCRATCH/$engine/adapters/$engine.json" "scenarios/$scenario.json"
done <<'ROWS'
conditional python3 conditional.py quiet
own-ids node own-ids.mjs hook
one-shot python3 one-shot.py quiet
ROWS

# Explored: an event loop with hooks completely, threads without hooks never (nobody knows what was not tried).
statement() { grep -qF "$1" "$out/result.json"; }
if command -v node >/dev/null; then
    check "own-ids is explored" ends 0 "$CP" explore --out "$out" --engine examples/adapters/own-ids.json --reset \
        --delays 1 --faults 1 --kills 0 scenarios/update/clean.json
    check "completely" statement '"complete": true'
fi
if command -v python3 >/dev/null; then
    check "conditional is explored" ends 0 "$CP" explore --out "$out" --engine examples/adapters/conditional.json \
        --delays 0 --faults 1 --kills 0 --schedules 6 scenarios/create/clean.json
    check "which says that it is a sample" statement '"complete": false'
    check "one-shot is explored" ends 0 "$CP" explore --out "$out" --engine examples/adapters/one-shot.json \
        --delays 1 --faults 0 --kills 1 --schedules 6 scenarios/create/clean.json
fi

# What it logs and who may read its lists is judged of an engine with an interface of its own as well, where the adapter says enough.
privacy() { # TEXT SED
    sed "$2; s~[$]{here}~$PWD/examples/adapters~" examples/adapters/conditional.json >"$SCRATCH/private.json"
    says 1 "$1" "$CP" run --out "$out" --engine "$SCRATCH/private.json" scenarios/patch/two-in-order.json
}
if command -v python3 >/dev/null; then
    check "lists without a lock fail" privacy ': reviews-guarded' 's~"TOKEN": ~"UNUSED": ~'
    check "a file that is not said to be encrypted fails" privacy ': no-leak' 's~"encrypted": .*~~'
fi

# One engine in five designs (a pool of threads, a loop of events, processes, timers, answers when it is done): each explored to its end, and each
# wrong once it is made careless.
designs=$PWD/fixtures/designs
design() { # DESIGN [careless]
    sed "s~\"pool\"~\"$1\"${2:+, \"$2\"}~; s~[$]{here}~$designs~" "$designs/designs.json" >"$SCRATCH/$1${2:-}.json"
}
explored() { # DESIGN
    design "$1" && ends 0 "$CP" explore --out "$out" --engine "$SCRATCH/$1.json" --reset --delays 1 --faults 1 --kills 0 \
        --kinds reset-after "$designs/two-creations.json" && statement '"complete": true'
}
careless() { # DESIGN
    design "$1" careless && says 1 ": no-duplicate" "$CP" run --out "$out" --reset --engine "$SCRATCH/$1careless.json" scenarios/create/reply-lost.json
}
if command -v python3 >/dev/null; then
    for each in pool loop processes timers; do
        check "$each: explored to its end" explored $each
        check "$each: a lost reply makes two of one where nothing guards against it" careless $each
    done
    design patient
    check "patient: answers when it is done" ends 0 "$CP" run --out "$out" --reset --engine "$SCRATCH/patient.json" \
        "$designs/two-creations.json"
    check "patient: wrong once it is careless" careless patient
fi

# init: a file that the adapter's reader takes, and that nobody's file is lost for.
check "init writes an adapter" ends 0 "$CP" init "$SCRATCH/mine.json"
check "which is read, up to the program that is not there" says 3 "cannot run '$SCRATCH/my-engine'" \
    "$CP" run --out "$out" --engine "$SCRATCH/mine.json" scenarios/create/clean.json
check "init overwrites nothing" says 2 "expected a new file" "$CP" init "$SCRATCH/mine.json"

# Pointers that lead nowhere, an engine that answers otherwise than its adapter says: seen, and no PASS.
if command -v python3 >/dev/null; then
    for row in 'state:/status:/nothing:there is nothing at "/nothing"' 'id:/job:/jab:' 'url:api/writes/:api/write/:'; do
        old=$(echo "$row" | cut -d: -f2) new=$(echo "$row" | cut -d: -f3) text=$(echo "$row" | cut -d: -f4)
        sed "s~\"$old\"~\"$new\"~; s~{engine}/$old~{engine}/$new~; s~[$]{here}~$PWD/examples/adapters~" \
            examples/adapters/conditional.json >"$SCRATCH/wrong.json"
        # shellcheck disable=SC2016
        check "a wrong pointer, $new: no PASS" sh -c '"$1" run --out "$2" --engine "$3" "$4" >"$5" 2>&1; s=$?; cat "$5"; [ $s -eq 1 ] || [ $s -eq 3 ]' \
            sh "$CP" "$out" "$SCRATCH/wrong.json" scenarios/update/clean.json "$SCRATCH/out"
        [ -z "$text" ] || check "and it says: $text" grep -qF "$text" "$SCRATCH/out"
    done
fi
finish
