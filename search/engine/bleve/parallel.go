package bleve

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
)

// sideBySide calls f for the numbers below n, on all processors, and gives the error of
// the least number. What goes wrong in reading a damaged file panics here, where it is
// caught, and not where nobody would.
func sideBySide(n int, f func(i int) error) error {
	workers := min(n, runtime.GOMAXPROCS(0))
	if workers <= 1 {
		for i := range n {
			if err := f(i); err != nil {
				return err
			}
		}
		return nil
	}
	errs := make([]error, n)
	var next atomic.Int64
	var failed atomic.Bool
	var panicked atomic.Value
	work := func() {
		for !failed.Load() {
			i := int(next.Add(1)) - 1
			if i >= n {
				return
			}
			if errs[i] = f(i); errs[i] != nil {
				failed.Store(true)
			}
		}
	}
	var wait sync.WaitGroup
	for range workers - 1 {
		wait.Go(func() {
			defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
			defer func() {
				if r := recover(); r != nil {
					failed.Store(true)
					panicked.Store(fmt.Sprintf("%v\n%s", r, debug.Stack()))
				}
			}()
			work()
		})
	}
	func() {
		defer wait.Wait() // also when it panics: the file must stay open for the others
		defer func() {
			if r := recover(); r != nil {
				failed.Store(true)
				panic(r)
			}
		}()
		work()
	}()
	if r := panicked.Load(); r != nil {
		panic(r)
	}
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// ranges cuts the numbers below n into pieces that processors take one after the other:
// several for each, since they do not take the same time. Pieces have at least so many.
func ranges(n, least int) [][2]int {
	pieces := min(n/max(least, 1), 4*runtime.GOMAXPROCS(0))
	if pieces < 2 || runtime.GOMAXPROCS(0) == 1 {
		return [][2]int{{0, n}}
	}
	out := make([][2]int, pieces)
	for i := range out {
		out[i] = [2]int{i * n / pieces, (i + 1) * n / pieces}
	}
	return out
}
