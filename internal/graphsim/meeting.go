package graphsim

import (
	"strings"
	"time"
)

// writeDerived writes what messages about meetings and calendars have besides.
func (m *Message) writeDerived(o *object) {
	if o.sel.given {
		// The derived type's properties cannot be named by a plain $select.
		return
	}
	switch {
	case m.Type == "calendarSharingMessage":
		o.more([][2]string{
			{"canAccept", "true"},
			{"suggestedCalendarName", `"Calendar"`},
			{"sharingMessageAction", `{"importance":"primary","actionType":"accept","action":"acceptAndViewCalendar"}`},
			{"sharingMessageActions", `[{"importance":"primary","actionType":"accept","action":"acceptAndViewCalendar"}]`},
		})
	case strings.HasPrefix(m.Type, "eventMessage"):
		m.writeMeeting(o)
	}
}

// writeMeeting writes what event messages have.
func (m *Message) writeMeeting(o *object) {
	kind, byType := "meetingCancelled", [][2]string(nil)
	switch m.Type {
	case "eventMessageRequest":
		kind, byType = "meetingRequest", [][2]string{
			{"previousLocation", "null"},
			{"previousStartDateTime", "null"},
			{"previousEndDateTime", "null"},
			{"responseRequested", "true"},
			{"allowNewTimeProposals", "true"},
			{"meetingRequestType", `"newMeetingRequest"`},
		}
	case "eventMessageResponse":
		kind, byType = "meetingAccepted", [][2]string{{"responseType", `"accepted"`}, {"proposedNewTime", "null"}}
	}
	o.more([][2]string{
		{"meetingMessageType", `"` + kind + `"`},
		{"type", `"singleInstance"`},
		{"isOutOfDate", "false"},
		{"isAllDay", "false"},
		{"isDelegated", "false"},
		{"recurrence", "null"},
		{"location", `{"displayName":"Room 7","locationType":"default","uniqueIdType":"unknown"}`},
		{"startDateTime", dateTimeZone(m.Received.Add(48 * time.Hour))},
		{"endDateTime", dateTimeZone(m.Received.Add(49 * time.Hour))},
	})
	o.more(byType)
}

// more writes members that are JSON already, but for those that extra
// properties replace.
func (o *object) more(members [][2]string) {
	for _, p := range members {
		if _, over := o.extra[p[0]]; !over {
			o.raw(p[0], []byte(p[1]))
		}
	}
}

func dateTimeZone(t time.Time) string {
	return `{"dateTime":"` + t.UTC().Format("2006-01-02T15:04:05.0000000") + `","timeZone":"UTC"}`
}
