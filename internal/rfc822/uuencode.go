package rfc822

import "bytes"

// A UUFile is a file that stands uuencoded in a text, as mail programs sent them
// before MIME.
type UUFile struct {
	Name string
	Data []byte
}

// maxUUFiles bounds how many files a text may hold.
const maxUUFiles = 1000

// UUFiles takes the uuencoded files out of a text. What is not whole stays in it.
func UUFiles(text []byte) (rest []byte, files []UUFile) {
	kept := 0
	for at := 0; at < len(text) && len(files) < maxUUFiles; {
		i := bytes.Index(text[at:], []byte("begin "))
		if i < 0 {
			break
		}
		at += i
		end := lineEnd(text, at)
		name, ok := uuBegins(text[at:end])
		if !ok || at > 0 && text[at-1] != '\n' {
			at += len("begin ")
			continue
		}
		size := uuSize(text[end:])
		if size == 0 {
			at = end
			continue
		}
		files = append(files, UUFile{name, uudecode(text[at : end+size])})
		rest = append(rest, text[kept:at]...)
		at = end + size
		kept = at
	}
	if len(files) == 0 {
		return text, nil
	}
	return append(rest, text[kept:]...), files
}

// uuBegins reads "begin 644 name".
func uuBegins(line []byte) (name string, ok bool) {
	mode, rest, ok := bytes.Cut(bytes.TrimSpace(line[len("begin "):]), []byte(" "))
	if !ok || len(mode) < 3 || len(mode) > 4 || len(bytes.Trim(mode, "01234567")) > 0 {
		return "", false
	}
	return Text(bytes.TrimSpace(rest), ""), true
}

// uuSize is the length of the lines of a file up to and with its end, 0 if they
// are none.
func uuSize(b []byte) (size int) {
	for size < len(b) {
		end := lineEnd(b, size)
		line := bytes.TrimRight(b[size:end], "\r\n")
		if string(line) == "end" {
			return end
		}
		if len(line) > 0 {
			n := int(line[0]) - ' '
			// Some leave out blanks at the end of a line.
			if n < 0 || n > 64 || len(line) > 1+(n&63+2)/3*4+2 {
				return 0
			}
		}
		size = end
	}
	return 0
}

// uudecode decodes the lines between "begin" and "end".
func uudecode(b []byte) []byte {
	var out []byte
	begun := false
	for len(b) > 0 {
		end := lineEnd(b, 0)
		line := bytes.TrimRight(b[:end], "\r\n")
		b = b[end:]
		switch {
		case !begun:
			begun = bytes.HasPrefix(line, []byte("begin "))
		case bytes.Equal(line, []byte("end")):
			return out
		case len(line) > 1:
			out = append(out, uuLine(line)...)
		}
	}
	return out
}

func uuLine(line []byte) []byte {
	n := int(line[0]-' ') & 63
	out := make([]byte, 0, len(line))
	for i := 1; i < len(line); i += 4 {
		var v [4]byte
		for j := range v {
			if i+j < len(line) {
				v[j] = (line[i+j] - ' ') & 63
			}
		}
		out = append(out, v[0]<<2|v[1]>>4, v[1]<<4|v[2]>>2, v[2]<<6|v[3])
	}
	return out[:min(n, len(out))]
}
