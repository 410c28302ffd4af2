package extract

import (
	"bytes"
	"encoding/binary"
	"slices"
	"strings"
)

// HostileOLE makes compound files that lie about themselves, or hold more than
// they weigh.
func HostileOLE() map[string][]byte {
	message := []oleEntry{{name: "__properties_version1.0", data: msgProps(msgTopHeader, nil)}, msgText(0x0037001F, "walnut")}
	plain := oleFile(message...)
	changed := func(at int, v ...uint32) []byte {
		b := slices.Clone(plain)
		for i, n := range v {
			binary.LittleEndian.PutUint32(b[at+4*i:], n)
		}
		return b
	}
	body := strings.Index(string(plain), wide("Root Entry"))
	deep := oleEntry{name: "bottom", data: "x"}
	for range 20_000 {
		deep = oleEntry{name: strings.Repeat("d", 31), in: []oleEntry{deep}}
	}
	inner := []oleEntry{{name: "__properties_version1.0", data: msgProps(msgInnerHeader, nil)}}
	for range 100 {
		inner = []oleEntry{
			{name: "__properties_version1.0", data: msgProps(msgInnerHeader, nil)[:0]},
			msgText(0x0037001F, "w"),
			{name: "__attach_version1.0_#00000000", in: []oleEntry{{name: "__substg1.0_3701000D", in: inner}}},
		}
	}
	return map[string][]byte{
		"a table of four billion sectors":     changed(44, 0xFFFFFFFF),
		"sectors of 2^255 bytes":              append(append(slices.Clone(plain[:30]), 0xff, 0x00), plain[32:]...),
		"lists of tables that go on for ever": changed(68, 0, 0xFFFFFFFF),
		"a directory that is its own child":   changed(body+76, 0, 0, 0),
		"a directory in the header":           changed(48, 0xFFFFFFFF),
		"streams of two exabytes":             hugeStreams(plain),
		"storages in storages":                oleFile(append(slices.Clone(message), deep)...),
		"messages in messages":                oleFile(append(slices.Clone(message), oleEntry{name: "__attach_version1.0_#00000000", in: []oleEntry{{name: "__substg1.0_3701000D", in: inner}}})...),
		"many streams of the same sectors":    sharedStreams(),
	}
}

// hugeStreams declares every stream as larger than any file.
func hugeStreams(b []byte) []byte {
	b = slices.Clone(b)
	for at := 512; at+128 <= len(b); at += 128 {
		if b[at+66] == 2 && bytes.HasPrefix(b[at:], []byte(wide("__"))) {
			binary.LittleEndian.PutUint64(b[at+120:], 1<<61)
		}
	}
	return b
}

// sharedStreams is a message of a thousand attachments that are all the same
// megabytes of the file.
func sharedStreams() []byte {
	message := []oleEntry{{name: "__properties_version1.0", data: msgProps(msgTopHeader, nil)}, msgText(0x0037001F, "walnut")}
	for i := range 1000 {
		data := ""
		if i == 0 {
			data = strings.Repeat("hazel\x01\x02 ", 200_000)
		}
		message = append(message, oleEntry{name: "__attach_version1.0_#" + itoa(10_000+i), in: []oleEntry{{name: "__substg1.0_37010102", data: data}}})
	}
	b := oleFile(message...)
	var start, size []byte
	for at := 512; at+128 <= len(b); at += 128 {
		if b[at+66] != 2 || !strings.HasPrefix(string(b[at:]), wide("__substg1.0_37010102")) {
			continue
		}
		if start == nil {
			start, size = b[at+116:at+120], b[at+120:at+128]
		}
		copy(b[at+116:], start)
		copy(b[at+120:], size)
	}
	return b
}
