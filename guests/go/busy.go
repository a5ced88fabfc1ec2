// SPDX-License-Identifier: MIT
// Goroutines that never call anything, and what Go does so that others run nonetheless.
package main

import (
	"fmt"
	"runtime"
	"sync/atomic"
	"time"
)

// Nothing in the loop lets others run: the runtime's own thread sends it SIGURG.
func main() {
	runtime.GOMAXPROCS(1)
	var done, turns atomic.Int64
	go func() {
		for done.Load() == 0 {
			turns.Add(1)
		}
	}()
	for turns.Load() == 0 { // on a busy machine it may begin late
		time.Sleep(time.Millisecond)
	}
	runtime.GC() // stops the world
	done.Store(1)
	fmt.Println("a busy goroutine stops", turns.Load() > 0)
}
