package extract

// charset is the charset of a message's strings: that of Windows in the place
// where it was saved. A message that names none has a language, and otherwise what
// its HTML is in tells at least of which letters it is.
func (p mapiProps) charset() string {
	if n := p.number(mapiMessageCP); n > 0 {
		return codePage(n)
	}
	if n := p.number(mapiLocale); n > 0 {
		if page := languagePage(n); page != pageWestern {
			return codePage(page)
		}
	}
	return codePage(windowsPage(p.number(mapiCodePage)))
}

// htmlCharset is the charset of a message's HTML.
func (p mapiProps) htmlCharset() string {
	if n := p.number(mapiCodePage); n > 0 {
		return codePage(n)
	}
	return p.charset()
}

// windowsPage gives the code page that Windows has for the letters of one that is
// for the net, 0 for what has all letters or too few to tell.
func windowsPage(page int) int {
	switch page {
	case 28592, 28594, 28595, 28596, 28597, 28598, 28599:
		return map[int]int{28592: 1250, 28594: 1257, 28595: 1251, 28596: 1256, 28597: 1253, 28598: 1255, 28599: 1254}[page]
	case 20866, 21866:
		return 1251
	case 50220, 50221, 50222, 51932:
		return 932
	case 52936, 54936:
		return 936
	case 50225, 51949:
		return 949
	case 932, 936, 949, 950, 874, 1250, 1251, 1253, 1254, 1255, 1256, 1257, 1258:
		return page
	}
	return 0
}

func codePage(n int) string {
	switch n {
	case 65001:
		return "utf-8"
	case 20127:
		return "us-ascii"
	case 28591, 28592, 28593, 28594, 28595, 28596, 28597, 28598, 28599, 28605:
		return "iso-8859-" + itoa(n-28590)
	case 20866:
		return "koi8-r"
	case 21866:
		return "koi8-u"
	case 932, 50220, 50221, 50222:
		if n == 932 {
			return "shift_jis"
		}
		return "iso-2022-jp"
	case 936:
		return "gbk"
	case 949:
		return "euc-kr"
	case 950:
		return "big5"
	case 51932:
		return "euc-jp"
	case 54936:
		return "gb18030"
	}
	if n >= 1250 && n <= 1258 || n == 874 {
		return "windows-" + itoa(n)
	}
	return ""
}
