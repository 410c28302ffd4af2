package decode

import (
	"strings"

	"mailquarry/internal/mail"
	"mailquarry/internal/rfc822"
)

// kindByHeader tells what a message is for by its header, "" where that says
// nothing. contentType is its Content-Type, class the Content-Class by which
// Exchange names what others do not know.
func kindByHeader(contentType, class string) mail.Kind {
	contentType, class = strings.ToLower(contentType), strings.ToLower(class)
	class = strings.TrimPrefix(class, "urn:content-classes:")
	kind, params, _ := strings.Cut(contentType, ";")
	kind = strings.TrimSpace(kind)
	switch {
	case class == "mdn", kind == "multipart/report" && strings.Contains(params, "disposition-notification"):
		return mail.Receipt
	case class == "dsn", kind == "multipart/report" && strings.Contains(params, "delivery-status"):
		return mail.Report
	case class == "task", class == "taskrequest":
		return mail.Task
	case class == "calendarmessage", class == "appointment":
		return mail.Meeting
	case kind == "text/calendar" && strings.Contains(strings.ReplaceAll(params, " ", ""), "component=vtodo"):
		return mail.Task
	case kind == "text/calendar":
		return mail.Meeting
	}
	return ""
}

// kindOfParts tells what a message is for by its parts, and whether one of them
// is an appointment. A calendar file that is merely attached makes no meeting,
// unless it says what is to be done with it.
func kindOfParts(root *rfc822.Part) (kind mail.Kind, invite bool) {
	h := root.Header
	kind = kindByHeader(string(h.First("content-type")), cleanLine(string(h.First("content-class"))))
	root.Walk(func(p *rfc822.Part) {
		if p.Type == "multipart/report" && kind == "" { // a list has put it in a letter of its own
			kind = kindByHeader(string(p.Header.First("content-type")), "")
		}
		if p.Type != "text/calendar" {
			return
		}
		invite = invite || !strings.EqualFold(p.Params["method"], "reply")
		if kind == "" && (p.Disposition != "attachment" || p.Params["method"] != "") {
			kind = kindByHeader(string(p.Header.First("content-type")), "")
		}
	})
	return kind, invite
}

// kindOfGraph tells what a message is for by its type in Graph, of which
// meetings alone have one, and by its header.
func kindOfGraph(o *object, headers []header) (kind mail.Kind, invite bool) {
	var contentType, class string
	for _, h := range headers {
		switch h.name {
		case "content-type":
			contentType = h.value()
		case "content-class":
			class = cleanLine(h.value())
		}
	}
	derived := strings.TrimPrefix(o.str("@odata.type"), "#microsoft.graph.")
	step := o.str("meetingMessageType")
	switch kind = kindByHeader(contentType, class); {
	case strings.HasPrefix(derived, "eventMessage"), step != "" && !strings.EqualFold(step, "none"):
		answered := derived == "eventMessageResponse"
		for _, s := range []string{"meetingAccepted", "meetingTenativelyAccepted", "meetingTentativelyAccepted", "meetingDeclined"} {
			answered = answered || strings.EqualFold(step, s)
		}
		return mail.Meeting, !answered
	default:
		return kind, kind == mail.Meeting
	}
}
