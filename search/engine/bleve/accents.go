package bleve

import (
	"github.com/RoaringBitmap/roaring/v2"

	"mailquarry/search/analysis"
)

// maxAccents is how many words of a message are told from others that are the same but for
// their accents.
const maxAccents = 10_000

// accented notes a word that folding has changed: its term, and how it is written.
func (f *wordField) accented(text string, t analysis.Token, seen map[string]bool) {
	written := analysis.Written(text, t)
	if written == "" {
		return
	}
	if key := accentKey(t.Term, written); !seen[key] {
		seen[key] = true
		f.accents = append(f.accents, key)
	}
}

// accentsEnd stands behind a term's last accentKey.
const accentsEnd = "\x01"

func accentKey(term, written string) string { return term + keySeparator + written }

// accentField tells how the words of a message are written that folding changes. It is
// asked after the words of the text were visited.
type accentField struct {
	fieldBase
	text *wordField
}

// VisitTokens gives the words.
func (f *accentField) VisitTokens(visit func(term string, position, weight uint32)) {
	for _, key := range f.text.accents {
		visit(key, 0, 1)
	}
}

// Frequency is not kept.
func (f *accentField) Frequency(uint32) uint32 { return 1 }

// typedMatcher matches a word where it is written with the very accents that were typed:
// without any, in messages in which it stands with none. It makes these come first; all of
// them are found by the word without its accents.
type typedMatcher struct {
	field, term string
	written     string // with its accents, "" without
}

func (*typedMatcher) cost() int { return 2 }

func (m *typedMatcher) match(p *part, _ *roaring.Bitmap) (*roaring.Bitmap, error) {
	forms, err := m.forms(p)
	if err != nil || len(forms) == 0 {
		return nil, err
	}
	return forms[0].docs, nil
}

// forms gives the word, with the documents in which it is written like that.
func (m *typedMatcher) forms(p *part) ([]form, error) {
	found, err := p.lookup(m.field, m.term)
	if err != nil || found.docs == nil {
		return nil, err
	}
	if m.written != "" {
		like, err := p.lookup(fieldAccent, accentKey(m.term, m.written))
		if err != nil || like.docs == nil {
			return nil, err
		}
		return []form{{found, roaring.And(found.docs, like.docs), 1}}, nil
	}
	all, err := m.accented(p)
	if err != nil {
		return nil, err
	}
	return []form{{found, roaring.AndNot(found.docs, all), 1}}, nil
}

// accented gives the documents that have the word with any accents.
func (m *typedMatcher) accented(p *part) (*roaring.Bitmap, error) {
	all := roaring.New()
	begins := accentKey(m.term, "")
	err := eachTerm(p.segment, fieldAccent, []byte(begins), []byte(m.term+accentsEnd), func(_ string, docs *roaring.Bitmap) error {
		all.Or(docs)
		return nil
	})
	return all, err
}

// telling leaves out the words that are all written in one way: as they were typed, or not
// at all.
func telling(scores []scorer, parts []*part) ([]scorer, error) {
	kept := make([]scorer, 0, len(scores))
	for _, s := range scores {
		if typed, ok := s.word.(*typedMatcher); ok {
			tells, err := typed.tells(parts)
			if err != nil {
				return nil, err
			}
			if !tells {
				continue
			}
		}
		kept = append(kept, s)
	}
	return kept, nil
}

// tells says whether the word is written in more than one way.
func (m *typedMatcher) tells(parts []*part) (bool, error) {
	for _, p := range parts {
		all, err := m.accented(p)
		if err != nil {
			return false, err
		}
		if !all.IsEmpty() {
			return true, nil
		}
	}
	return false, nil
}
