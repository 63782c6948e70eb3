#!/bin/sh
# The tests run on a private MariaDB beside SQLite: install Debian's server when it is missing and we may.
[ -n "$SKIP_MARIADB" ] && exit 0
command -v mariadbd >/dev/null && exit 0
[ -x /usr/sbin/mariadbd ] && exit 0
line="apt-get update && apt-get install --yes --no-install-recommends mariadb-server"
if [ "$(id -u)" = 0 ]; then
    export DEBIAN_FRONTEND=noninteractive
    sh -c "$line" >/dev/null && exit 0
elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
    sudo -n env DEBIAN_FRONTEND=noninteractive sh -c "$line" >/dev/null && exit 0
fi
echo "MariaDB is missing and could not be installed. As root: $line" >&2
echo "(or run without it: make test SKIP_MARIADB=1)" >&2
exit 1
