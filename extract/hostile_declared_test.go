package extract_test

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"slices"
	"strings"
	"testing"

	"mailquarry/extract"
)

func sum32(s string) string {
	return string(binary.LittleEndian.AppendUint32(nil, crc32.ChecksumIEEE([]byte(s))))
}

// hostileDeclared are small documents that announce enormous contents.
func hostileDeclared() []hostileDoc {
	note := "walnut"
	tnef := func(id uint32, size uint32, data string) string {
		b := binary.LittleEndian.AppendUint32([]byte{2}, id)
		return string(binary.LittleEndian.AppendUint32(b, size)) + data + "\x00\x00"
	}
	wrapped := "\x78\x9f\x3e\x22\x01\x00"
	attached := tnef(0x00069002, 14, strings.Repeat("\x00", 14)) + tnef(0x00018010, 6, "a.txt\x00")
	docs := []hostileDoc{
		{"zip: a member of 2^64 bytes", "a.zip", always(rawZip(rawEntry{name: "a.txt", packed: note, size: 6}, rawEntry{name: "b.txt", packed: note, size: 0xffffffff})), states(extract.Partial, extract.OK), "a.txt", 100},
		{"zip: a directory of 65,535 that are not there", "a.zip", always("PK\x03\x04" + endOfZip(65535, 1<<31, 1<<31)), states(extract.Failed), "", 10},
		{"zip: a directory of 2^64", "a.zip", always("PK\x03\x04", many{"\x00", 60}, "PK\x06\x06\x2c", many{"\x00", 11}, many{"\xff\xff\xff\xff\xff\xff\xff\x7f", 6}, "PK\x06\x07\x00\x00\x00\x00\x40\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00", "PK\x05\x06\x00\x00\x00\x00\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x00\x00"), states(extract.Failed), "", 10},
		{"docx: parts of 2^32 bytes", "a.docx", always(rawZip(
			rawEntry{name: "[Content_Types].xml", packed: "<Types/>", size: 0xffffffff},
			rawEntry{name: "word/document.xml", packed: para(note), size: 0xffffffff},
		)), states(extract.Partial, extract.Failed, extract.OK, extract.Empty), "", 100},
		{"tnef: an attachment of 4 GB", "winmail.dat", always(wrapped + attached + tnef(0x0006800F, 0xffffffff, note)), states(extract.Partial), note, 100},
		{"tnef: properties by the billion", "winmail.dat", always(wrapped, tnef(0x00069003, 30, "\xff\xff\xff\xff\x1f\x10\x37\x00\xff\xff\xff\xff"+strings.Repeat("\xff", 18)), attached, tnef(0x0006800F, 6, note)), states(extract.OK, extract.Partial), note, 100},
		{"tnef: a million attachments", "winmail.dat", always(wrapped, many{attached + tnef(0x0006800F, 6, note), 500_000}), states(extract.TooLarge), note, 1 << 20},
		{"rtf: a picture of 2 GB", "a.rtf", always(`{\rtf1 walnut{\pict\bin2147483647 abc`), states(extract.OK), note, 20},
		{"rtf: an object of 4 GB", "a.rtf", always(`{\rtf1 walnut{\object\objemb{\*\objdata 0105000002000000ffffffff7f}}{\object{\*\objdata 010500000200000005000000` + `61626364000000000000000000ffffffff}}}`), states(extract.OK, extract.Partial), note, 100},
		{"png: 2^31 by 2^31 points", "a.png", always("\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR\x7f\xff\xff\xff\x7f\xff\xff\xff\x08\x06\x00\x00\x00" + "\x00\x00\x00\x00" + "\xff\xff\xff\xffIDAT"), states(extract.NoText), "", 0},
		{"gif: 65,535 by 65,535 points", "a.gif", always("GIF89a\xff\xff\xff\xff\xf7\x00\x00", many{"\x00", 768}, ",\x00\x00\x00\x00\xff\xff\xff\xff\x00\x08"), states(extract.NoText), "", 0},
		{"jpeg: 65,535 by 65,535 points", "a.jpg", always("\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xc0\x00\x11\x08\xff\xff\xff\xff\x03\x01\x22\x00\x02\x11\x01\x03\x11\x01"), states(extract.NoText), "", 0},
		{"tiff: a directory that follows itself", "a.tif", always("II*\x00\x08\x00\x00\x00\x01\x00\x00\x01\x04\x00\xff\xff\xff\xff\xff\xff\xff\xff\x08\x00\x00\x00"), states(extract.NoText), "", 0},
		{"bmp: 2^31 by 2^31 points", "a.bmp", always("BM\xff\xff\xff\x7f\x00\x00\x00\x00\x36\x00\x00\x00\x28\x00\x00\x00\xff\xff\xff\x7f\xff\xff\xff\x7f\x01\x00\x20\x00", many{"\x00", 24}), states(extract.NoText), "", 0},
		{"mail: a length of exabytes", "a.eml", always("Message-ID: <a@b>\nSubject: walnut\nContent-Length: 9223372036854775807\nLines: 99999999999\n\nhazel"), states(extract.OK), "hazel", 100},
	}
	files := extract.HostileOLE()
	for _, name := range slices.Sorted(func(yield func(string) bool) {
		for k := range files {
			if !yield(k) {
				return
			}
		}
	}) {
		want, mark := states(extract.Failed, extract.Empty, extract.OK, extract.Partial, extract.Unsupported), ""
		switch name {
		case "messages in messages":
			want, mark = states(extract.Partial), note
		case "many streams of the same sectors":
			want, mark = states(extract.TooLarge, extract.Partial), note
		}
		docs = append(docs, hostileDoc{"ole: " + name, "a.msg", always(string(files[name])), want, mark, 0})
	}
	return docs
}

