package bleve

import (
	"path/filepath"
	"sync"

	"github.com/blevesearch/bleve/v2/index/scorch"

	"mailquarry/search/engine/bleve/segment"
)

// bleve reports what goes wrong in its background routines only to a callback
// that is named in a registry of its own, one for the whole process. This file
// registers one callback there and hands its reports on to the index they are
// about.

const asyncCallback = "mailquarry"

var watched = struct {
	sync.Mutex
	once  sync.Once
	store map[string]func(error) // by the path of the store
}{store: map[string]func(error){}}

// registerCallback registers it, once. It comes before anything of bleve's runs:
// bleve reads its registry without a lock.
func registerCallback() {
	watched.once.Do(func() {
		scorch.RegisterSegmentPlugin(segment.NewPlugin(), false)
		scorch.RegistryAsyncErrorCallbacks[asyncCallback] = func(err error, path string) {
			watched.Lock()
			report := watched.store[filepath.Clean(path)]
			watched.Unlock()
			if report != nil {
				report(err)
			}
		}
	})
}

// watchIndex has report called for what fails in the background of the index
// in dir.
func watchIndex(dir string, report func(error)) {
	watched.Lock()
	defer watched.Unlock()
	watched.store[filepath.Join(dir, storeDir)] = report
}

// forgetIndex ends watchIndex.
func forgetIndex(dir string) {
	watched.Lock()
	defer watched.Unlock()
	delete(watched.store, filepath.Join(dir, storeDir))
}
