package extract

import (
	"strings"
)

// pptxFormat reads what PowerPoint writes since 2007.
func pptxFormat() format {
	const media = "application/vnd.openxmlformats-officedocument.presentationml."
	return format{
		name: "pptx", version: 3, extensions: strings.Fields("pptx pptm ppsx ppsm potx potm"),
		media: []string{
			media + "presentation", media + "slideshow", media + "template", "application/vnd.ms-powerpoint.presentation.macroenabled.12",
			"application/vnd.ms-powerpoint.slideshow.macroenabled.12", "application/vnd.ms-powerpoint.template.macroenabled.12",
		},
		is: inOPC("ppt/", ".xml"), read: readPPTX,
	}
}

type slideReader struct {
	*opc
	main    string
	authors map[string]string
	shown   map[string]bool // layouts and masters that were read
	steps   []Step          // to each slide
	titles  []string        // of sections, and of shows that have some of the slides
}

func readPPTX(r *reading, d document) error {
	o, err := openOPC(r, d)
	if err != nil {
		return err
	}
	main, err := o.main("ppt/presentation.xml")
	if err != nil {
		return err
	}
	if err := o.properties(); err != nil {
		return err
	}
	s := slideReader{opc: o, main: main, authors: map[string]string{}, shown: map[string]bool{}}
	if err := s.readAuthors(); err != nil {
		return err
	}
	slides, err := s.slides()
	if err != nil {
		return err
	}
	if len(slides) == 0 && o.parts[main] == nil {
		return failed("damaged: its main part is missing")
	}
	for _, t := range s.titles {
		if err := r.property(t); err != nil {
			return err
		}
	}
	for i, part := range slides {
		if err := s.slide(i+1, part); err != nil {
			return err
		}
	}
	if err := o.embeddings(main); err != nil {
		return err
	}
	for i, part := range slides {
		if err := r.at(s.steps[i], func() error { return o.pictures(part) }); err != nil {
			return err
		}
	}
	return nil
}

// slides gives the slides in the order of the presentation.
func (s *slideReader) slides() ([]string, error) {
	b, err := s.bytes(s.main)
	if err != nil {
		return nil, err
	}
	rels, err := s.relations(s.main)
	if err != nil {
		return nil, err
	}
	var parts []string
	seen := map[string]bool{}
	add := func(part string) {
		if !seen[part] && s.parts[part] != nil {
			seen[part] = true
			parts = append(parts, part)
		}
	}
	x := newXML(b)
	for kind := x.next(); kind != xmlEnd; kind = x.next() {
		switch {
		case kind != xmlOpen:
		case x.name == "sldId":
			if rel, ok := relatedBy(x, rels); ok {
				add(rel.target)
			}
		case (x.name == "section" || x.name == "custShow") && len(s.titles) < maxMembers:
			s.titles = append(s.titles, x.attr("name"))
		}
	}
	if len(parts) == 0 { // the list is damaged or missing
		for _, n := range s.names {
			if strings.HasPrefix(n, "ppt/slides/slide") && strings.HasSuffix(n, ".xml") {
				add(n)
			}
		}
	}
	return parts, nil
}

// slide reads one slide and all that belongs to it.
func (s *slideReader) slide(number int, part string) error {
	to := &prose{}
	title, name := "", ""
	var m *markup
	if err := s.story(part, to, func(it *markup) { m = it; it.shape.slide = true }); err != nil {
		return err
	}
	if m != nil {
		title, name = m.shape.title, m.shape.name
	}
	s.steps = append(s.steps, Step{Kind: Slide, Number: number, Name: title})
	return s.r.at(s.steps[number-1], func() error {
		if err := s.r.block(to.captured()); err != nil {
			return err
		}
		if name != title {
			if err := s.r.property(name); err != nil {
				return err
			}
		}
		for _, step := range []func(string) error{s.diagrams, s.notes, s.comments, s.background, s.embeddings} {
			if err := step(part); err != nil {
				return err
			}
		}
		return nil
	})
}

// diagrams reads those that the slide's markup did not name.
func (s *slideReader) diagrams(part string) error {
	names, err := s.targets(part, "diagramdata", "chart", "chartex")
	if err != nil {
		return err
	}
	for _, n := range names {
		to := &prose{}
		if err := s.chart(n, to); err != nil {
			return err
		}
		if err := s.r.line(to.captured()); err != nil {
			return err
		}
	}
	return nil
}

func (s *slideReader) notes(part string) error {
	return s.beside(part, Step{Kind: Notes}, func(m *markup) { m.shape.slide = true }, "notesslide")
}

func (s *slideReader) comments(part string) error {
	return s.beside(part, Step{Kind: Comments}, func(m *markup) {
		m.author = func(x *xmlScanner) string { return s.authors[x.attr("authorId")] }
	}, "comments")
}

// beside reads the parts that belong to a slide in a way.
func (s *slideReader) beside(part string, at Step, set func(*markup), kinds ...string) error {
	names, err := s.targets(part, kinds...)
	if err != nil {
		return err
	}
	for _, n := range names {
		to := &prose{}
		if err := s.story(n, to, set); err != nil {
			return err
		}
		if err := s.r.at(at, func() error { return s.r.line(to.captured()) }); err != nil {
			return err
		}
	}
	return nil
}

// background reads what the slide's layout and master show on it, which is said
// once for all slides: not the prompts of their placeholders.
func (s *slideReader) background(part string) error {
	for _, kind := range []string{"slidelayout", "slidemaster"} {
		name, err := s.first(part, kind, "")
		if err != nil || name == "" {
			return err
		}
		part = name
		if s.shown[name] {
			continue
		}
		s.shown[name] = true
		to := &prose{}
		if err := s.story(name, to, func(m *markup) { m.shape.layout = true }); err != nil {
			return err
		}
		if err := s.r.at(Step{Kind: Header}, func() error { return s.r.line(to.captured()) }); err != nil {
			return err
		}
	}
	return nil
}

// readAuthors reads who wrote comments.
func (s *slideReader) readAuthors() error {
	names, err := s.targets(s.main, "commentauthors", "authors")
	if err != nil {
		return err
	}
	for _, n := range names {
		b, err := s.bytes(n)
		if err != nil {
			return err
		}
		x := newXML(b)
		for kind := x.next(); kind != xmlEnd; kind = x.next() {
			if kind == xmlOpen && (x.name == "cmAuthor" || x.name == "author") && len(s.authors) < maxMembers {
				s.authors[x.attr("id")] = x.attr("name")
			}
		}
	}
	return nil
}
