// SPDX-License-Identifier: MIT
// What Go's own library asks of the kernel: threads before main, signals that preempt, futexes, epoll, children.
package main

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"sort"
	"strings"
	"sync"
	"syscall"
	"time"
)

func goroutines() {
	results := make(chan int, 16)
	var wg sync.WaitGroup
	for i := 0; i < 1000; i++ {
		wg.Add(1)
		go func(n int) {
			defer wg.Done()
			sum := 0
			for k := 0; k < n; k++ {
				sum += k
			}
			results <- sum
		}(i)
	}
	go func() { wg.Wait(); close(results) }()
	total := 0
	for r := range results {
		total += r
	}
	fmt.Println("goroutines", total)
}

type node struct{ left, right *node }

func tree(d int) *node {
	if d == 0 {
		return &node{}
	}
	return &node{tree(d - 1), tree(d - 1)}
}
func (n *node) count() int {
	if n.left == nil {
		return 1
	}
	return 1 + n.left.count() + n.right.count()
}

func collector() {
	keep := tree(12)
	for i := 0; i < 10; i++ {
		tree(10)
	}
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	fmt.Println("collector", keep.count(), stats.NumGC > 1)
}

func faults() {
	defer func() { fmt.Println("recovered:", recover()) }()
	var p *node
	fmt.Println(p.left)
}

func division(a, b int) {
	defer func() { fmt.Println("recovered:", recover()) }()
	fmt.Println(a / b)
}

func network() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	go func() {
		for {
			c, err := listener.Accept()
			if err != nil {
				return
			}
			go func() { io.Copy(c, c); c.Close() }()
		}
	}()
	answers := make([]string, 8)
	var wg sync.WaitGroup
	for i := range answers {
		wg.Add(1)
		go func(i int) {
			defer wg.Done()
			c, err := net.Dial("tcp", listener.Addr().String())
			if err != nil {
				answers[i] = err.Error()
				return
			}
			fmt.Fprintf(c, "message %d", i)
			c.(*net.TCPConn).CloseWrite()
			b, _ := io.ReadAll(c)
			answers[i] = string(b)
			c.Close()
		}(i)
	}
	wg.Wait()
	listener.Close()
	sort.Strings(answers)
	fmt.Println("network", strings.Join(answers, ", "))
}

func processes() {
	out, err := exec.Command("/bin/busybox", "echo", "from a child").Output()
	fmt.Printf("child %q %v\n", out, err)
	command := exec.Command("/bin/busybox", "tr", "a-z", "A-Z")
	command.Stdin = strings.NewReader(strings.Repeat("pipe ", 5))
	var b bytes.Buffer
	command.Stdout = &b
	err = command.Run()
	fmt.Printf("child %q %v\n", b.String(), err)
	err = exec.Command("/bin/busybox", "sh", "-c", "exit 7").Run()
	fmt.Println("child", err)
	err = exec.Command("/bin/busybox", "sh", "-c", "kill -9 $$").Run()
	fmt.Println("child", err)
	_, err = exec.LookPath("no-such-program")
	fmt.Println("child", err)
}

func signals() {
	c := make(chan os.Signal, 4)
	signal.Notify(c, syscall.SIGUSR1, syscall.SIGTERM)
	syscall.Kill(os.Getpid(), syscall.SIGUSR1)
	fmt.Println("signal", <-c)
	syscall.Kill(os.Getpid(), syscall.SIGTERM)
	fmt.Println("signal", <-c)
}

func timers() {
	begin := time.Now()
	ticker := time.NewTicker(2 * time.Millisecond)
	for i := 0; i < 5; i++ {
		<-ticker.C
	}
	ticker.Stop()
	passed := time.Since(begin)
	fmt.Println("timers", passed >= 10*time.Millisecond)
	select {
	case <-time.After(time.Millisecond):
		fmt.Println("late")
	case <-make(chan int):
		fmt.Println("never")
	}
}

func files() {
	name := "go-file"
	os.WriteFile(name, []byte("some text"), 0o644)
	b, err := os.ReadFile(name)
	info, _ := os.Stat(name)
	fmt.Println("files", string(b), err, info.Size(), info.Mode())
	os.Remove(name)
	_, err = os.Stat(name)
	fmt.Println("files", err)
}

func main() {
	goroutines()
	collector()
	faults()
	division(1, len(os.Args)-1)
	network()
	signals()
	timers()
	files()
	processes()
}
