#!/bin/sh
# Tests run with real programs: install Debian's when they are missing and we may. Usage: sh tests/install.sh NAME
case "$1" in
mariadb) what="MariaDB" packages="mariadb-server" programs="mariadbd" skip=SKIP_MARIADB ;;       # a private server beside SQLite
fronts) what="HAProxy, nginx or Prometheus" packages="haproxy nginx-light prometheus" programs="haproxy nginx prometheus promtool" skip=SKIP_FRONTS ;;  # config/deploy
redis) what="Redis" packages="redis-server" programs="redis-server" skip=SKIP_REDIS ;;             # the queue of a fleet
chromium) what="Chromium" packages="chromium" programs="chromium" skip=SKIP_BROWSER ;;           # the pages of the dashboard
*)
    echo "usage: sh tests/install.sh mariadb|fronts|redis|chromium" >&2
    exit 2
    ;;
esac
eval "[ -n \"\$$skip\" ]" && exit 0
# Debian puts servers where only root's search path looks.
PATH="$PATH:/usr/sbin"
missing=
for program in $programs; do
    command -v "$program" >/dev/null || missing="$missing $program"
done
[ -z "$missing" ] && exit 0
line="apt-get update && apt-get install --yes --no-install-recommends $packages"
if [ "$(id -u)" = 0 ]; then
    export DEBIAN_FRONTEND=noninteractive
    sh -c "$line" >/dev/null && exit 0
elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
    sudo -n env DEBIAN_FRONTEND=noninteractive sh -c "$line" >/dev/null && exit 0
fi
echo "$what is missing and could not be installed. As root: $line" >&2
echo "(or run without: make test $skip=1)" >&2
exit 1
