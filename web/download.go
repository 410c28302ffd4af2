package web

import (
	"errors"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"mailquarry/internal/mail"
	"mailquarry/search"
)

// maxName is the length in characters of a downloaded file's name.
const maxName = 150

// apiAttachment serves an attachment's bytes, always as a file to be saved.
func (s *server) apiAttachment(c echo.Context) (err error) {
	if p := readAPIParams(c); p.fault != nil {
		return p.fault
	}
	id, n, err := attachmentID(c)
	if err != nil {
		return err
	}
	content, err := s.service.PartContent(c.Request().Context(), principal(c), id, n)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, content.Close()) }()
	h := c.Response().Header()
	h.Set("Content-Security-Policy", "sandbox; default-src 'none'; frame-ancestors 'none'")
	h.Set("Content-Type", downloadType(content.Attachment))
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{
		"filename": downloadName(content.Attachment),
	}))
	http.ServeContent(c.Response(), c.Request(), "", time.Time{}, content)
	return nil
}

// downloadType is the type that a browser is told. It is the declared one
// only where that cannot make a browser run anything.
func downloadType(a search.Attachment) string {
	declared, _, err := mime.ParseMediaType(a.ContentType)
	if err != nil {
		return echo.MIMEOctetStream
	}
	switch declared {
	case "image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf":
		return declared
	}
	return echo.MIMEOctetStream
}

// downloadName makes of a stranger's name one that is safe to save a file by.
func downloadName(a search.Attachment) string {
	name := strings.ToValidUTF8(a.Name, "_")
	if i := strings.LastIndexAny(name, `/\`); i >= 0 {
		name = name[i+1:]
	}
	name = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r), r == '\u2028', r == '\u2029':
			return -1
		case strings.ContainsRune(`<>:"|?*`, r):
			return '_'
		}
		return r
	}, name)
	name = strings.Trim(name, " .")
	if name == "" {
		name = "attachment-" + strconv.Itoa(a.Index)
	}
	ext := path.Ext(name)
	if a.Kind == mail.ItemPart && !strings.EqualFold(ext, ".eml") {
		name, ext = name+".eml", ".eml"
	}
	if utf8.RuneCountInString(ext) > 20 {
		ext = ""
	}
	stem := []rune(strings.TrimSuffix(name, ext))
	return string(stem[:min(len(stem), maxName-utf8.RuneCountInString(ext))]) + ext
}
