#!/bin/sh
# The example configurations are tested with the real programs: install Debian's when they are missing and we may.
[ -n "$SKIP_FRONTS" ] && exit 0
[ -x /usr/sbin/haproxy ] && [ -x /usr/sbin/nginx ] && exit 0
line="apt-get update && apt-get install --yes --no-install-recommends haproxy nginx-light"
if [ "$(id -u)" = 0 ]; then
    export DEBIAN_FRONTEND=noninteractive
    sh -c "$line" >/dev/null && exit 0
elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
    sudo -n env DEBIAN_FRONTEND=noninteractive sh -c "$line" >/dev/null && exit 0
fi
echo "HAProxy or nginx is missing and could not be installed. As root: $line" >&2
echo "(or run without them: make test SKIP_FRONTS=1)" >&2
exit 1
