package extract

import (
	"path"
	"slices"
	"strings"
)

// opc is an OOXML document: parts that name each other by relations ([MS-OE376],
// ECMA-376 part 2).
type opc struct {
	*pack
	related map[string]map[string]relation
	held    int // relations in it
	looked  int // at pictures
}

// relation is what a part says of another, or of something outside.
type relation struct {
	kind   string // the last word of its type, lower case: "header", "hyperlink"
	target string // a part's name, or outside an address
	out    bool
	order  int
}

func openOPC(r *reading, d document) (*opc, error) {
	p, err := openPack(r, d)
	if err != nil {
		return nil, err
	}
	return &opc{pack: p, related: map[string]map[string]relation{}}, nil
}

// inOPC tells whether a document is OOXML of the family whose parts lie in a
// folder, where the main part is one of those with an ending.
func inOPC(folder, ending string) func(*probe) bool {
	return func(p *probe) bool {
		names := p.zip()
		if !names["[content_types].xml"] && !names["_rels/.rels"] {
			return false
		}
		for n := range names {
			if strings.HasPrefix(n, folder) && strings.HasSuffix(n, ending) && strings.Count(n, "/") == 1 {
				return true
			}
		}
		return false
	}
}

// relations gives what a part refers to, by identifier; "" is the document.
func (o *opc) relations(part string) (map[string]relation, error) {
	if got, ok := o.related[part]; ok {
		return got, nil
	}
	dir, base := path.Split(part)
	b, err := o.bytes(dir + "_rels/" + base + ".rels")
	if err != nil {
		return nil, err
	}
	out := map[string]relation{}
	x := newXML(b)
	for kind := x.next(); kind != xmlEnd; kind = x.next() {
		if kind != xmlOpen || x.name != "Relationship" || len(out) >= maxMembers {
			continue
		}
		target := x.attr("Target")
		rel := relation{kind: strings.ToLower(path.Base(x.attr("Type"))), order: len(out), out: strings.EqualFold(x.attr("TargetMode"), "External")}
		switch {
		case rel.out:
			rel.target = target
		case strings.HasPrefix(target, "/"):
			rel.target = partName(path.Clean(target))
		default:
			rel.target = partName(path.Join(dir, strings.ReplaceAll(target, `\`, "/")))
		}
		out[x.attr("Id")] = rel
	}
	if o.held += len(out); o.held > 5*maxMembers { // to be read again
		clear(o.related)
		o.held = len(out)
	}
	o.related[part] = out
	return out, nil
}

// targets gives the parts that a part refers to in one of some ways, in the
// order of the relations.
func (o *opc) targets(part string, kinds ...string) ([]string, error) {
	all, err := o.relations(part)
	if err != nil {
		return nil, err
	}
	var list []relation
	for _, rel := range all {
		if !rel.out && slices.Contains(kinds, rel.kind) {
			list = append(list, rel)
		}
	}
	slices.SortFunc(list, func(a, b relation) int { return a.order - b.order })
	var names []string
	for _, rel := range list {
		if !slices.Contains(names, rel.target) {
			names = append(names, rel.target)
		}
	}
	return names, nil
}

// first gives the first part that a part refers to in a way, or the usual name.
func (o *opc) first(part, kind, usual string) (string, error) {
	names, err := o.targets(part, kind)
	if err != nil {
		return "", err
	}
	for _, n := range names {
		if o.parts[n] != nil {
			return n, nil
		}
	}
	return usual, nil
}

// main finds the main part.
func (o *opc) main(usual string) (string, error) { return o.first("", "officedocument", usual) }

// related by a value of the element's attributes: the prefix of the relation's
// identifier is free, so the attribute is told by what it says.
func relatedBy(x *xmlScanner, rels map[string]relation) (rel relation, ok bool) {
	if len(rels) == 0 {
		return rel, false
	}
	eachAttr(x.attrs, func(name, value []byte) bool {
		if i := strings.IndexByte(string(name), ':'); i >= 0 {
			rel, ok = rels[string(value)]
		}
		return !ok
	})
	return rel, ok
}

// properties writes what is said about the document.
func (o *opc) properties() error {
	for _, part := range []struct{ kind, usual string }{
		{"core-properties", "docprops/core.xml"},
		{"extended-properties", "docprops/app.xml"},
		{"custom-properties", "docprops/custom.xml"},
	} {
		name, err := o.first("", part.kind, part.usual)
		if err != nil {
			return err
		}
		b, err := o.bytes(name)
		if err != nil {
			return err
		}
		if err := readProperties(o.r, b); err != nil {
			return err
		}
	}
	return nil
}

// maxProperty bounds one property's text.
const maxProperty = 16 << 10

// readProperties writes the properties that people look for.
func readProperties(r *reading, b []byte) error {
	x := newXML(b)
	custom := ""
	for kind := x.next(); kind != xmlEnd; kind = x.next() {
		if kind != xmlOpen {
			continue
		}
		value := ""
		switch x.name {
		case "title", "subject", "creator", "initial-creator", "keywords", "keyword", "description", "lastModifiedBy", "category",
			"contentStatus", "Company", "Manager", "HyperlinkBase":
			value = x.inner(maxProperty)
		case "user-defined": // ODF
			name, kind := x.attr("name"), x.attr("value-type")
			if value = x.inner(maxProperty); kind != "boolean" && kind != "float" && value != "" {
				value = name + ": " + value
			} else {
				value = ""
			}
		case "property": // OOXML
			custom = x.attr("name")
		case "lpwstr", "lpstr", "bstr":
			if custom != "" {
				value = custom + ": " + x.inner(maxProperty)
			}
		}
		if err := r.property(value); err != nil {
			return err
		}
	}
	return nil
}

// embeddings reads the documents that lie in a part.
func (o *opc) embeddings(part string) error {
	names, err := o.targets(part, "oleobject", "package", "afchunk", "subdocument")
	if err != nil {
		return err
	}
	for _, n := range names {
		if err := o.embedded(n); err != nil {
			return err
		}
	}
	return nil
}
