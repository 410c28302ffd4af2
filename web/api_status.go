package web

import (
	"time"

	"github.com/labstack/echo/v4"

	"mailquarry/internal/operate"
	"mailquarry/search"
)

// mailboxJSON is a line of GET /mailboxes.
type mailboxJSON struct {
	mailboxRefJSON
	Aliases  []string     `json:"aliases"`
	Purpose  string       `json:"purpose"`
	Source   string       `json:"source"`
	Messages int          `json:"messages"`
	Folders  []folderJSON `json:"folders"`
}

type folderJSON struct {
	ID        string       `json:"id"`
	Name      string       `json:"name"`
	Path      string       `json:"path"`
	WellKnown string       `json:"well_known"`
	Hidden    bool         `json:"hidden"`
	Messages  int          `json:"messages"`
	Folders   []folderJSON `json:"folders"`
}

func (s *server) apiMailboxes(c echo.Context) error {
	if p := readAPIParams(c); p.fault != nil {
		return p.fault
	}
	mailboxes, err := s.service.Mailboxes(c.Request().Context(), principal(c))
	if err != nil {
		return err
	}
	out := struct {
		Mailboxes []mailboxJSON `json:"mailboxes"`
	}{make([]mailboxJSON, 0, len(mailboxes))}
	for _, m := range mailboxes {
		out.Mailboxes = append(out.Mailboxes, mailboxJSON{
			mailboxRefJSON: mailboxRefJSON{m.ID.String(), m.Address, m.Name},
			Aliases:        list(m.Aliases), Purpose: m.Purpose, Source: m.Source, Messages: m.Messages,
			Folders: foldersOf(m.Folders),
		})
	}
	return writeJSON(c, out)
}

func foldersOf(folders []*search.Folder) []folderJSON {
	out := make([]folderJSON, 0, len(folders))
	for _, f := range folders {
		out = append(out, folderJSON{
			ID: f.ID.String(), Name: f.Name, Path: f.Path, WellKnown: f.WellKnown, Hidden: f.Hidden,
			Messages: f.Messages, Folders: foldersOf(f.Folders),
		})
	}
	return out
}

// statusJSON answers GET /status.
type statusJSON struct {
	At        time.Time           `json:"at"`
	Totals    progressJSON        `json:"totals"`
	Mailboxes []mailboxStatusJSON `json:"mailboxes"`
	Running   bool                `json:"running"`
	Rounds    int64               `json:"rounds"`
	Live      *liveJSON           `json:"live"`
	Problems  int                 `json:"problems"`
	// Notifications is null where none are asked for.
	Notifications *notificationsJSON `json:"notifications"`
	Attachments   []textCountJSON    `json:"attachments"`
}

// textCountJSON is how many messages have an attachment of a type whose text came
// to a state.
type textCountJSON struct {
	State    string `json:"state"`
	Type     string `json:"type"`
	Messages int    `json:"messages"`
}

type notificationsJSON struct {
	Mailboxes  int `json:"mailboxes"`
	Subscribed int `json:"subscribed"`
}

type progressJSON struct {
	Source  int `json:"source"`
	Stored  int `json:"stored"`
	Kept    int `json:"kept"`
	Indexed int `json:"indexed"`
	Failed  int `json:"failed"`
}

type mailboxStatusJSON struct {
	Mailbox mailboxRefJSON `json:"mailbox"`
	State   string         `json:"state"`
	Reason  string         `json:"reason"`
	progressJSON
	LastAttempt *time.Time         `json:"last_attempt"`
	LastSuccess *time.Time         `json:"last_success"`
	LastError   string             `json:"last_error"`
	Live        *liveJSON          `json:"live"`
	Problems    int                `json:"problems"`
	Folders     []folderStatusJSON `json:"folders"`
}

type folderStatusJSON struct {
	Folder folderRefJSON `json:"folder"`
	State  string        `json:"state"`
	progressJSON
	LastSuccess *time.Time `json:"last_success"`
	LastError   string     `json:"last_error"`
}

func (s *server) apiStatus(c echo.Context) error {
	if p := readAPIParams(c); p.fault != nil {
		return p.fault
	}
	status, err := s.service.Status(c.Request().Context(), principal(c))
	if err != nil {
		return err
	}
	live, err := s.desk.Live(c.Request().Context(), principal(c))
	if err != nil {
		return err
	}
	return writeJSON(c, statusOf(status, live))
}

// statusOf puts together what is held and how the sync goes.
func statusOf(status search.Status, live operate.Live) statusJSON {
	out := statusJSON{
		At: status.At, Totals: progressJSON(status.Totals),
		Mailboxes: make([]mailboxStatusJSON, 0, len(status.Mailboxes)),
		Running:   live.Running, Rounds: live.Rounds, Problems: live.Problems, Attachments: []textCountJSON{},
	}
	for _, t := range status.Texts {
		out.Attachments = append(out.Attachments, textCountJSON(t))
	}
	if live.Running {
		out.Live = liveOf(live.Total)
	}
	if n := live.Notifications; n != nil {
		out.Notifications = &notificationsJSON{Mailboxes: n.Mailboxes, Subscribed: n.Subscribed}
	}
	for _, m := range status.Mailboxes {
		line := mailboxStatusJSON{
			Mailbox: mailboxRefOf(m.Mailbox), State: m.State, Reason: m.Reason, progressJSON: progressJSON(m.Progress),
			LastAttempt: moment(m.LastAttempt), LastSuccess: moment(m.LastSuccess), LastError: m.LastError,
			Problems: live.Troubled[m.Mailbox.ID],
			Folders:  make([]folderStatusJSON, 0, len(m.Folders)),
		}
		if now, ok := live.Mailboxes[m.Mailbox.ID]; ok && live.Running {
			line.Live = liveOf(now)
		}
		for _, f := range m.Folders {
			line.Folders = append(line.Folders, folderStatusJSON{
				folderRefOf(f.Folder), f.State, progressJSON(f.Progress), moment(f.LastSuccess), f.LastError,
			})
		}
		out.Mailboxes = append(out.Mailboxes, line)
	}
	return out
}
