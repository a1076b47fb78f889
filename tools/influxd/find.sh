#!/bin/sh
# Print the path of an influxd 2.x: on PATH, from the user's cache, or built now.
# With --no-build it fails where there is none yet.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
if command -v influxd >/dev/null && influxd version 2>/dev/null | grep -Eq 'InfluxDB (v?2\.|dev)'; then
    command -v influxd
else
    exec "$here/build.sh" "$@"
fi
