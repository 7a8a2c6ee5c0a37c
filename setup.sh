#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Installs the Debian packages that a build or a test needs, and only those that are missing. Quiet when none is.
# Packages are installed by root alone; anyone else is shown the line to run (exit 2).
set -eu

packages='gcc make libmicrohttpd-dev libcjson-dev libcurl4-openssl-dev libsqlite3-dev libssl-dev uthash-dev libcunit1-dev curl'
[ "${1:-}" != develop ] || packages="$packages clang clang-format libclang-rt-14-dev wrk"

missing=''
for package in $packages; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
done
[ -n "$missing" ] || exit 0
if [ "$(id -u)" -ne 0 ]; then
    echo "setup: missing packages; run: sudo apt-get update && sudo apt-get install -y$missing" >&2
    exit 2
fi
echo "setup: installing$missing" >&2
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq >&2
# shellcheck disable=SC2086
apt-get install -y -qq --no-install-recommends $missing >/dev/null
