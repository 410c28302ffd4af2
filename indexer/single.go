package indexer

import (
	"context"
	"io"

	"mailquarry/internal/mail"
	"mailquarry/internal/source"
)

// single asks one by one where a source cannot take many items together.
type single struct{ src source.Source }

func (s single) Locate(ctx context.Context, mailbox string, messages []string) ([]source.Located, error) {
	out := make([]source.Located, len(messages))
	for i, m := range messages {
		out[i].Folder, out[i].Err = s.src.Locate(ctx, mailbox, m)
	}
	return out, ctx.Err()
}

func (s single) Fetch(ctx context.Context, mailbox string, messages []string) ([]source.Fetched, error) {
	out := make([]source.Fetched, len(messages))
	for i, m := range messages {
		out[i].Change, out[i].Err = s.src.Message(ctx, mailbox, m)
	}
	return out, ctx.Err()
}

func (s single) ListParts(ctx context.Context, mailbox string, messages []string) ([]source.PartList, error) {
	out := make([]source.PartList, len(messages))
	for i, m := range messages {
		out[i].Parts, out[i].Err = s.src.Parts(ctx, mailbox, m)
	}
	return out, ctx.Err()
}

func (s single) FetchParts(ctx context.Context, mailbox string, wanted []source.PartRef, take func(int, io.Reader) error) ([]error, error) {
	errs := make([]error, len(wanted))
	for i, w := range wanted {
		if errs[i] = s.fetch(ctx, mailbox, w, func(r io.Reader) error { return take(i, r) }); ctx.Err() != nil {
			return errs, ctx.Err()
		}
	}
	return errs, nil
}

func (s single) fetch(ctx context.Context, mailbox string, w source.PartRef, take func(io.Reader) error) error {
	body, err := s.src.OpenPart(ctx, mailbox, w.Message, mail.Part(w.Part))
	if err != nil {
		return err
	}
	defer body.Close()
	return take(body)
}
