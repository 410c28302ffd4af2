package mailtext

// Language tells the language of a text by its ISO 639-1 code, "" when it cannot
// be told.
func Language(text string) string {
	return ""
}
