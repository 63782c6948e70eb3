#!/bin/sh
# The pages of the dashboard are tested in a real browser: install Debian's when it is missing and we may.
[ -n "$SKIP_BROWSER" ] && exit 0
command -v chromium >/dev/null && exit 0
line="apt-get update && apt-get install --yes --no-install-recommends chromium"
if [ "$(id -u)" = 0 ]; then
    export DEBIAN_FRONTEND=noninteractive
    sh -c "$line" >/dev/null && exit 0
elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
    sudo -n env DEBIAN_FRONTEND=noninteractive sh -c "$line" >/dev/null && exit 0
fi
echo "Chromium is missing and could not be installed. As root: $line" >&2
echo "(or run without it: make test SKIP_BROWSER=1)" >&2
exit 1
