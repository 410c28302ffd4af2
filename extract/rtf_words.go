package extract

import "strings"

// word acts on a control word; n is its parameter.
func (x *rtfReader) word(name string, n int, given bool) {
	if x.destination(name) || x.font(name, n) {
		return
	}
	if s := rtfCharacter(name); s != "" {
		x.put(s)
		return
	}
	switch name {
	case "u":
		if x.skip > 0 {
			x.skip--
			return
		}
		x.unicode(n)
		x.skip = x.state.uc
	case "uc":
		x.state.uc = min(max(n, 0), 16)
	case "ansi", "mac", "pc", "pca":
		x.page = map[string]int{"ansi": pageWestern, "mac": 10000, "pc": 437, "pca": 850}[name]
	case "ansicpg":
		if n > 0 {
			x.page = n
		}
	case "fromhtml":
		x.fromHTML = len(x.stack) <= 1 && (!given || n == 1)
	case "ffres", "ffdefres":
		if f := x.state.field; f != nil && x.state.dest == rtfForm {
			f.choice(name, n)
		}
	case "htmlrtf":
		x.flushBytes()
		x.state.noHTML = !given || n != 0
	default:
		// Of a group that begins with \* only what is known is read.
		if x.state.star && !x.state.opens && !rtfTransparent(name) {
			x.begin(rtfSkip)
		}
	}
	x.state.star = false
}

// font follows which font, and thus which code page, text is in.
func (x *rtfReader) font(name string, n int) bool {
	s := &x.state
	switch name {
	case "f":
		if s.dest == rtfFontList {
			x.listed = n
			return true
		}
		s.font = n
	case "af":
		s.rtlFont = n
	case "rtlch":
		s.rtl = true
	case "ltrch":
		s.rtl = false
	case "plain":
		s.font, s.rtlFont, s.rtl = -1, -1, false
	case "deff":
		x.deflt = n
	case "fcharset", "cpg":
		if s.dest != rtfFontList {
			return true
		}
		page := n
		if name == "fcharset" {
			page = charsetPage(n)
			// "ANSI" is Western, but some writers mean the document's own.
			if n == 0 && doubleByte(x.page) {
				page = 0
			}
		}
		if len(x.fonts) < rtfFonts {
			x.fonts[x.listed] = page
		}
	default:
		return false
	}
	return true
}

// rtfCharacter gives what stands for a control word that is a character.
func rtfCharacter(name string) string {
	switch name {
	case "par", "line", "sect", "page", "column", "row", "nestrow", "softline", "softpage", "lbr":
		return "\n"
	case "tab", "cell", "nestcell":
		return "\t"
	case "emdash":
		return "—"
	case "endash":
		return "–"
	case "emspace", "enspace", "qmspace":
		return " "
	case "bullet":
		return "•"
	case "lquote":
		return "‘"
	case "rquote":
		return "’"
	case "ldblquote":
		return "“"
	case "rdblquote":
		return "”"
	case "zwj":
		return "\u200d"
	case "zwnj":
		return "\u200c"
	}
	return ""
}

// begin lets the present group's text go elsewhere.
func (x *rtfReader) begin(d rtfDest) {
	x.flushBytes()
	x.state.dest, x.state.begins, x.state.opens, x.state.star = d, d, true, false
}

// beginText lets the present group's text go to another of the document's texts,
// unless that is to be left out altogether.
func (x *rtfReader) beginText(t *rtfStream) {
	x.flushBytes()
	x.state.star = false
	if x.state.dest != rtfText {
		return
	}
	x.state.opens, x.state.begins = true, rtfText
	x.state.out = t
	t.add("\n")
}

