package extract

import (
	"slices"
	"strings"
)

// docxFormat reads what Word writes since 2007.
func docxFormat() format {
	return format{
		name: "docx", version: 3, extensions: strings.Fields("docx docm dotx dotm"),
		media: []string{
			"application/vnd.openxmlformats-officedocument.wordprocessingml.document", "application/vnd.ms-word.document.macroenabled.12",
			"application/vnd.openxmlformats-officedocument.wordprocessingml.template", "application/vnd.ms-word.template.macroenabled.12",
		},
		is: inOPC("word/", ".xml"), read: readDOCX,
	}
}

func readDOCX(r *reading, d document) error {
	o, err := openOPC(r, d)
	if err != nil {
		return err
	}
	main, err := o.main("word/document.xml")
	if err != nil {
		return err
	}
	if o.parts[main] == nil {
		return failed("damaged: its main part is missing")
	}
	if err := o.properties(); err != nil {
		return err
	}
	w := wordReader{opc: o, main: main}
	if w.list, err = o.numbering(main); err != nil {
		return err
	}
	for _, step := range []func() error{w.body, w.headers, w.notes, w.comments, w.glossary, w.changes, w.outside, func() error { return o.embeddings(main) }, w.pictures} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

type wordReader struct {
	*opc
	main    string
	list    *numbering
	editors []string // who made changes that are marked as such
}

func (w *wordReader) body() error {
	return w.story(w.main, &prose{out: w.r.line}, func(m *markup) { m.list, m.editor = w.list, w.edited })
}

func (w *wordReader) edited(who string) {
	if len(w.editors) < maxMembers && !slices.Contains(w.editors, who) {
		w.editors = append(w.editors, who)
	}
}

// changes writes who made those that are marked.
func (w *wordReader) changes() error {
	for _, who := range w.editors {
		if err := w.r.property(who); err != nil {
			return err
		}
	}
	return nil
}

// glossary reads the texts that a template keeps to be put in.
func (w *wordReader) glossary() error {
	names, err := w.targets(w.main, "glossarydocument")
	if err != nil {
		return err
	}
	for _, n := range names {
		to := &prose{}
		if err := w.story(n, to, func(m *markup) { m.block = &buildingBlock{} }); err != nil {
			return err
		}
		if err := w.r.block(to.captured()); err != nil {
			return err
		}
	}
	return nil
}

// story reads a part of running text, and the charts and diagrams in it.
func (o *opc) story(part string, to *prose, set func(*markup)) error {
	b, err := o.bytes(part)
	if err != nil || b == nil {
		return err
	}
	rels, err := o.relations(part)
	if err != nil {
		return err
	}
	m := &markup{o: o, x: newXML(b), rels: rels, to: to}
	if set != nil {
		set(m)
	}
	if err := m.read(); err != nil {
		return err
	}
	for _, c := range m.charts {
		if err := o.chart(c, to); err != nil {
			return err
		}
	}
	return nil
}

// chart reads a chart or diagram, and the sheet behind it.
func (o *opc) chart(part string, to *prose) error {
	if o.read[part] {
		return nil
	}
	o.read[part] = true
	if err := o.story(part, to, func(m *markup) { m.values = true }); err != nil {
		return err
	}
	return o.embeddings(part)
}

// headers reads what stands above and below the pages; sections often share it.
func (w *wordReader) headers() error {
	names, err := w.targets(w.main, "header", "footer")
	if err != nil {
		return err
	}
	seen := map[string]bool{}
	for _, n := range names {
		to := &prose{}
		if err := w.story(n, to, func(m *markup) { m.editor = w.edited }); err != nil {
			return err
		}
		s := to.captured()
		if s == "" || seen[s] {
			continue
		}
		seen[s] = true
		if err := w.r.at(Step{Kind: Header}, func() error { return w.r.block(s) }); err != nil {
			return err
		}
		if err := w.embeddings(n); err != nil {
			return err
		}
	}
	return nil
}

func (w *wordReader) notes() error {
	for _, kind := range []string{"footnotes", "endnotes"} {
		name, err := w.first(w.main, kind, "word/"+kind+".xml")
		if err != nil {
			return err
		}
		err = w.r.at(Step{Kind: Notes}, func() error { return w.story(name, &prose{out: w.r.line}, func(m *markup) { m.editor = w.edited }) })
		if err != nil {
			return err
		}
	}
	return nil
}

func (w *wordReader) comments() error {
	name, err := w.first(w.main, "comments", "word/comments.xml")
	if err != nil {
		return err
	}
	return w.r.at(Step{Kind: Comments}, func() error {
		return w.story(name, &prose{out: w.r.line}, func(m *markup) {
			m.author = func(x *xmlScanner) string { return x.attr("author") }
		})
	})
}

// outside writes which documents elsewhere this one takes in or is made from:
// they are a way in for others.
func (w *wordReader) outside() error {
	settings, err := w.first(w.main, "settings", "word/settings.xml")
	if err != nil {
		return err
	}
	for _, part := range []string{w.main, settings} {
		if err := w.sources(part); err != nil {
			return err
		}
	}
	return nil
}

// pictures has those looked at that stand in the text, around it or below it.
func (w *wordReader) pictures() error {
	around, err := w.targets(w.main, "header", "footer", "footnotes", "endnotes")
	if err != nil {
		return err
	}
	for _, part := range append([]string{w.main}, around...) {
		if err := w.opc.pictures(part); err != nil {
			return err
		}
	}
	return nil
}

// sources writes the addresses of what a part takes from elsewhere.
func (o *opc) sources(part string) error {
	rels, err := o.relations(part)
	if err != nil {
		return err
	}
	var list []relation
	for _, rel := range rels {
		if rel.out && rel.kind != "hyperlink" && rel.kind != "image" {
			list = append(list, rel)
		}
	}
	slices.SortFunc(list, func(a, b relation) int { return a.order - b.order })
	for _, rel := range list {
		if err := o.r.property(rel.target); err != nil {
			return err
		}
	}
	return nil
}
