#!/usr/bin/env bash
# Kills OrderFlow (SIGKILL, at a random moment), resumes it, and checks that the last line equals that of a run without a kill.
# usage: eng/kill-orderflow.sh [--times N] [--store sqlite|postgres|both] [--seed S]      default: 10 times each, both, a random seed
# Build samples/OrderFlow first (dotnet build -c Release). Starts a private RabbitMQ and PostgreSQL.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
times=10 store=both seed=$((RANDOM * 32768 + RANDOM))
while (($# > 0)); do
  case $1 in
    --times) times=${2:?--times needs a number}; shift ;;
    --store) store=${2:?--store needs sqlite, postgres or both}; shift ;;
    --seed) seed=${2:?--seed needs a number}; shift ;;
    *) sed -n 3,4p "$0" >&2; exit 2 ;;
  esac
  shift
done
[[ $times =~ ^[0-9]+$ && $seed =~ ^[0-9]+$ && $store =~ ^(sqlite|postgres|both)$ ]] || { sed -n 3,4p "$0" >&2; exit 2; }
flow="$here/../samples/OrderFlow/bin/Release/net10.0/OrderFlow.dll"
[[ -f $flow ]] || { echo "kill-orderflow: $flow does not exist; run 'dotnet build -c Release samples/OrderFlow' first" >&2; exit 2; }
if [[ ${TECHCORP_KILL_INSIDE-} != 1 ]]; then
  TECHCORP_KILL_INSIDE=1 exec "$here/services.sh" --private run -- "$0" --times "$times" --store "$store" --seed "$seed"
fi

RANDOM=$((seed % 32768))
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
base=${TECHCORP_RABBITMQ%/*}
user=$(sed -E 's#^amqps?://([^:@]+).*#\1#' <<<"$TECHCORP_RABBITMQ")
pg() { tr ';' '\n' <<<"$TECHCORP_POSTGRES" | sed -nE "s/^ *$1=//Ip"; }
sql() { PGPASSWORD=$(pg Password) psql -qX -h "$(pg Host)" -p "$(pg Port)" -U "$(pg Username)" -d "$(pg Database)" -c "$1" >/dev/null; }

fresh() { # NAME STORE: sets the options of a separate run
  "$here/services.sh" rabbitmqctl add_vhost "$1" >/dev/null
  "$here/services.sh" rabbitmqctl set_permissions -p "$1" "$user" '.*' '.*' '.*' >/dev/null
  options=(--rabbitmq "$base/$1")
  if [[ $2 == sqlite ]]; then
    options+=(--data "$work/$1")
  else
    sql "create database \"$1\""
    options+=(--postgres "$(sed -E "s/(Database=)[^;]*/\1$1/I" <<<"$TECHCORP_POSTGRES")" --data "$work/$1")
  fi
}

# shellcheck disable=SC2016 # TECHCORP_RABBITMQ and _POSTGRES must not choose the store by themselves.
run() { env -u TECHCORP_RABBITMQ -u TECHCORP_POSTGRES dotnet "$flow" "${options[@]}" "$@"; }
milliseconds() { echo $(($(date +%s%N) / 1000000)); }

expected="OrderFlow: orders=20 completed=17 compensated=3 refunded=1 lost=0 duplicate_effects=0 dead_lettered=1 redriven=1 images=3 invariants=held"
held=0 broken=0 killed=0
for kind in sqlite postgres; do
  [[ $store == both || $store == "$kind" ]] || continue
  fresh "whole-$kind" "$kind"
  began=$(milliseconds)
  run >"$work/whole.out" || { cat "$work/whole.out"; echo "kill-orderflow: a complete run without a kill failed; its output is above" >&2; exit 1; }
  whole=$(($(milliseconds) - began))
  echo "$kind: a complete run takes $whole ms; random seed $seed"
  draw=0
  for ((turn = 1; turn <= times; turn++)); do
    fresh "kill-$kind-$((draw += 1))" "$kind"
    after=$((500 + (RANDOM * 32768 + RANDOM) % (whole - 500)))
    env -u TECHCORP_RABBITMQ -u TECHCORP_POSTGRES dotnet "$flow" "${options[@]}" >"$work/first.out" 2>&1 &
    pid=$!
    sleep "$((after / 1000)).$(printf '%03d' $((after % 1000)))"
    if kill -9 "$pid" 2>/dev/null; then
      wait "$pid" 2>/dev/null || true
      killed=$((killed + 1))
    elif ((draw < 3 * times)); then
      whole=$((after > 1500 ? after : 1500)) # it was faster than the first: it does not count, and later draws come earlier
      turn=$((turn - 1))
      continue
    else
      echo "kill-orderflow: the runs end before they can be killed; try again on an idle machine" >&2; exit 1
    fi
    status=0
    run --resume >"$work/second.out" 2>"$work/second.err" || status=$?
    line=$(tail -n 1 "$work/second.out")
    if [[ $status == 0 && $line == "$expected" ]]; then
      held=$((held + 1)) verdict=held
    else
      broken=$((broken + 1)) verdict=BROKEN
    fi
    echo "$kind $turn: killed after $after ms, resumed, exit $status, $verdict: $line"
    [[ $verdict == held ]] || { tail -n 25 "$work/second.out"; tail -n 25 "$work/second.err"; }
  done
done
echo "kill-orderflow: killed=$killed held=$held broken=$broken seed=$seed"
((broken == 0))
