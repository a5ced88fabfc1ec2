# SPDX-License-Identifier: MIT
# Traps, signals and jobs: with any shell that knows POSIX.
b=${BUSYBOX:-/bin/busybox}

trap 'echo caught USR1' USR1
kill -USR1 $$; echo "after USR1"
trap 'echo caught TERM' TERM
(kill -TERM $$); echo "after TERM from a subshell"
trap '' INT; kill -INT $$; echo "INT ignored"
trap - INT USR1 TERM

$b sh -c 'kill -KILL $$'; echo "killed: $?"
$b sh -c 'kill -SEGV $$'; echo "faulted: $?"
$b sh -c 'trap "echo leaving; exit 9" EXIT; exit 4'; echo "trap at exit: $?"
$b sh -c 'trap "exit 7" TERM; kill -TERM $$; echo never'; echo "status: $?"

$b sleep 0.2 & first=$!
(exit 6) & second=$!
wait $second; echo "second: $?"
wait $first; echo "first: $?"
$b sleep 100 & sleeper=$!
kill $sleeper; wait $sleeper; echo "sleeper: $?"
wait 999999 2>/dev/null; echo "no such job: $?"

$b sleep 50 & sleeper=$!
kill -STOP $sleeper; kill -CONT $sleeper; kill -HUP $sleeper; wait $sleeper; echo "stopped, continued, hung up: $?"

# The signal comes again and again until the wait has heard it: on a busy machine the first may come before.
rm -f told done.*
trap 'caught=yes' USR2
(while [ ! -e told ]; do $b sleep 0.1; kill -USR2 $$; done) & killer=$!
$b sh -c 'until [ -e told ]; do $0 sleep 0.05; done; exit 5' $b & long=$!
wait $long; status=$?; [ $status -gt 128 ] && echo "wait ended early, caught: $caught"
: >told
while wait $killer; [ $? -gt 128 ]; do :; done
wait $long; echo "then: $?"

# Each speaks when the next has spoken.
: >done.5
for i in 1 2 3 4; do
  (until [ -e done.$((i + 1)) ]; do $b sleep 0.05; done; echo "job $i"; : >done.$i) &
done; wait; echo "all done"
rm -f told done.*
$b sh -c '$0 sleep 0.02; echo "orphan speaks"' $b | $b cat &
wait
$b timeout 0.05 $b sleep 10; echo "timeout: $?"
$b time -f 'took %x' $b true
$b nice $b echo nice
$b setsid $b echo "a session of its own"
$b nohup $b echo "not hung up" 2>/dev/null
$b yes | $b head -n 1
trap 'echo the last word' EXIT
