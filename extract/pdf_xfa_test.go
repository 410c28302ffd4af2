package extract_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"mailquarry/extract"
)

// aboutPDF is a document with a form, a comment, a link and an outline.
func aboutPDF(xfa ...string) []byte {
	root := "<< /Type /Catalog /Pages 2 0 R /Outlines 6 0 R /AcroForm << /Fields [] /XFA [(config) 10 0 R (template) 8 0 R (datasets) 9 0 R] >> >>"
	if len(xfa) > 0 {
		root = "<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [] /XFA 6 0 R >> >>"
	}
	leaf := strings.Replace(page, "/Type /Page ", "/Type /Page /Annots [<< /Type /Annot /Subtype /Text /Rect [0 0 9 9] /T (Ann) /Contents (Is that so?) >> "+
		"<< /Type /Annot /Subtype /Link /Rect [0 0 9 9] /A << /S /URI /URI (https://walnut.example/a) >> >>] ", 1)
	objects := []string{root, pages, leaf, stream("", "BT /F 10 Tf (Please wait Name) Tj ET"), font}
	if len(xfa) > 0 {
		return pdfFile(append(objects, stream("", xfa[0]))...)
	}
	return pdfFile(append(objects,
		"<< /Type /Outlines /First 7 0 R /Last 7 0 R /Count 1 >>", "<< /Title (Second chapter) /Parent 6 0 R >>",
		stream("", xfaTemplate), stream("", xfaData), stream("", "<config><template><base>C:\\templates</base></template></config>"))...)
}

const (
	xfaTemplate = `<template xmlns="http://www.xfa.org/schema/xfa-template/3.3/"><subform><event><script>hidden()</script></event>` +
		`<field name="a"><caption><value><text>Name</text></value></caption><ui><textEdit/></ui><format><picture>999</picture></format></field>` +
		`<field name="b"><caption><value><exData contentType="text/html"><body xmlns="http://www.w3.org/1999/xhtml"><p>Your <b>city</b></p></body></exData></value></caption>` +
		`<items><text>Prague</text><text>Ostrava</text></items></field></subform></template>`
	xfaData  = `<xfa:datasets xmlns:xfa="http://www.xfa.org/schema/xfa-data/1.0/"><xfa:data><f><a>Walnut &amp; sons</a><photo contentType="image/png">iVBORw0KGgo=</photo><b>Prague</b></f></xfa:data><dd:dataDescription xmlns:dd="x">no</dd:dataDescription></xfa:datasets>`
	aboutTxt = "Please wait Name\nAnn:\nIs that so?\nhttps://walnut.example/a\nYour\ncity\nPrague\nOstrava\nWalnut & sons\nSecond chapter"
)

// TestPDFFieldsTell promises what fields, buttons and notes say besides what the
// pages show, and a PDF without its first line.
func TestPDFFieldsTell(t *testing.T) {
	t.Parallel()
	root := "<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [6 0 R 7 0 R] >> >>"
	leaf := strings.Replace(page, "/Type /Page ", "/Type /Page /Annots [6 0 R 7 0 R << /Type /Annot /Subtype /Text /Rect [0 0 9 9] /RC (<body><p>Rich &amp; plain</p></body>) >> "+
		"<< /Type /Annot /Subtype /Link /Rect [0 0 9 9] /A << /S /GoToR /F (annex.pdf) >> >>] ", 1)
	in := pdfFile(root, pages, leaf, stream("", "BT /F 10 Tf (Name) Tj ET"), font,
		"<< /Type /Annot /Subtype /Widget /FT /Btn /T (b) /Rect [0 0 9 9] /MK << /CA (Send) >> /A << /S /URI /URI (https://walnut.example/b) >> >>",
		"<< /Type /Annot /Subtype /Widget /FT /Ch /Ff 131072 /T (c) /TU (Your city) /V (Prague) /Opt [(Prague) [(o) (Ostrava)]] /Rect [0 0 9 9] >>")
	want := "Name\nRich & plain\nhttps://walnut.example/b\nannex.pdf\nSend\nPrague\nOstrava\nYour city"
	pool := newPool(t, 20*time.Second)
	for name, b := range map[string][]byte{"whole": in, "without its first line": in[len("%PDF-1.5\n"):]} {
		got, err := pool.Extract(t.Context(), bytesDoc("a.pdf", "", b))
		text := strings.Join(strings.FieldsFunc(got.Text, func(r rune) bool { return r == '\n' }), "\n")
		if err != nil || got.State != extract.OK || text != want {
			t.Errorf("%s: %s (%s) by %s, %v:\n%s\nwant:\n%s", name, got.State, got.Reason, got.Made, err, text, want)
		}
	}
}

// TestNotPDF promises that a text which tells of a PDF's insides stays a text.
func TestNotPDF(t *testing.T) {
	t.Parallel()
	got, err := newPool(t, 20*time.Second).Extract(t.Context(), bytesDoc("a.txt", "", []byte("dump of 1 0 obj follows\nwalnut\nstartxref\n9\n%%EOF\n")))
	if err != nil || got.Type != "text" || !strings.Contains(got.Text, "walnut") {
		t.Errorf("%s, %s (%s) %q, %v", got.Type, got.State, got.Reason, got.Text, err)
	}
}

// TestPDFForms promises what an XFA form says, of which the pages show nothing,
// and what stands beside the pages, whoever reads them.
func TestPDFForms(t *testing.T) {
	t.Parallel()
	pool := newPool(t, 20*time.Second)
	_, byPDFium, _ := extract.Full(t, compiled(t))
	whole := "<?xml version='1.0'?><xdp:xdp xmlns:xdp='http://ns.adobe.com/xdp/'>" + xfaTemplate + xfaData + "</xdp:xdp>"
	for name, c := range map[string]struct {
		in   []byte
		read func(context.Context, extract.Doc) (extract.Result, error)
		want string
	}{
		"packets":            {aboutPDF(), pool.Extract, aboutTxt},
		"packets, PDFium":    {aboutPDF(), byPDFium, aboutTxt},
		"one stream":         {aboutPDF(whole), pool.Extract, strings.TrimSuffix(aboutTxt, "\nSecond chapter")},
		"one stream, PDFium": {aboutPDF(whole), byPDFium, strings.TrimSuffix(aboutTxt, "\nSecond chapter")},
		"noise":              {aboutPDF("<template><a>" + strings.Repeat("<b>", 5000)), pool.Extract, "Please wait Name\nAnn:\nIs that so?\nhttps://walnut.example/a"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := c.read(t.Context(), bytesDoc("a.pdf", "", c.in))
			text := strings.Join(strings.FieldsFunc(got.Text, func(r rune) bool { return r == '\n' }), "\n")
			if err != nil || got.State != extract.OK || text != c.want {
				t.Errorf("%s (%s) by %s, %v:\n%s\nwant:\n%s", got.State, got.Reason, got.Made, err, text, c.want)
			}
		})
	}
}
