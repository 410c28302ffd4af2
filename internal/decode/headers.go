package decode

import (
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"mailquarry/internal/mail"
)

// The bounds of what is kept of a message's header.
const (
	maxHeaders     = 100
	maxHeaderValue = 1000 // bytes
	maxReferences  = 100
	maxDelivered   = 20
)

// fieldsElsewhere are the header fields that are not kept as such: those that
// mail.Message has a place for, and those that are there for machines and
// differ with each message (routes, signatures, verdicts of filters in code).
var fieldsElsewhere = sync.OnceValue(func() map[string]bool {
	set := map[string]bool{}
	for name := range strings.FieldsSeq(`subject from sender to cc bcc reply-to date message-id references in-reply-to importance keywords x-keywords
		received x-received dkim-signature domainkey-signature dkim-filter autocrypt openpgp face x-face thread-index x-uid x-uidl content-length lines
		status x-status x-mozilla-status x-mozilla-status2 x-mozilla-keys x-unsent x-gmail-labels content-id message-id-hash x-message-id-hash x-original-date delivery-date
		x-headers-end x-originalarrivaltime x-mime-autoconverted x-forwarded-encrypted x-authority-analysis x-rspamd-queue-id x-spam-report x-zm-mesg-id
		x-eopattributedmessage x-eoptenantattributedmessage x-ms-publictraffictype x-ms-traffictypediagnostic x-ms-tnef-correlator
		x-ms-office365-filtering-correlation-id x-ms-oob-tlc-oobclassifiers`) {
		set[name] = true
	}
	return set
})

// prefixesElsewhere begin the names of fields that are not kept: what mail servers
// and filters note for themselves.
var prefixesElsewhere = sync.OnceValue(func() []string {
	return strings.Fields(`arc- ironport- x-ms-exchange- x-microsoft- x-forefront- x-exchange-antispam- x-google- x-gm- x-ironport- x-proofpoint- x-crm114- x-cse- x-coremail- x-cm-
		x-provags- x-ui-out x-mimecast- x-mc- x-wp- x-ymail- x-he-sp x-he-ms x-he-meta x-tm-as x-tmn x-sonic- x-qq- x-cmae- x-barracuda-`)
})

// keepsHeader tells whether a field of that lower-case name is kept. Of what
// Exchange notes, what says something to people is: how sure it was of spam, whether
// it knew the sender, whether a rule forwarded the message.
func keepsHeader(name string) bool {
	switch name {
	case "x-ms-exchange-organization-scl", "x-ms-exchange-organization-authas", "x-ms-exchange-organization-autoforwarded":
		return true
	case "":
		return false
	}
	return !fieldsElsewhere()[name] && !slices.ContainsFunc(prefixesElsewhere(), func(p string) bool { return strings.HasPrefix(name, p) })
}

// header is one field as it came: the value may be folded and encoded.
type header struct {
	name  string // lower case
	value func() string
}

// readHeaders takes from the fields what both formats say in them alone.
func readHeaders(m *mail.Message, fields []header) {
	var references, replied string
	for _, f := range fields {
		switch f.name {
		case "references":
			references = orValue(references, f)
		case "in-reply-to":
			replied = orValue(replied, f)
		case "list-id":
			m.ListID = orValue(m.ListID, header{value: func() string { return listID(f.value()) }})
		case "delivered-to", "x-original-to", "x-delivered-to", "envelope-to", "x-envelope-to", "x-rcpt-to":
			m.DeliveredTo = addDelivered(m.DeliveredTo, f.value())
		}
		if keepsHeader(f.name) && len(m.Headers) < maxHeaders {
			if v := shortened(headerValue(f), maxHeaderValue); v != "" {
				m.Headers = append(m.Headers, mail.Header{Name: clean(f.name), Value: v})
			}
		}
	}
	ids := messageIDs(references, replied)
	m.References = slices.DeleteFunc(ids, func(id string) bool { return correspondent(m, id) })
}

// headerValue is a field's value as one line. The boundary of a Content-Type,
// which is another one in each message, is left out.
func headerValue(f header) string {
	v := cleanLine(f.value())
	if f.name != "content-type" {
		return v
	}
	params := strings.Split(v, ";")
	return strings.Join(slices.DeleteFunc(params, func(p string) bool {
		return strings.HasPrefix(strings.ToLower(strings.TrimSpace(p)), "boundary")
	}), ";")
}

// correspondent tells whether an id is in truth the address of someone whom the
// message names: old mailers reply to "your message, Eva <eva@x>".
func correspondent(m *mail.Message, id string) bool {
	is := func(a mail.Address) bool { return strings.EqualFold(a.Address, id) }
	return is(m.From) || is(m.Sender) || slices.ContainsFunc(slices.Concat(m.To, m.Cc, m.Bcc, m.ReplyTo), is)
}

// orValue gives s, or the field's value where s is empty.
func orValue(s string, f header) string {
	if s != "" {
		return s
	}
	return f.value()
}

// shortened cuts a text to at most n bytes, between two characters.
func shortened(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// messageIDs lists the ids that the fields name, each once. Of more than are
// kept the first ones are, which name the thread, and the last ones.
func messageIDs(fields ...string) []string {
	var ids []string
	seen := map[string]bool{}
	for _, s := range fields {
		for {
			_, rest, ok := strings.Cut(s, "<")
			id, after, closed := strings.Cut(rest, ">")
			if !ok || !closed {
				break
			}
			s = after
			if id = strings.Join(strings.Fields(cleanLine(id)), ""); id != "" && len(id) < maxHeaderValue && !strings.Contains(id, "<") && !seen[id] {
				seen[id] = true
				ids = append(ids, id)
			}
		}
	}
	if len(ids) > maxReferences {
		ids = slices.Concat(ids[:maxReferences/2], ids[len(ids)-maxReferences/2:])
	}
	return ids
}

// listID is what stands between the angle brackets of a List-Id; some lists
// leave them out.
func listID(s string) string {
	s = cleanLine(s)
	if i := strings.LastIndexByte(s, '<'); i >= 0 {
		s, _, _ = strings.Cut(s[i+1:], ">")
	}
	return shortened(strings.TrimSpace(s), maxHeaderValue)
}

func addDelivered(to []string, value string) []string {
	for a := range strings.FieldsFuncSeq(cleanLine(value), func(r rune) bool { return r == ',' || r == ' ' || r == ';' }) {
		a = strings.Trim(a, "<>")
		if at := strings.IndexByte(a, '@'); at > 0 && len(a) < maxHeaderValue && len(to) < maxDelivered && !slices.Contains(to, a) {
			to = append(to, a)
		}
	}
	return to
}
