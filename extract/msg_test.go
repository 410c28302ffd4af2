package extract

import (
	"encoding/binary"
	"fmt"
	"strings"
	"testing"
)

// msgProps is a message's stream of small properties, with the header that its
// place wants.
func msgProps(header int, numbers map[uint32]uint64) string {
	var w le
	w.zeros(header)
	for tag, v := range numbers {
		w.u32(int(tag), 6)
		w.b = binary.LittleEndian.AppendUint64(w.b, v)
	}
	return string(w.b)
}

func msgText(tag uint32, s string) oleEntry {
	return oleEntry{name: fmt.Sprintf("__substg1.0_%08X", tag), data: wide(s)}
}

// TestMessageSavedByOutlook promises what a person sees in it: subject, people,
// date, text, and what is attached, a message among it.
func TestMessageSavedByOutlook(t *testing.T) {
	t.Parallel()
	inner := oleEntry{name: "__substg1.0_3701000D", in: []oleEntry{
		{name: "__properties_version1.0", data: msgProps(msgInnerHeader, nil)},
		msgText(0x0037001F, "The inner one"), msgText(0x1000001F, "chestnut"),
	}}
	raw := oleFile(
		oleEntry{name: "__properties_version1.0", data: msgProps(msgTopHeader, map[uint32]uint64{
			0x3FFD0003: 1252, 0x00390040: 133485408000000000, // 2024-01-01 00:00 UTC
		})},
		oleEntry{name: "__substg1.0_0037001E", data: "Gr\xfc\xdfe"}, // in its code page
		msgText(0x0C1A001F, "Ann Example"), msgText(0x5D01001F, "ann@x.example"),
		oleEntry{name: "__recip_version1.0_#00000000", in: []oleEntry{
			{name: "__properties_version1.0", data: msgProps(msgOtherHeader, nil)},
			msgText(0x3001001F, "Ben"), msgText(0x39FE001F, "ben@x.example"),
		}},
		oleEntry{name: "__substg1.0_10130102", data: "<p>walnut <b>tree</b></p>"},
		oleEntry{name: "__attach_version1.0_#00000000", in: []oleEntry{
			{name: "__properties_version1.0", data: msgProps(msgOtherHeader, nil)},
			msgText(0x3707001F, "note.txt"),
			{name: "__substg1.0_37010102", data: "hazel" + strings.Repeat(" ", 5000)},
		}},
		oleEntry{name: "__attach_version1.0_#00000001", in: []oleEntry{
			{name: "__properties_version1.0", data: msgProps(msgOtherHeader, nil)}, inner,
		}},
	)
	wantText(t, raw, "saved.msg", "msg", OK, strings.Join([]string{
		"Grüße", "Ann Example <ann@x.example>", "Ben <ben@x.example>", "Mon, 01 Jan 2024 00:00:00 +0000", "", "walnut tree", "", "note.txt", "", "[note.txt]hazel",
		"", `[the message "The inner one"]The inner one`, "", "chestnut",
	}, "\n"))
}

// tnefAttribute is one attribute of a TNEF stream.
func tnefAttribute(level int, id uint32, data string) string {
	var w le
	w.u8(level).u32(int(id), len(data)).str(data).u16(0)
	return string(w.b)
}

// TestWinmailDat promises the text and the attachments that Exchange wraps.
func TestWinmailDat(t *testing.T) {
	t.Parallel()
	var props le
	props.u32(2)
	props.u16(mapiWide, mapiSubject).u32(1, len(wide("The plan"))).str(wide("The plan"))
	props.zeros(-len(wide("The plan")) & 3)
	props.u16(mapiBinary, mapiHTML).u32(1, len("<p>walnut")).str("<p>walnut").zeros(-len("<p>walnut") & 3)
	raw := "\x78\x9f\x3e\x22\x01\x00" + tnefAttribute(1, tnefCodePage, "\xe4\x04\x00\x00\x00\x00\x00\x00") +
		tnefAttribute(1, tnefMessage, string(props.b)) +
		tnefAttribute(2, tnefAttachStart, strings.Repeat("\x00", 14)) + tnefAttribute(2, tnefAttachTitle, "gr\xfcn.txt\x00") + tnefAttribute(2, tnefAttachData, "hazel")
	wantText(t, []byte(raw), "winmail.dat", "tnef", OK, "The plan\n\nwalnut\n\ngrün.txt\n\n[grün.txt]hazel")
	wantText(t, []byte(raw[:len(raw)-4]), "winmail.dat", "tnef", Partial, "The plan\n\nwalnut\n\ngrün.txt\n\n[grün.txt]haz")
}

// TestCompressedRTF promises the text of a body that Outlook packed, by the
// example of the specification.
func TestCompressedRTF(t *testing.T) {
	t.Parallel()
	packed := "\x2d\x00\x00\x00\x2b\x00\x00\x00\x4c\x5a\x46\x75\xf1\xc5\xc7\xa7\x03\x00\x0a\x00\x72\x63\x70\x67\x31\x32\x35\x42\x32\x0a\xf3\x20\x68\x65\x6c\x09\x00\x20\x62\x77\x05\xb0\x6c\x64\x7d\x0a\x80\x0f\xa0"
	got, err := unpackRTF([]byte(packed))
	if want := "{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"; err != nil || string(got) != want {
		t.Errorf("%q, %v; want %q", got, err, want)
	}
}

// FuzzMSG and FuzzTNEF promise that any bytes can be read.
func FuzzMSG(f *testing.F) {
	f.Add(msgItem("IPM.Appointment", map[uint32]uint64{0x80010040: fileTime(3, 9), 0x3FF10003: 1041}, nameList(namedEntry{appointmentSet, 0x8208, ""}, namedEntry{appointmentSet, 0x820D, ""}, namedEntry{text: "Keywords"}),
		msgText(0x8000001F, "Room"), oleEntry{name: "__substg1.0_8002101F-00000000", data: wide("wood")}))
	fuzzReader(f, msgFormat())
}

func FuzzTNEF(f *testing.F) {
	var props le
	props.u32(2).u16(mapiWide, 0x8001).str(outlookSet(appointmentSet)).u32(0, 0x8208, 1, 4).str(wide("ab"))
	props.u16(mapiWide|mapiMany, 0x8002).str(outlookSet(0)).u32(1, 18).str(wide("Keywords\x00")).zeros(2).u32(1, 4).str(wide("cd"))
	f.Add([]byte("\x78\x9f\x3e\x22\x01\x00" + tnefAttribute(1, tnefCodePage, "\xe4\x04\x00\x00\x00\x00\x00\x00") + tnefAttribute(1, tnefMessage, string(props.b))))
	fuzzReader(f, tnefFormat())
}

// FuzzUnpackRTF promises an end, and no more than 17 bytes for each of input.
func FuzzUnpackRTF(f *testing.F) {
	f.Add([]byte("\x2d\x00\x00\x00\x2b\x00\x00\x00\x4c\x5a\x46\x75\xf1\xc5\xc7\xa7\x03\x00\x0a\x00"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if got, err := unpackRTF(b); err == nil && len(got) > 17*len(b) {
			t.Errorf("%d bytes of %d", len(got), len(b))
		}
	})
}
