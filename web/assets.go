package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"path"
	"slices"
	"strings"
)

//go:embed static
var staticFiles embed.FS

// assetPrefix begins the path of every asset; the version and the name follow.
const assetPrefix = "/static/"

// assets are the files that the pages refer to. Their paths carry one version,
// made of the content of all of them: a module can so import its neighbour by
// a relative path, and a browser may keep each file for ever.
type assets struct {
	version string
	files   map[string]asset // by name below static/
}

type asset struct {
	contentType string
	plain       []byte
	gzipped     []byte // nil where packing gains nothing
}

// loadAssets reads, packs and hashes all files below the root of fsys.
func loadAssets(fsys fs.FS) (*assets, error) {
	a := &assets{files: map[string]asset{}}
	sum := sha256.New()
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		plain, err := fs.ReadFile(fsys, name)
		if err != nil {
			return err
		}
		fmt.Fprintf(sum, "%s\x00%d\x00", name, len(plain))
		sum.Write(plain)
		kind, ok := assetTypes()[path.Ext(name)]
		if !ok {
			return fmt.Errorf("asset %s: a file of this kind has no content type", name)
		}
		packed, err := pack(plain)
		if err != nil {
			return fmt.Errorf("pack asset %s: %w", name, err)
		}
		a.files[name] = asset{contentType: kind, plain: plain, gzipped: packed}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("load assets: %w", err)
	}
	a.version = hex.EncodeToString(sum.Sum(nil)[:8])
	return a, nil
}

// assetTypes are spelled out because the system's own table differs from one
// machine to the next.
func assetTypes() map[string]string {
	return map[string]string{
		".css": "text/css; charset=utf-8",
		".js":  "text/javascript; charset=utf-8",
		".svg": "image/svg+xml",
	}
}

func pack(plain []byte) ([]byte, error) {
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := z.Write(plain); err != nil {
		return nil, err
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	if b.Len() >= len(plain) {
		return nil, nil
	}
	return b.Bytes(), nil
}

// path gives the path under which a page refers to an asset.
func (a *assets) path(name string) (string, error) {
	if _, ok := a.files[name]; !ok {
		return "", fmt.Errorf("there is no asset %s", name)
	}
	return assetPrefix + a.version + "/" + name, nil
}

// modules lists the paths of all modules, for a page to announce them at once.
func (a *assets) modules() []string {
	var paths []string
	for name := range a.files {
		if path.Ext(name) == ".js" {
			paths = append(paths, assetPrefix+a.version+"/"+name)
		}
	}
	slices.Sort(paths)
	return paths
}

// ServeHTTP sends an asset. One asked for by another version's path, by a page
// that was open while the server was replaced, is sent but not to be kept.
func (a *assets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	version, name, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, assetPrefix), "/")
	file, ok := a.files[name]
	if !ok {
		w.Header().Set("Cache-Control", "no-store")
		http.Error(w, "There is no such file.", http.StatusNotFound)
		return
	}
	h := w.Header()
	h.Set("Content-Type", file.contentType)
	h.Set("Vary", "Accept-Encoding")
	if version == a.version {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	} else {
		h.Set("Cache-Control", "no-cache")
	}
	body := file.plain
	if file.gzipped != nil && acceptsGzip(r.Header.Get("Accept-Encoding")) {
		h.Set("Content-Encoding", "gzip")
		body = file.gzipped
	}
	h.Set("Content-Length", fmt.Sprint(len(body)))
	if r.Method != http.MethodHead {
		_, _ = io.Copy(w, bytes.NewReader(body))
	}
}

// acceptsGzip tells whether a client lists gzip without refusing it.
func acceptsGzip(accept string) bool {
	for part := range strings.SplitSeq(accept, ",") {
		coding, params, _ := strings.Cut(part, ";")
		if strings.EqualFold(strings.TrimSpace(coding), "gzip") {
			q := strings.ReplaceAll(params, " ", "")
			return q != "q=0" && q != "q=0.0" && q != "q=0.00" && q != "q=0.000"
		}
	}
	return false
}
