package demo

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"fmt"
	"hash/crc32"
	"strconv"
	"strings"
)

const (
	xmlHead = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"
	relsNS  = `http://schemas.openxmlformats.org/package/2006/relationships`
	officeR = `http://schemas.openxmlformats.org/officeDocument/2006/relationships`
	typesNS = `http://schemas.openxmlformats.org/package/2006/content-types`
	wordNS  = `http://schemas.openxmlformats.org/wordprocessingml/2006/main`
	sheetNS = `http://schemas.openxmlformats.org/spreadsheetml/2006/main`
)

// member is a file in a package.
type member struct{ name, content string }

// zipOf packs the members in order, without times, so that equal content gives
// equal bytes.
func zipOf(members []member) ([]byte, error) {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, m := range members {
		f, err := w.CreateHeader(&zip.FileHeader{Name: m.name, Method: zip.Deflate})
		if err != nil {
			return nil, fmt.Errorf("add %s: %w", m.name, err)
		}
		if _, err := f.Write([]byte(m.content)); err != nil {
			return nil, fmt.Errorf("write %s: %w", m.name, err)
		}
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("close package: %w", err)
	}
	return b.Bytes(), nil
}

func contentTypes(overrides ...string) member {
	var b strings.Builder
	b.WriteString(xmlHead + `<Types xmlns="` + typesNS + `"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>`)
	for i := 0; i < len(overrides); i += 2 {
		fmt.Fprintf(&b, `<Override PartName="%s" ContentType="application/vnd.openxmlformats-%s+xml"/>`, overrides[i], overrides[i+1])
	}
	b.WriteString(`</Types>`)
	return member{"[Content_Types].xml", b.String()}
}

func rootRels(target string) member {
	return member{"_rels/.rels", xmlHead + `<Relationships xmlns="` + relsNS + `"><Relationship Id="rId1" Type="` + officeR + `/officeDocument" Target="` + target + `"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties" Target="docProps/core.xml"/></Relationships>`}
}

func coreProperties(title string) member {
	return member{"docProps/core.xml", xmlHead + `<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>` + escape(title) + `</dc:title><dc:creator>` + companyName + `</dc:creator></cp:coreProperties>`}
}

// writeDOCX writes a WordprocessingML document.
func writeDOCX(d document) ([]byte, error) {
	var b strings.Builder
	b.WriteString(xmlHead + `<w:document xmlns:w="` + wordNS + `"><w:body>`)
	b.WriteString(wordPara(d.title, d.rtl, `<w:b/><w:sz w:val="32"/>`))
	for _, p := range d.paras {
		b.WriteString(wordPara(p, d.rtl, ""))
	}
	if len(d.table) > 0 {
		b.WriteString(`<w:tbl><w:tblPr><w:tblW w:w="0" w:type="auto"/></w:tblPr><w:tblGrid>`)
		for range d.table[0] {
			b.WriteString(`<w:gridCol w:w="2200"/>`)
		}
		b.WriteString(`</w:tblGrid>`)
		for i, row := range d.table {
			b.WriteString(`<w:tr>`)
			style := ""
			if i == 0 {
				style = `<w:b/>`
			}
			for _, cell := range row {
				b.WriteString(`<w:tc><w:tcPr><w:tcW w:w="2200" w:type="dxa"/></w:tcPr>` + wordPara(cell, d.rtl, style) + `</w:tc>`)
			}
			b.WriteString(`</w:tr>`)
		}
		b.WriteString(`</w:tbl>` + wordPara("", d.rtl, ""))
	}
	b.WriteString(`<w:sectPr><w:pgSz w:w="11906" w:h="16838"/></w:sectPr></w:body></w:document>`)
	return zipOf([]member{
		contentTypes("/word/document.xml", "officedocument.wordprocessingml.document.main", "/docProps/core.xml", "package.core-properties"),
		rootRels("word/document.xml"),
		coreProperties(d.title),
		{"word/document.xml", b.String()},
	})
}

// wordPara writes a paragraph of one run.
func wordPara(text string, rtl bool, style string) string {
	para := ""
	if rtl {
		para, style = `<w:pPr><w:bidi/></w:pPr>`, style+`<w:rtl/>`
	}
	if style != "" {
		style = `<w:rPr>` + style + `</w:rPr>`
	}
	return `<w:p>` + para + `<w:r>` + style + `<w:t xml:space="preserve">` + escape(text) + `</w:t></w:r></w:p>`
}

