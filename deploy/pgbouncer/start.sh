#!/bin/sh
# Writes PgBouncer's list of users from the environment (it must not be in the image) and becomes PgBouncer.
set -eu
: "${DB_HOST:?}" "${DB_PORT:=5432}" "${DB_USER:?}" "${DB_PASSWORD:?}"
run_dir=$(mktemp -d)
quote() { printf '%s' "$1" | sed 's/"/""/g'; }
umask 077
printf '"%s" "%s"\n' "$(quote "$DB_USER")" "$(quote "$DB_PASSWORD")" >"$run_dir/userlist.txt"
sed -e "s|@DB_HOST@|$DB_HOST|; s|@DB_PORT@|$DB_PORT|; s|@RUN_DIR@|$run_dir|" \
  "${PGBOUNCER_INI:-/etc/pgbouncer/signalbox.ini}" >"$run_dir/pgbouncer.ini"
exec pgbouncer "$run_dir/pgbouncer.ini"
