package extract

import (
	"encoding/hex"
	"strings"
	"testing"
	"time"
)

// TestRTF promises for each part of a document its text, at its place, in its
// letters.
func TestRTF(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, in, want string }{
		{"paragraphs", `{\rtf1\ansi One\par Two\line Three}`, "One\nTwo\nThree"},
		{"properties", `{\rtf1{\info{\title Plan}{\author A. B.}{\creatim\yr2024}}text}`, "[properties]Plan\nA. B.\n[]text"},
		{"code page of the document", `{\rtf1\ansi\ansicpg1251 \'cf\'f0\'e8\'e2\'e5\'f2}`, "Привет"},
		{"code page of the font", `{\rtf1\ansi\ansicpg1252{\fonttbl{\f0\fcharset0 Arial;}{\f1\fcharset204 Arial;}{\f2\fcharset161 A;}}\f1\'cf\'f0{\f2\'e1}\'e8\f0\'e9}`, "Прαиé"},
		{"code page by number", `{\rtf1{\fonttbl{\f3\cpg1250 X;}}\f3 p\'f8ed}`, "před"},
		{"two bytes a character", `{\rtf1\ansi\ansicpg932{\fonttbl{\f0\fcharset128 M;}}\f0\'90\'bf\'8b\'81\'8f\'91 \'83A}`, "請求書 ア"},
		{"Unicode and what stands in for it", `{\rtf1\uc1 \u269\'63\u8364?\uc2\u12354\'82\'a0\uc0\u233 x}`, "č€あéx"},
		{"Unicode of two halves", `{\rtf1\uc1\u-10240?\u-9137?}`, "\U0001004F"},
		{"Unicode for a symbol font", `{\rtf1\uc0{\fonttbl{\f5\fcharset2 Symbol;}}\f5\u-3999 \u-3913 }`, "α•"},
		{"both spellings", `{\rtf1{\upr{old}{\*\ud{new}}}}`, "new"},
		{"what is not shown", `{\rtf1{\fonttbl{\f0 Arial;}}{\colortbl;\red0;}{\stylesheet{Normal;}}{\*\generator X;}{\*\unknown{more}y}a{\pict\wmetafile8 0102}b}`, "ab"},
		{"a mark for what is not known, amid a group", `{\rtf1 a{\f2\*\cs7 b} c}`, "ab c"},
		{"hidden and deleted text", `{\rtf1 a{\v hidden}{\deleted\revauthdel1 gone}b}`, "ahiddengoneb"},
		{"a table", `{\rtf1\trowd\cellx1\intbl a\cell b\cell\row\intbl c\cell d\cell\row end}`, "a\tb\nc\td\nend"},
		{"a link", `{\rtf1 see {\field{\*\fldinst HYPERLINK "https://a.example/x?b=1" }{\fldrslt our site}} now}`, "see our site (https://a.example/x?b=1) now"},
		{"a link that is shown", `{\rtf1 {\field{\*\fldinst{HYPERLINK "http://a.example/"}}{\fldrslt{a.example}}}}`, "a.example"},
		{"a field that only shows its result", `{\rtf1 page {\field{\*\fldinst PAGE}{\fldrslt 3}}}`, "page 3"},
		{"a link's tip", `{\rtf1 {\field{\*\fldinst HYPERLINK "https://a.example" \\o "a tip"}{\fldrslt here}} ok}`, "here (https://a.example) (a tip) ok"},
		{
			"what is chosen in a form", `{\rtf1 To: {\field{\*\fldinst FORMDROPDOWN {\*\formfield{\fftype2\ffres1\fftypetxt0{\*\ffname F}{\*\ffl Oslo}{\*\ffl R\'f8ros}{\*\ffl Bergen}}}}{\fldrslt }}!}`,
			"To: Røros (Oslo, Bergen)!",
		},
		{
			"what a form says by itself", `{\rtf1 {\field{\*\fldinst FORMDROPDOWN {\*\formfield{\fftype2\ffres25\ffdefres0{\*\ffl Oslo}}}}{\fldrslt }} {\field{\*\fldinst FORMTEXT {\*\formfield{\fftype0{\*\ffdeftext your name}{\*\ffstattext x}}}}{\fldrslt Ann}}}`,
			"Oslo Ann (your name)",
		},
		{"a phonetic guide", `{\rtf1 a {\field{\*\fldinst EQ \\* jc2 \\* "Font:M" \\* hps10 \\o\\ad(\\s\\up 9(over),under)}} b}`, "a over under b"},
		{"a fraction", `{\rtf1 {\field{\*\fldinst eq \\f(x\\,y,2)}}}`, "x,y 2"},
		{"characters by name", `{\rtf1 a\emdash b\endash c\~d\_e\-f\lquote g\rquote\tab\{h\}\\}`, "a—b–c d-ef‘g’\t{h}\\"},
		{
			"footnote, comment, header", `{\rtf1{\header Top}{\footer Foot}Body{\footnote Note}{\*\atnid JD}{\*\atnauthor Jo}\chatn{\*\annotation{\*\atndate 1}Remark} on}`,
			"Body on\n\n[notes]Note\n\n[comments]Jo\n\nRemark\n\n[header]Top\nFoot",
		},
		{"a text box", `{\rtf1 a{\shp{\*\shpinst{\sp{\sn shapeType}{\sv 202}}{\sp{\sn wzDescription}{\sv A cat}}{\shptxt In the box\par}}{\shprslt{\*\do{\dptxbxtext In the box}}}}}`, "a\nA cat\nIn the box"},
		{"what a picture shows", `{\rtf1 a{\*\shppict{\pict{\*\picprop\shplid1{\sp{\sn shapeType}{\sv 75}}{\sp{\sn wzDescription}{\sv A r\'e9d barn}}{\*\blipuid 00ff}}\pngblip 0102}}{\nonshppict{\pict{\*\picprop{\sp{\sn wzDescription}{\sv A barn}}}\wmetafile8 03}}b}`, "a\nA réd barn\nb"},
		{
			"a shape's link", `{\rtf1 a{\shp{\*\shpinst{\sp{\sn pihlShape}{\sv {\*\hl{\hlfr shown}{\hlloc x}{\hlsrc https://a.example/}}}}{\sp{\sn wzDescription}{\sv A cat}}{\shptxt In the box\par}}}}`,
			"a\n(https://a.example/)\n\nA cat\nIn the box",
		},
		{"properties that somebody has added", `{\rtf1{\*\userprops{\propname Dept}\proptype30{\staticval sales}{\propname None}\proptype30{\staticval }{\propname When}\proptype64{\staticval 2024}}text}`, "[properties]Dept: sales\nWhen: 2024\n[]text"},
		{"binary data", "{\\rtf1 a{\\pict\\bin6 {{{}}}}b\\bin3 }}}c}", "abc"},
		{"HTML inside", `{\rtf1\ansi\fromhtml1 \deff0{\fonttbl{\f0\fcharset0 A;}}{\*\htmltag64 <p>}\htmlrtf{\htmlrtf0 Dear {\*\htmltag84 <b>}\htmlrtf{\b\htmlrtf0 you\htmlrtf }\htmlrtf0 {\*\htmltag92 </b>}{\*\htmltag84 &amp;}\htmlrtf &\htmlrtf0 co\htmlrtf\par}\htmlrtf0 {\*\htmltag72 </p>}{\*\mhtmltag64 <x>}}`, "Dear you&co"},
		{"text inside", `{\rtf1\ansi\fromtext plain\par mail}`, "plain\nmail"},
		{"groups that do not end", `{\rtf1{a{b`, "ab"},
		{"too many ends", `{\rtf1 a}}}} b`, "a b"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			wantText(t, []byte(c.in), "", "rtf", OK, c.want)
		})
	}
}

