package mailtext

import "testing"

// BenchmarkRead takes apart real mail, as each message is once at every --reindex.
func BenchmarkRead(b *testing.B) {
	all := samples(b, "enron", 2000)
	size := 0
	for _, s := range all {
		size += len(s.text)
	}
	for name, read := range map[string]func(sample){
		"text": func(s sample) {
			text, spans := Read(s.text, s.html, s.subject)
			_ = Tails(text, spans)
		},
		"language": func(s sample) { _ = Language(s.text) },
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(size))
			for b.Loop() {
				for _, s := range all {
					read(s)
				}
			}
		})
	}
}
