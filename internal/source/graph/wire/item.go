package wire

import (
	"encoding/base64"
	"encoding/json"
	"strings"

	"mailquarry/internal/mail"
	"mailquarry/internal/source"
)

// ParseUser reads a user of the directory. The reason is "" when it can be used.
func ParseUser(raw json.RawMessage) (m source.Mailbox, reason string) {
	f, id, reason := Fields(raw)
	if reason != "" {
		return m, reason
	}
	m = source.Mailbox{Key: id, Name: Text(f, "displayName"), Address: Text(f, "mail"), Payload: raw}
	if m.Address == "" {
		m.Address = Text(f, "userPrincipalName")
	}
	var proxies []string
	_ = json.Unmarshal(f["proxyAddresses"], &proxies) // of a wrong type: no aliases are known
	for _, p := range proxies {
		kind, address, ok := strings.Cut(p, ":")
		if ok && strings.EqualFold(kind, "smtp") && address != "" && !strings.EqualFold(address, m.Address) {
			m.Aliases = append(m.Aliases, address)
		}
	}
	if gone, why := Removed(f); gone {
		// For users "changed" means that an administrator can still restore them.
		m.Gone, m.Purged = true, why == "deleted"
	}
	return m, ""
}

// PartialUser tells whether a user lacks a field that its address or name is
// made of. Later rounds of the stream may leave out what did not change.
func PartialUser(raw json.RawMessage) bool {
	f, _, _ := Fields(raw)
	for _, name := range []string{"mail", "userPrincipalName", "displayName"} {
		if _, ok := f[name]; !ok {
			return true
		}
	}
	return false
}

// ParsePart reads an attachment of a list. The reason is "" when it can be used.
func ParsePart(raw json.RawMessage) (mail.Part, string) {
	f, id, reason := Fields(raw)
	if reason != "" {
		return mail.Part{}, reason
	}
	p := mail.Part{
		Key: id, Name: Text(f, "name"), ContentType: Text(f, "contentType"), Kind: mail.FilePart,
		ContentID: strings.TrimSuffix(strings.TrimPrefix(Text(f, "contentId"), "<"), ">"),
		Inline:    Truth(f, "isInline"), Size: max(0, Number(f, "size")),
	}
	switch strings.ToLower(strings.TrimPrefix(Text(f, "@odata.type"), "#")) {
	case "microsoft.graph.itemattachment":
		p.Kind = mail.ItemPart
	case "microsoft.graph.referenceattachment":
		p.Kind = mail.ReferencePart
	}
	return p, ""
}

// PartBytes reads an attachment's bytes out of a batch's answer: of a file the
// object that holds them, of an item the value itself.
func PartBytes(kind mail.PartKind, raw json.RawMessage) ([]byte, bool) {
	var coded *string
	if kind == mail.ItemPart {
		if json.Unmarshal(raw, &coded) != nil {
			return nil, false
		}
	} else {
		var object struct {
			Content *string `json:"contentBytes"`
		}
		if json.Unmarshal(raw, &object) != nil {
			return nil, false
		}
		coded = object.Content
	}
	if coded == nil {
		return nil, false
	}
	b, err := base64.StdEncoding.DecodeString(*coded)
	return b, err == nil
}
