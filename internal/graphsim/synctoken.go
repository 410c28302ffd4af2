package graphsim

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
)

// syncToken is what a nextLink or deltaLink holds: the whole state of a
// round, so that the server keeps none but the journals.
type syncToken struct {
	Kind   string `json:"k"` // u, f, m: which delta
	Box    string `json:"b,omitempty"`
	Folder int    `json:"f,omitempty"`
	Gen    int    `json:"g,omitempty"` // the generation that made the token
	Epoch  int    `json:"e,omitempty"` // the mailbox's
	Own    int    `json:"o,omitempty"` // the folder's epoch
	Issued int64  `json:"t,omitempty"` // users: seconds

	// A round is an enumeration (Full) of the first Size places followed, in
	// the next round, by the journal from From; or the journal from From to
	// To. At is the next place. A token between rounds has To -1.
	Full  bool `json:"a,omitempty"`
	Size  int  `json:"n,omitempty"`
	From  int  `json:"p"`
	To    int  `json:"q"`
	Prev  int  `json:"r,omitempty"` // where the round before began
	At    int  `json:"i,omitempty"`
	Count int  `json:"c,omitempty"` // items given in this enumeration
	Blank bool `json:"y,omitempty"` // the page before was an empty one

	// The frozen options.
	Select string   `json:"s,omitempty"`
	Users  []string `json:"j,omitempty"` // of the directory: these alone
	Expand string   `json:"x,omitempty"`
	Since  string   `json:"w,omitempty"` // receivedDateTime of the filter
	Strict bool     `json:"v,omitempty"` // gt rather than ge
	Newest bool     `json:"d,omitempty"` // ordered
	Change string   `json:"h,omitempty"` // changeType

	// Pad makes tokens as long as the real ones.
	Pad string `json:"z"`
}

const tokenPad = "00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"

func (t *Tenant) encodeToken(k syncToken) string {
	k.Pad = tokenPad
	b, err := json.Marshal(k)
	if err != nil {
		return ""
	}
	text := base64.RawURLEncoding.EncodeToString(b)
	return text + "." + base64.RawURLEncoding.EncodeToString(t.mac(text)[:12])
}

func (t *Tenant) decodeToken(s string) (syncToken, bool) {
	text, mac, ok := strings.Cut(s, ".")
	if !ok || base64.RawURLEncoding.EncodeToString(t.mac(text)[:12]) != mac {
		return syncToken{}, false
	}
	var k syncToken
	return k, decodePart(text, &k)
}

// resume reads the token of a delta request: nil when the request starts a
// new round of everything.
func (c *call) resume() (*syncToken, *apiError) {
	s := c.query.Get("$skiptoken")
	if s == "" {
		s = c.query.Get("$deltatoken")
	}
	if s == "" || s == "latest" {
		return nil, nil
	}
	k, ok := c.t.decodeToken(s)
	if !ok {
		return nil, fail(http.StatusBadRequest, "BadRequest", "Badly formed token.")
	}
	return &k, nil
}

// link writes the link that carries a token. prefix is the path it stands on.
func (c *call) link(prefix string, k syncToken, done bool) (name, link string) {
	name, option := "@odata.nextLink", "$skiptoken"
	if done {
		name, option = "@odata.deltaLink", "$deltatoken"
	}
	return name, "https://" + c.host + "/v1.0/" + prefix + "?" + option + "=" + c.t.encodeToken(k)
}

// checkGeneration tells whether a token of generation gen still lives when
// newest is the newest one.
func (c *call) checkGeneration(gen, newest int, start string) *apiError {
	keep := c.t.o.Quirks.Generations
	if keep < 0 || gen > newest-keep {
		return nil
	}
	var alive strings.Builder
	for g := newest; g > newest-keep && g > 0; g-- {
		alive.WriteString("[" + strconv.Itoa(g) + "]")
	}
	return c.gone(start, "The sync state generation is not found; generation="+strconv.Itoa(gen)+
		";[highest="+strconv.Itoa(newest)+"]"+alive.String()+".")
}

// gone is how a dead token is answered.
func (c *call) gone(start, message string) *apiError {
	e := fail(http.StatusGone, "SyncStateNotFound", "%s", message)
	if c.t.o.Quirks.ResyncLocation {
		e.header = http.Header{"Location": {"https://" + c.host + "/v1.0/" + start + "?$deltatoken="}}
	}
	return e
}

func errForeignToken() *apiError {
	return fail(http.StatusGone, "SyncStateInvalid", "The sync state is not valid for this resource.")
}