// TestRTFObject promises the text of a document that is embedded in another.
func TestRTFObject(t *testing.T) {
	t.Parallel()
	inner := `{\rtf1 inside}`
	var pack le
	pack.u16(2).str("in.rtf\x00C:\\in.rtf\x00").u16(0, 3).u32(9).str("C:\\in.rtf").u32(len(inner)).str(inner)
	var object le
	object.u32(0x501, 2, 8).str("Package\x00").u32(0, 0, len(pack.b)).str(string(pack.b))
	doc := `{\rtf1 a{\object\objemb{\*\objclass Package}{\*\objdata ` + hex.EncodeToString(object.b) + `}{\result picture}}}`
	wantText(t, []byte(doc), "", "rtf", OK, "a\n[in.rtf]in.rtf\n\ninside\n[]picture")
}

// TestRTFHostile promises that no document takes long, or much memory, however it
// is made.
func TestRTFHostile(t *testing.T) {
	t.Parallel()
	const many = 5_000_000
	for _, c := range []struct {
		name, in, want string
	}{
		{"nested groups", `{\rtf1 a` + strings.Repeat("{", many) + "b" + strings.Repeat("}", many) + " c}", "ab c"},
		{"nested groups without end", `{\rtf1 a` + strings.Repeat(`{\b `, many/2) + "b", "ab"},
		{"more bytes announced than there are", `{\rtf1 a\bin2147483648 bcd`, "a"},
		{"fewer than none", `{\rtf1 a\bin-5 bcd}`, "abcd"},
		{"a number out of range", `{\rtf1\u99999999999999999999999 a}`, "\ufffd"},
		{"many fonts", `{\rtf1{\fonttbl` + strings.Repeat(`{\f1\fcharset204 x;}`, 200_000) + `}a}`, "a"},
		{"fields without end", `{\rtf1 a` + strings.Repeat(`{\field{\*\fldinst HYPERLINK "x"}{\fldrslt `, 200_000) + "b", "a"},
	} {
		t.Run(c.name, func(t *testing.T) {
			pool := New(Options{Workers: 1})
			t.Cleanup(pool.Close)
			res := extractBytes(t, pool, []byte(c.in))
			if c.name == "a number out of range" {
				if res.State != OK && res.State != Empty {
					t.Errorf("state %s: %s", res.State, res.Reason)
				}
				return
			}
			if res.State != OK || res.Text != c.want {
				t.Errorf("%s (%s), text of %d bytes: %.40q, want %q", res.State, res.Reason, len(res.Text), res.Text, c.want)
			}
		})
	}
}

