# SPDX-License-Identifier: MIT
# Job control without a terminal: each job has a process group of its own.
b=${BUSYBOX:-/bin/busybox}
set -m
$b sleep 30 &
kill %1; wait %1; echo "job 1: $?"
($b sleep 0.1; exit 3) &
wait %1; echo "job 2: $?"
$b sleep 40 | $b sleep 40 &
kill -TERM %1; wait %1; echo "a whole pipe: $?"
$b sh -c 'kill -STOP $$; echo continued' &
# On a busy machine it stops late.
until jobs | $b grep -q Stopped; do $b sleep 0.05; done
fg %1 >/dev/null; echo "in front: $?"
# Nothing after it asks for jobs: whether one that is over is still listed is a matter of luck.
$b sh -c 'exit 4' & bg %1 2>/dev/null; wait; echo "nothing left: $?"
