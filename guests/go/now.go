// SPDX-License-Identifier: MIT

// Go's runtime reads the time through the vDSO, which it parses by itself; its readings go one way.
package main

import (
	"os"
	"time"
)

func main() {
	first := time.Now()
	last, backwards := first, 0
	for i := 0; i < 1000; i++ {
		now := time.Now()
		if now.Before(last) || now.UnixNano() < last.UnixNano() {
			backwards++
		}
		last = now
	}
	if len(os.Args) > 1 {
		os.Stdout.WriteString(first.UTC().Format(time.RFC3339) + "\n")
	}
	if backwards == 0 && last.After(first) {
		os.Stdout.WriteString("1000 readings, 0 backwards\n")
	} else {
		os.Stdout.WriteString("backwards\n")
	}
}
