#!/bin/sh
# Print the path of an influxd 2.x: on PATH, from the user's cache, or built now.
set -eu
if command -v influxd >/dev/null && influxd version 2>/dev/null | grep -q 'InfluxDB v\{0,1\}2\.'; then
    command -v influxd
else
    exec "$(dirname "$0")/build.sh"
fi