// hostileDeep are 10,000 documents, or what is alike, in each other.
func hostileDeep() []hostileDoc {
	const levels = 10_000
	subject := "Message-ID: <a@b>\nSubject: walnut\n"
	return []hostileDoc{
		{"multiparts", "a.eml", always(subject + inside(levels, "\nbottom", func(level, _ int) (string, string) {
			return fmt.Sprintf("Content-Type: multipart/mixed; boundary=b%d\n\nx\n--b%d\n", level, level), fmt.Sprintf("\n--b%d--\n", level)
		})), states(extract.Partial), "walnut", 10 << 20},
		{"multiparts that share a boundary", "a.eml", always(subject, many{"Content-Type: multipart/mixed; boundary=b\n\n--b\n", levels}), states(extract.Partial, extract.OK), "walnut", 1 << 20},
		{"multiparts whose boundaries begin alike", "a.eml", always(subject, inside(levels, "\nbottom", func(level, _ int) (string, string) {
			b := strings.Repeat("b", 1+level%60)
			return "Content-Type: multipart/mixed; boundary=" + b + "\n\n--" + b + "\n", "\n--" + b + "--\n"
		})), states(extract.Partial, extract.OK), "walnut", 10 << 20},
		{"messages", "a.eml", always(subject, many{"Content-Type: message/rfc822\n\nSubject: hazel\n", levels}, "\nbottom"), states(extract.Partial), "walnut", 10 << 10},
		{"messages in multiparts in turn", "a.eml", always(subject + inside(levels/2, "\nbottom", func(level, _ int) (string, string) {
			return fmt.Sprintf("Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\nContent-Type: message/rfc822\n\nSubject: hazel\n", level, level), fmt.Sprintf("\n--b%d--\n", level)
		})), states(extract.Partial), "walnut", 10 << 10},
		{"zip in zip", "a.zip", func(testing.TB) string { return inside(levels, "bottom", zipInZip) }, states(extract.Partial), "walnut", 10 << 10},
		{"tnef in tnef", "winmail.dat", func(testing.TB) string {
			return inside(levels, "bottom", func(_, size int) (string, string) {
				le := binary.LittleEndian.AppendUint32
				props := le([]byte("\x01\x00\x00\x00\x0d\x00\x01\x37\x01\x00\x00\x00"), uint32(size+16))
				head := "\x78\x9f\x3e\x22\x01\x00\x02\x02\x90\x06\x00\x0e\x00\x00\x00" + strings.Repeat("\x00", 16) + "\x02\x05\x90\x06\x00"
				return head + string(le(nil, uint32(len(props)+16+size))) + string(props) + strings.Repeat("\x00", 16), "\x00\x00"
			})
		}, states(extract.Partial, extract.TooLarge), "", 100},
		{"divisions of HTML", "a.html", always("<html>", many{"<div>", levels}, "walnut"), states(extract.OK), "walnut", 100},
		{"elements of XML", "a.xml", always("<?xml version='1.0'?>", many{"<a>", 1_000_000}, "walnut"), states(extract.OK), "walnut", 4 << 20},
		{"arrays of JSON", "a.json", always(many{"[", 5_000_000}, `"walnut"`), states(extract.OK), "walnut", 6 << 20},
		{"objects of JSON", "a.json", always(many{`{"a":`, 2_000_000}, `"walnut"`), states(extract.OK), "walnut", 12 << 20},
		{"groups of RTF", "a.rtf", always(`{\rtf1 walnut`, many{`{\*\x{\field{\fldinst{`, 1_000_000}), states(extract.OK), "walnut", 100},
		{"documents in documents of Word, in a message", "a.eml", func(t testing.TB) string {
			inner := docx(t, para("walnut"))
			for range 12 {
				inner = docx(t, para("walnut"), "word/_rels/document.xml.rels", rels("e", "package", "embeddings/in.docx"), "word/embeddings/in.docx", string(inner))
			}
			return subject + "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: application/octet-stream; name=a.docx\nContent-Disposition: attachment\n\n" + string(inner) + "\n--b--"
		}, states(extract.Partial), "walnut", 1000},
	}
}
