# SPDX-License-Identifier: MIT
# Pipes, subshells, here-documents, substitutions, redirections: with any shell that knows POSIX.
# BUSYBOX says where the tools are.
b=${BUSYBOX:-/bin/busybox}

$b seq 1 3000 | $b sed 's/9/nine/' | $b sort -r | $b head -n 4
$b yes words | $b head -c 70000 | $b wc -c
$b seq 20 | while read -r n; do [ "$n" -gt 17 ] && echo "line $n"; done
false | true; echo "status of a pipe $?"
true | false; echo "status of a pipe $?"
! true; echo "negated $?"

(echo in a subshell; cd /; pwd; exit 3); echo "subshell $?"
x=outside; (x=inside; echo "$x"); echo "$x"
{ echo one; echo two; } | $b tr a-z A-Z
echo "nested $(echo "of $(echo "three $(echo levels)")")"
echo "count $($b seq 1 500 | $b wc -l)"

$b cat <<END
here: $x, $((6 * 7)), $(echo substituted)
END
$b cat <<'END'
verbatim: $x $((6 * 7))
END
$b cat <<-END | $b sed 's/^/> /'
	without tabs
	$($b seq 1 2)
	END
while read -r first rest; do echo "[$rest] $first"; done <<END
a b c
d e f
END

echo to a file >made; echo more >>made; $b cat <made
echo "to the other" 3>&1 1>&2 2>&3 | $b cat
$b ls /no/such/file 2>/dev/null; echo "status $?"
$b ls /no/such/file 2>&1 | $b wc -l
exec 5>five; echo through five >&5; exec 5>&-; $b cat five
exec 6<made; read -r line <&6; echo "read: $line"; read -r line <&6; echo "read: $line"; exec 6<&-
$b mkfifo queue; $b seq 3 >queue & $b cat queue; wait
$b rm made five queue

fib() { if [ "$1" -lt 2 ]; then echo "$1"; else echo $(($(fib $(($1 - 1))) + $(fib $(($1 - 2))))); fi; }
echo "fib $(fib 7)"
for i in 1 2 3 4 5 6 7 8 9 10; do (exit "$i"); echo "$i:$?"; done | $b tail -n 2
set -- a "b c" d; for word in "$@"; do echo "<$word>"; done
case abc in a*) echo matched;; esac
eval 'echo evaluated $((1 + 1))'
$b env -i A=1 B=2 $b env | $b sort
$b find . -name 'no*' | $b xargs $b echo found
$b printf '%s\n' c a b | $b xargs -n 1 $b echo arg
exec $b sh -c 'echo "replaced by $0"; exit 5' name
