package extract_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mailquarry/extract"
)

const odfMime = "application/vnd.oasis.opendocument."

// openDocument makes an OpenDocument of a body and further parts.
func openDocument(t testing.TB, kind, body string, parts ...string) []byte {
	return office(t, []string{
		"mimetype", odfMime + kind,
		"content.xml", `<?xml version="1.0"?><office:document-content><office:automatic-styles><number:text>no text</number:text></office:automatic-styles><office:body>` + body + `</office:body></office:document-content>`,
	}, parts...)
}

// TestODF promises for each thing that an OpenDocument can hold that it is found
// once.
func TestODF(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, kind, body, want string
		parts                  []string
	}{
		{name: "paragraphs", kind: "text", body: "<office:text><text:h>Head</text:h><text:p>one<text:s text:c=\"2\"/>two\n  <text:span>th</text:span>ree<text:tab/>x<text:line-break/>y</text:p></office:text>", want: "Head\none  two three\tx\ny"},
		{
			name: "link, note, comment, change", kind: "text",
			body: `<office:text><text:tracked-changes><text:changed-region><text:deletion><office:change-info><dc:creator>Bo</dc:creator></office:change-info><text:p>was here</text:p></text:deletion></text:changed-region></text:tracked-changes>` +
				`<text:p>see <text:a xlink:href="https://a.example/">this</text:a>, ok<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>the note</text:p></text:note-body></text:note> end` +
				`<office:annotation><dc:creator>Ada</dc:creator><dc:date>2020</dc:date><text:p>why?</text:p></office:annotation></text:p></office:text>`,
			want: "see this (https://a.example/), ok end\nwas here\nthe note\nAda: why?",
		},
		{
			name: "table and picture", kind: "text",
			body: `<office:text><table:table><table:table-row><table:table-cell><text:p>a</text:p></table:table-cell><table:table-cell><text:p>b</text:p></table:table-cell></table:table-row></table:table>` +
				`<text:p>in <draw:frame><draw:text-box><text:p>box</text:p></draw:text-box><svg:desc>a red barn</svg:desc></draw:frame>side<draw:image><office:binary-data>QUJD</office:binary-data></draw:image></text:p></office:text>`,
			want: "a\tb\nin side\nbox\na red barn",
		},
		{
			name: "header and properties", kind: "text", body: "<office:text><text:p>body</text:p></office:text>", want: "A title\nDept: sales\nbody\ntop of page",
			parts: []string{
				"meta.xml", `<office:document-meta><office:meta><dc:title>A title</dc:title><meta:user-defined meta:name="Dept">sales</meta:user-defined><meta:generator>Gen</meta:generator></office:meta></office:document-meta>`,
				"styles.xml", `<office:document-styles><office:styles><text:p>no</text:p></office:styles><office:master-styles><style:master-page><style:header><text:p>top of page<text:page-number>7</text:page-number></text:p></style:header></style:master-page></office:master-styles></office:document-styles>`,
			},
		},
		{
			name: "sheets", kind: "spreadsheet",
			body: `<office:spreadsheet><table:table table:name="Costs"><table:table-row><table:table-cell office:value="1599.99"><text:p>$1,599.99</text:p></table:table-cell>` +
				`<table:table-cell table:number-columns-repeated="16000"/><table:table-cell table:number-columns-repeated="2"><text:p>x</text:p></table:table-cell></table:table-row>` +
				`<table:table-row table:number-rows-repeated="2"><table:table-cell office:date-value="1996-08-10"/></table:table-row><table:table-row table:number-rows-repeated="1048000"><table:table-cell/></table:table-row></table:table>` +
				`<table:table table:name="Old" table:display="false"><table:table-row><table:table-cell><office:annotation><text:p>hm</text:p></office:annotation><text:p>kept</text:p></table:table-cell></table:table-row></table:table></office:spreadsheet>`,
			want: "Costs\n$1,599.99\t\tx\tx\n1996-08-10\n1996-08-10\n\nOld\nkept\nhm",
		},
		{
			name: "slides", kind: "presentation",
			body: `<office:presentation><draw:page draw:name="page1"><draw:frame presentation:class="title"><draw:text-box><text:p>Welcome</text:p></draw:text-box></draw:frame><draw:frame><draw:text-box><text:p>point</text:p></draw:text-box></draw:frame>` +
				`<presentation:notes><draw:frame><draw:text-box><text:p>say hello</text:p></draw:text-box></draw:frame></presentation:notes></draw:page></office:presentation>`,
			want:  "Welcome\npoint\nsay hello",
			parts: []string{"styles.xml", `<s><office:master-styles><style:master-page><draw:frame presentation:placeholder="true"><draw:text-box><text:p>Click</text:p></draw:text-box></draw:frame></style:master-page></office:master-styles></s>`},
		},
		{
			name: "footer, links of shapes, prompts of further masters", kind: "presentation",
			body: `<office:presentation><presentation:header-decl presentation:name="h">the head</presentation:header-decl><presentation:footer-decl presentation:name="f">Confidential</presentation:footer-decl>` +
				`<presentation:date-time-decl presentation:source="fixed">3 May</presentation:date-time-decl><presentation:date-time-decl presentation:source="current-date">today</presentation:date-time-decl>` +
				`<draw:page><draw:custom-shape><office:event-listeners><presentation:event-listener xlink:href="https://a.example/"/></office:event-listeners><text:p>press</text:p></draw:custom-shape></draw:page>` +
				`<draw:page><draw:frame><draw:text-box><text:p>second</text:p></draw:text-box></draw:frame></draw:page></office:presentation>`,
			want: "(https://a.example/)\npress\n\nsecond\nthe head\nConfidential\n3 May\nlogo",
			parts: []string{"styles.xml", `<s><office:master-styles><style:master-page><draw:frame presentation:class="title"><draw:text-box><text:p>Click to edit</text:p></draw:text-box></draw:frame>` +
				`<draw:frame presentation:class="footer"><draw:text-box><text:p><presentation:footer/></text:p></draw:text-box></draw:frame><draw:custom-shape><text:p>logo</text:p></draw:custom-shape></style:master-page></office:master-styles></s>`},
		},
		{
			name: "fields of forms", kind: "text",
			body: `<office:text><office:forms><form:form><form:listbox><form:option form:label="Oslo" form:value="1"/></form:listbox><form:date form:current-value="2024-05-06" form:value="2024-05-06"/><form:password form:value="secret"/><form:properties><form:property office:value="7"/></form:properties></form:form></office:forms>` +
				`<text:p>To: <field:fieldmark field:type="vnd.oasis.opendocument.field.FORMDROPDOWN"><field:param field:name="Dropdown_ListEntry" field:value="Bergen"/><field:param field:name="Dropdown_ListEntry" field:value="Narvik"/><field:param field:name="Dropdown_Selected" field:value="1"/></field:fieldmark>!</text:p>` +
				`<text:p>By <text:drop-down><text:label text:value="bus"/><text:label text:current-selected="true" text:value="boat"/>boat</text:drop-down></text:p></office:text>`,
			want: "Oslo\n2024-05-06\nTo: Narvik (Bergen)!\nBy boat (bus)",
		},
		{
			name: "what is shown under conditions, and a link round a picture", kind: "text",
			body: `<office:text><text:user-field-decls><text:user-field-decl office:string-value="of the user"/></text:user-field-decls><text:p>a <text:hidden-text text:string-value="secretly" text:is-hidden="true"/> <text:conditional-text text:string-value-if-true="yes" text:string-value-if-false="no">no</text:conditional-text></text:p>` +
				`<draw:a xlink:href="https://a.example/"><draw:frame><svg:title>a barn</svg:title></draw:frame></draw:a></office:text>`,
			want: "of the user\na secretly no yes\na barn\n(https://a.example/)",
		},
		{
			name: "links and choices in sheets", kind: "spreadsheet",
			body: `<office:spreadsheet><table:content-validations><table:content-validation table:condition="of:cell-content-is-in-list(&quot;red&quot;;&quot;blue&quot;)"/></table:content-validations>` +
				`<table:table table:name="S"><table:table-row><table:table-cell table:formula="of:=HYPERLINK(&quot;https://a.example/&quot;;&quot;our site&quot;)" office:string-value="our site"><text:p>our site</text:p></table:table-cell><table:table-cell><text:p>x</text:p></table:table-cell></table:table-row></table:table></office:spreadsheet>`,
			want: "red\nblue\n\nS\nour site (https://a.example/)\tx",
		},
		{
			name: "embedded chart and document", kind: "text",
			body: `<office:text><text:p>body<draw:object xlink:href="./Object 1"/><draw:object-ole xlink:href="./Object 2"/></text:p></office:text>`,
			want: "body\nProfit\n\ninner",
			parts: []string{
				"Object 1/content.xml", `<c><office:body><office:chart><chart:title><text:p>Profit</text:p></chart:title></office:chart></office:body></c>`,
				"Object 2", string(openDocument(t, "text", "<office:text><text:p>inner</text:p></office:text>")),
			},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := extract.InProcess("a.bin", "", openDocument(t, c.kind, c.body, c.parts...))
			want := map[string]string{"text": "odt", "spreadsheet": "ods", "presentation": "odp"}[c.kind]
			if got.State != extract.OK || got.Type != want {
				t.Errorf("%s, state %s (%s)", got.Type, got.State, got.Reason)
			}
			if d := cmp.Diff(c.want, got.Text); d != "" {
				t.Errorf("text (-want +got):\n%s", d)
			}
			switch c.kind {
			case "spreadsheet":
				if !strings.Contains(got.Text, "kept") {
					break
				}
				wantPlace(t, got, "kept", extract.Step{Kind: extract.Sheet, Number: 2, Name: "Old"})
				wantPlace(t, got, "hm", extract.Step{Kind: extract.Sheet, Number: 2, Name: "Old"}, extract.Step{Kind: extract.Comments})
			case "presentation":
				if strings.Contains(got.Text, "Confidential") {
					wantPlace(t, got, "Confidential", extract.Step{Kind: extract.Header})
					break
				}
				wantPlace(t, got, "say", extract.Step{Kind: extract.Slide, Number: 1, Name: "Welcome"}, extract.Step{Kind: extract.Notes})
			}
		})
	}
}

