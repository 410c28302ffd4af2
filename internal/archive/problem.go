package archive

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"mailquarry/internal/mail"
)

// ProblemKind tells what a Problem is about.
type ProblemKind string

// The kinds of problem that come with mail. Others may be kept too.
const (
	ProblemMessage     ProblemKind = "message"     // a message could not be read
	ProblemAttachments ProblemKind = "attachments" // a message's list of attachments
	ProblemAttachment  ProblemKind = "attachment"  // an attachment's bytes
	ProblemPage        ProblemKind = "page"        // a folder's stream, or items without an id
)

// Problem is something that could not be taken and was set aside, so that the
// rest could go on. Mailbox, Folder, Kind, Key and Part name it.
type Problem struct {
	ID        int64
	Mailbox   mail.MailboxID // 0 for the tenant's
	Folder    mail.FolderID  // 0 for the mailbox's
	Message   mail.MessageID // 0 unless it is stored; not set by who puts a problem
	Kind      ProblemKind
	Key       string // the source's key of the message
	Part      string // the source's key of the attachment, or what Kind makes of it
	Reason    string // holds no content and no address
	Code      string // the source's own
	Permanent bool   // the source says that it will stay so
	Attempts  int
	First     time.Time
	Last      time.Time
	Next      time.Time // zero: only when asked for
}

// ProblemFilter chooses problems. Zero values choose all.
type ProblemFilter struct {
	Mailbox mail.MailboxID
	Kind    ProblemKind
	Due     time.Time // only those whose Next is set and not after it
	After   int64     // an ID
	Limit   int
}

// Problems lists problems by ID.
func (a *Archive) Problems(ctx context.Context, f ProblemFilter) ([]Problem, error) {
	if f.Limit <= 0 {
		f.Limit = -1
	}
	var out []Problem
	err := a.r.each(ctx, func(rows *sql.Rows) error {
		var p Problem
		var first, last, next int64
		err := rows.Scan(&p.ID, &p.Mailbox, &p.Folder, &p.Message, &p.Kind, &p.Key, &p.Part, &p.Reason, &p.Code,
			&p.Permanent, &p.Attempts, &first, &last, &next)
		p.First, p.Last, p.Next = fromMicros(first), fromMicros(last), fromMicros(next)
		out = append(out, p)
		return err
	}, `SELECT p.id, p.mailbox, p.folder, ifnull(m.id, 0), p.kind, p.key, p.part, p.reason, p.code, p.permanent,
			p.attempts, p.first, p.last, p.next
		FROM problem p LEFT JOIN message m ON m.mailbox = p.mailbox AND m.key = p.key AND m.deleted = 0
		WHERE p.id > ?1 AND (?2 = 0 OR p.mailbox = ?2) AND (?3 = '' OR p.kind = ?3)
			AND (?4 = 0 OR p.next BETWEEN 1 AND ?4)
		ORDER BY p.id LIMIT ?5`, f.After, f.Mailbox, f.Kind, toMicros(f.Due), f.Limit)
	if err != nil {
		return nil, fmt.Errorf("list problems: %w", explain(err))
	}
	return out, nil
}

// CountProblems counts the problems of each mailbox that has some, those of
// the tenant under 0.
func (a *Archive) CountProblems(ctx context.Context) (map[mail.MailboxID]int, error) {
	out := map[mail.MailboxID]int{}
	err := a.r.each(ctx, func(rows *sql.Rows) error {
		var id mail.MailboxID
		var n int
		err := rows.Scan(&id, &n)
		out[id] = n
		return err
	}, "SELECT mailbox, count(*) FROM problem GROUP BY mailbox")
	if err != nil {
		return nil, fmt.Errorf("count problems: %w", explain(err))
	}
	return out, nil
}

// Cause is a reason for which messages of a folder were set aside.
type Cause struct {
	Folder       mail.FolderID
	Reason, Code string
	Messages     int
}

// Causes tells why messages of a mailbox were set aside, the most frequent
// reasons first and at most so many of them.
func (a *Archive) Causes(ctx context.Context, mailbox mail.MailboxID, most int) ([]Cause, error) {
	var out []Cause
	err := a.r.each(ctx, func(rows *sql.Rows) error {
		var c Cause
		err := rows.Scan(&c.Folder, &c.Reason, &c.Code, &c.Messages)
		out = append(out, c)
		return err
	}, `SELECT folder, reason, code, count(*) FROM problem WHERE mailbox = ? AND kind IN ('message', 'page')
		GROUP BY folder, reason, code ORDER BY count(*) DESC, folder, reason, code LIMIT ?`, mailbox, most)
	if err != nil {
		return nil, fmt.Errorf("tell why messages were set aside: %w", explain(err))
	}
	return out, nil
}

// SetProblems stores problems. One that is known keeps its ID and its First.
func (a *Archive) SetProblems(ctx context.Context, ps []Problem) error {
	err := a.write(ctx, func(t *txn) error {
		for _, p := range ps {
			if err := t.putProblem(p); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("set problems: %w", err)
	}
	return nil
}

func (t *txn) putProblem(p Problem) error {
	return t.exec(`INSERT INTO problem (mailbox, folder, kind, key, part, reason, code, permanent, attempts, first, last, next, round)
		VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ifnull((SELECT round FROM folder WHERE id = ?2), 0))
		ON CONFLICT DO UPDATE SET reason = excluded.reason, code = excluded.code, permanent = excluded.permanent,
			attempts = excluded.attempts, last = excluded.last, next = excluded.next, round = excluded.round`,
		p.Mailbox, p.Folder, p.Kind, p.Key, p.Part, p.Reason, p.Code, p.Permanent, max(p.Attempts, 1),
		toMicros(p.First), toMicros(p.Last), toMicros(p.Next))
}

// ClearProblems forgets problems.
func (a *Archive) ClearProblems(ctx context.Context, ids []int64) error {
	err := a.write(ctx, func(t *txn) error {
		for _, id := range ids {
			if err := t.exec("DELETE FROM problem WHERE id = ?", id); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("clear problems: %w", err)
	}
	return nil
}

// RetryProblems makes problems due now and tells how many: those with the ids,
// or all of a mailbox, or with neither all there are.
func (a *Archive) RetryProblems(ctx context.Context, ids []int64, mailbox mail.MailboxID, now time.Time) (int, error) {
	where, args := []string{"1"}, []any{toMicros(now)}
	if mailbox != 0 {
		where, args = append(where, "mailbox = ?"), append(args, mailbox)
	}
	total := int64(0)
	err := a.write(ctx, func(t *txn) error {
		if ids == nil {
			n, err := t.count("UPDATE problem SET next = ? WHERE "+strings.Join(where, " AND "), args...)
			total = n
			return err
		}
		for _, id := range ids {
			n, err := t.count("UPDATE problem SET next = ? WHERE "+strings.Join(append(where, "id = ?"), " AND "), append(args, id)...)
			if err != nil {
				return err
			}
			total += n
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("ask for problems to be tried again: %w", err)
	}
	return int(total), nil
}