// writeXLSX writes a workbook of one sheet; cells that are whole numbers become
// numbers, and with total the last column is summed by a formula.
func writeXLSX(title, sheet string, rows [][]string, total string) ([]byte, error) {
	var shared []string
	index := map[string]int{}
	var b strings.Builder
	b.WriteString(xmlHead + `<worksheet xmlns="` + sheetNS + `"><sheetData>`)
	sum, last := 0, 0
	for r, row := range rows {
		fmt.Fprintf(&b, `<row r="%d">`, r+1)
		for c, cell := range row {
			at := fmt.Sprintf("%c%d", 'A'+c, r+1)
			if n, err := strconv.Atoi(cell); err == nil {
				fmt.Fprintf(&b, `<c r="%s"><v>%d</v></c>`, at, n)
				if last = c; c == len(row)-1 {
					sum += n
				}
				continue
			}
			fmt.Fprintf(&b, `<c r="%s" t="s"><v>%d</v></c>`, at, intern(&shared, index, cell))
		}
		b.WriteString(`</row>`)
	}
	col := 'A' + rune(last)
	fmt.Fprintf(&b, `<row r="%d"><c r="A%d" t="s"><v>%d</v></c><c r="%c%d"><f>SUM(%c2:%c%d)</f><v>%d</v></c></row>`,
		len(rows)+1, len(rows)+1, intern(&shared, index, total), col, len(rows)+1, col, col, len(rows), sum)
	b.WriteString(`</sheetData></worksheet>`)
	var s strings.Builder
	fmt.Fprintf(&s, xmlHead+`<sst xmlns="%s" count="%d" uniqueCount="%d">`, sheetNS, len(shared), len(shared))
	for _, text := range shared {
		s.WriteString(`<si><t xml:space="preserve">` + escape(text) + `</t></si>`)
	}
	s.WriteString(`</sst>`)
	const kind = "officedocument.spreadsheetml."
	return zipOf([]member{
		contentTypes("/xl/workbook.xml", kind+"sheet.main", "/xl/worksheets/sheet1.xml", kind+"worksheet", "/xl/sharedStrings.xml", kind+"sharedStrings", "/docProps/core.xml", "package.core-properties"),
		rootRels("xl/workbook.xml"),
		coreProperties(title),
		{"xl/workbook.xml", xmlHead + `<workbook xmlns="` + sheetNS + `" xmlns:r="` + officeR + `"><sheets><sheet name="` + escape(sheet) + `" sheetId="1" r:id="rId1"/></sheets></workbook>`},
		{"xl/_rels/workbook.xml.rels", xmlHead + `<Relationships xmlns="` + relsNS + `"><Relationship Id="rId1" Type="` + officeR + `/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="` + officeR + `/sharedStrings" Target="sharedStrings.xml"/></Relationships>`},
		{"xl/worksheets/sheet1.xml", b.String()},
		{"xl/sharedStrings.xml", s.String()},
	})
}

// intern gives a shared string's number.
func intern(list *[]string, index map[string]int, s string) int {
	if i, ok := index[s]; ok {
		return i
	}
	index[s] = len(*list)
	*list = append(*list, s)
	return len(*list) - 1
}

func escape(s string) string {
	var b bytes.Buffer
	// A bytes.Buffer takes everything: there is no error to have.
	_ = xml.EscapeText(&b, []byte(s))
	return b.String()
}

// lockedZip writes an archive whose member is marked as encrypted, as nobody
// without the password can open it.
func lockedZip(d dice, name string) ([]byte, error) {
	secret := make([]byte, 900)
	for i := range secret {
		secret[i] = byte(d.IntN(256))
	}
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	f, err := w.CreateRaw(&zip.FileHeader{
		Name: name, Method: zip.Store, Flags: 1, CRC32: crc32.ChecksumIEEE(secret),
		CompressedSize64: uint64(len(secret)), UncompressedSize64: uint64(len(secret) - 12),
	})
	if err != nil {
		return nil, fmt.Errorf("add %s: %w", name, err)
	}
	if _, err := f.Write(secret); err != nil {
		return nil, fmt.Errorf("write %s: %w", name, err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("close archive: %w", err)
	}
	return b.Bytes(), nil
}