// TestRTFPicture promises that a picture of 100 MB costs no more than to pass it.
func TestRTFPicture(t *testing.T) {
	t.Parallel()
	raw := []byte(`{\rtf1 a{\pict ` + strings.Repeat("0123456789abcdef\n", 6<<20) + `}b}`)
	begin := time.Now()
	wantText(t, raw, "", "rtf", OK, "ab")
	if took := time.Since(begin); took > time.Minute {
		t.Errorf("took %v", took)
	}
}

// FuzzRTF promises that any bytes can be read.
func FuzzRTF(f *testing.F) {
	f.Add([]byte(`{\rtf1\ansi\ansicpg932{\fonttbl{\f0\fcharset128 M;}}\f0\'90\'bf{\field{\*\fldinst HYPERLINK "http://a"}{\fldrslt b}}\uc1\u-10240?\u-9137?{\footnote x}\bin3 abc}`))
	f.Add([]byte(`{\rtf1\fromhtml1{\*\htmltag64 <p>}\htmlrtf x\htmlrtf0 y{\object{\*\objdata 01050000020000000800}}{\upr{a}{\*\ud b}}{\info{\title t}}}`))
	f.Add([]byte(`{\rtf1{\field{\*\fldinst FORMDROPDOWN {\*\formfield{\fftype2\ffres1{\*\ffl a}{\*\ffl b}}}}{\fldrslt }}{\pict{\*\picprop{\sp{\sn wzDescription}{\sv {\*\hl{\hlsrc http://a}}c}}}00}{\*\userprops{\propname n}{\staticval v}}}`))
	fuzzReader(f, rtfFormat())
}
