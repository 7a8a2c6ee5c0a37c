#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# An engine without a flaw gives no alarm on servers that are not like r4: no history, no ETags, answers that come later,
# searches that lag behind, guards that are not looked at. A row is an engine, a server, and the scenarios that show it.
. tests/lib.sh

clean() { # ENGINE SERVER FOLDER...
    engine=$1 server=$2
    shift 2
    ends 0 "$BIN/chartproof" run --reset --engine "$engine" --personality "$server" --out "$SCRATCH/report" $(printf 'scenarios/%s ' "$@")
}
while read -r engine server folders; do
    check "$engine is right on $server ($folders)" clean "$engine" "$server" $folders
done <<'ROWS'
writebackd nhs-pds patch update delete order review compensation
writebackd healthlake bundle create patch drift integration
writebackd no-versions bundle update review real
writebackd epic-like create update drift
writebackd if-match-ignored update patch delete review bundle real
writebackd timestamp-etag update patch delete
writebackd azure create drift
writebackd hapi-racy create drift
writebackd linuxforhealth create drift
strawman nhs-pds order delete create
strawman healthlake delete update order
strawman no-versions create order update
strawman azure create drift
strawman hapi-racy create drift
strawman linuxforhealth create drift
ROWS
finish