// destination begins a destination, if the word is one.
func (x *rtfReader) destination(name string) bool {
	if x.state.dest == rtfSkip {
		// Only the second half of \upr is read inside of what is skipped.
		if name == "ud" && x.state.up != rtfSkip {
			x.begin(x.state.up)
		}
		return name != "u" && name != "uc" // the characters after \u are to be left out with it
	}
	switch name {
	case "fonttbl":
		x.begin(rtfFontList)
	case "title", "subject", "author", "manager", "company", "category", "keywords", "comment", "doccomm", "operator",
		"hlinkbase":
		x.beginInfo(rtfInfo)
	case "propname":
		x.beginInfo(rtfPropName)
	case "staticval":
		x.beginInfo(rtfPropValue)
	case "hlsrc":
		x.beginInfo(rtfLink)
	case "pict":
		x.begin(rtfPicture)
	case "footnote":
		x.beginText(&x.notes)
	case "header", "headerl", "headerr", "headerf", "footer", "footerl", "footerr", "footerf":
		x.beginText(&x.headers)
	case "annotation", "atnauthor":
		x.beginText(&x.comments)
	case "field":
		x.flushBytes()
		x.state.field = &rtfField{out: x.state.out, mark: x.state.out.len()}
		x.state.opens, x.state.begins, x.state.star = true, rtfText, false
	case "fldinst":
		x.begin(rtfInst)
	case "fldrslt":
		x.result()
	case "formfield":
		x.beginForm()
	case "ffl", "ffdeftext":
		x.beginChoice(name)
	case "objdata":
		x.object, x.nibble = nil, -1
		x.begin(rtfObject)
	case "htmltag":
		if !x.fromHTML {
			x.begin(rtfSkip)
			break
		}
		x.begin(rtfTag)
	case "sn":
		x.name.Reset()
		x.begin(rtfShapeName)
	case "sv":
		x.value.Reset()
		x.begin(rtfShapeValue)
	case "upr":
		up := x.state.dest
		x.begin(rtfSkip)
		x.state.up = up
	default:
		if rtfSkipped(name) {
			x.begin(rtfSkip)
			return true
		}
		return false
	}
	return true
}

// result begins the result of a field.
func (x *rtfReader) result() {
	x.flushBytes()
	if f := x.state.field; f != nil {
		f.mark = x.state.out.len()
	}
}

// rtfSkipped tells of destinations whose text is none of the document's.
func rtfSkipped(name string) bool {
	switch name {
	case "colortbl", "stylesheet", "listtable", "listoverridetable", "revtbl", "rsidtbl", "generator", "xmlnstbl",
		"themedata", "colorschememapping", "datastore", "latentstyles", "objclass", "objname", "filetbl",
		"template", "bkmkstart", "bkmkend", "xe", "tc", "tcn", "rxe", "txe", "nonesttables", "nonshppict", "shprslt",
		"ftnsep", "ftnsepc", "ftncn", "aftnsep", "aftnsepc", "aftncn", "pntxta", "pntxtb", "pnseclvl", "fchars",
		"lchars", "docvar", "mhtmltag", "atnid", "atnref", "atntime", "atndate", "atnicn", "atnparent",
		"propinfo", "hlfr", "hlloc", "creatim", "revtim", "printim", "buptim", "falt", "panose", "fontemb", "fontfile", "wgrffmtfilter",
		"passwordhash", "mmathPr", "mctrlPr", "mailmerge", "protusertbl", "pgptbl", "listpicture", "background",
		"oldcprops", "oldpprops", "oldtprops", "oldsprops", "ebcstart", "ebcend", "fldtype", "datafield", "objalias", "objsect",
		"private", "blipuid", "svb", "factoidname":
		return true
	}
	return false
}

// rtfTransparent tells of groups that other readers may leave out, but whose
// text is the document's.
func rtfTransparent(name string) bool {
	switch name {
	case "shpinst", "shptxt", "shppict", "ud", "do", "dptxbxtext", "userprops", "moMath", "moMathPara", "pn", "shpgrp",
		"pntext", "listtext", "result", "object", "fname", "htmltag", "sp", "nesttableprops", "picprop", "hl":
		return true
	}
	return false
}

// ended acts on the end of a group that began a destination.
func (x *rtfReader) ended(was rtfState) {
	switch was.begins {
	case rtfInfo, rtfPropName, rtfPropValue, rtfLink:
		x.endInfo(was.begins)
	case rtfChoice, rtfDeflt:
		x.endChoice(was.begins)
	case rtfObject:
		x.endObject()
	case rtfShapeValue:
		switch x.name.String() {
		case "wzDescription", "gtextUNICODE":
			if s := x.value.String(); s != "" && x.state.out != nil {
				x.state.out.add("\n" + s + "\n")
			}
		}
	case rtfText:
		if was.field != nil && was.field != x.state.field {
			x.endField(was.field)
		} else if was.out != x.state.out {
			was.out.add("\n")
		}
	}
}

// beginInfo lets the present group's text be one of the short ones.
func (x *rtfReader) beginInfo(d rtfDest) {
	x.begin(d)
	x.info.Reset()
}

// endInfo acts on the end of a property, or of where a shape's link leads.
func (x *rtfReader) endInfo(kind rtfDest) {
	s := strings.TrimSpace(x.info.String())
	switch {
	case kind == rtfPropName:
		x.propName = s
		return
	case kind == rtfLink:
		if target := linkTarget(s); target != "" && x.state.out != nil {
			x.state.out.add("\n(" + target + ")\n")
		}
		return
	case kind == rtfPropValue && s != "" && x.propName != "":
		s = x.propName + ": " + s
		x.propName = ""
	}
	if s != "" && x.err == nil {
		x.err = x.property(s)
	}
}
