package bleve

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"

	"mailquarry/internal/mail"
	"mailquarry/search/engine"
)

// cursor is where a page ended. The next page begins after that hit, wherever
// it would stand by then.
type cursor struct {
	Of    string         `json:"q"` // which search it belongs to
	ID    mail.MessageID `json:"i"`
	Score uint64         `json:"s,omitempty"` // the bits of the score
	Key   int64          `json:"k,omitempty"`
	Name  string         `json:"n,omitempty"`
	Date  int64          `json:"t,omitempty"`
	Pin   string         `json:"p,omitempty"` // the snapshot the page was taken from
	Deep  bool           `json:"d,omitempty"` // the page ended behind the hits that are looked at twice
}

func (c *cursor) hit() hit {
	return hit{id: c.ID, score: math.Float64frombits(c.Score), key: c.Key, name: c.Name, date: c.Date}
}

// fingerprint tells searches apart: a cursor is good for the same query in the
// same order, with the same filters and the same way to count hits only.
func fingerprint(r engine.Request) string {
	text := ""
	if r.Query != nil {
		text = r.Query.String()
	}
	zone := ""
	if r.Zone != nil {
		zone = r.Zone.String()
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %t %t %q %q %q", r.Sort, r.Collapse, r.Group, r.Filters, zone, text))
	return base64.RawURLEncoding.EncodeToString(sum[:9])
}

func nextCursor(r engine.Request, last hit, deep bool, pin string) (string, error) {
	b, err := json.Marshal(cursor{
		Of: fingerprint(r), ID: last.id, Score: math.Float64bits(last.score), Key: last.key, Name: last.name, Date: last.date, Pin: pin, Deep: deep,
	})
	if err != nil {
		return "", fmt.Errorf("make cursor: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(b), nil
}

// parseCursor reads the cursor of a request, nil for the first page.
func parseCursor(r engine.Request) (*cursor, error) {
	if r.Cursor == "" {
		return nil, nil
	}
	b, err := base64.RawURLEncoding.DecodeString(r.Cursor)
	if err != nil {
		return nil, engine.ErrCursor
	}
	var c cursor
	if err := json.Unmarshal(b, &c); err != nil || c.ID <= 0 || c.Of != fingerprint(r) {
		return nil, engine.ErrCursor
	}
	if s := math.Float64frombits(c.Score); math.IsNaN(s) {
		return nil, engine.ErrCursor
	}
	return &c, nil
}