func wantPlace(t *testing.T, got extract.Result, word string, want ...extract.Step) {
	t.Helper()
	if at := extract.PlaceAt(got.Places, strings.Index(got.Text, word)); !slices.Equal(at, want) {
		t.Errorf("%q is at %v, want %v", word, at, want)
	}
}

// TestFlatODF promises the same of an OpenDocument that is one file of XML.
func TestFlatODF(t *testing.T) {
	t.Parallel()
	for kind, want := range map[string]string{"text": "odt", "spreadsheet": "ods"} {
		in := `<?xml version="1.0"?><office:document xmlns:office="x" office:mimetype="` + odfMime + kind + `"><office:meta><dc:title>T</dc:title></office:meta><office:body><office:` + kind +
			`><table:table table:name="S"><table:table-row><table:table-cell><text:p>cell</text:p></table:table-cell></table:table-row></table:table></office:` + kind + `></office:body></office:document>`
		got := extract.InProcess("a.xml", "text/xml", []byte(in))
		if got.Type != want || got.State != extract.OK || !strings.HasPrefix(got.Text, "T\n") || !strings.HasSuffix(got.Text, "cell") {
			t.Errorf("%s, state %s (%s): %q", got.Type, got.State, got.Reason, got.Text)
		}
	}
}

// TestEncryptedOffice promises to say of an encrypted document that it needs a
// password.
func TestEncryptedOffice(t *testing.T) {
	t.Parallel()
	got := extract.InProcess("a.odt", "", openDocument(t, "text", "\x01\x02", "META-INF/manifest.xml",
		`<manifest:manifest><manifest:file-entry manifest:full-path="content.xml"><manifest:encryption-data/></manifest:file-entry></manifest:manifest>`))
	if got.State != extract.Encrypted || got.Type != "odt" {
		t.Errorf("%s, state %s (%s)", got.Type, got.State, got.Reason)
	}
	ole := make([]byte, 2048)
	copy(ole, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
	copy(ole[1024:], utf16le("EncryptionInfo"))
	copy(ole[1152:], utf16le("EncryptedPackage"))
	for _, name := range []string{"a.docx", "a.xlsx", "noname"} {
		if got := extract.InProcess(name, "", ole); got.State != extract.Encrypted {
			t.Errorf("%s: %s, state %s (%s)", name, got.Type, got.State, got.Reason)
		}
	}
}
