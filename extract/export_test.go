package extract

// InProcess reads a document in this process, which the product never does: it is
// what isolation is measured against.
func InProcess(name, contentType string, raw []byte) Result {
	c := &collected{}
	reg := newRegistry()
	r := newReading(reg, defaultLimits(), c)
	typ, o := r.document(document{name: name, contentType: contentType, raw: raw})
	c.re.answer = answer{State: o.state, Reason: o.reason, Type: typ, Made: reg.made(r.used)}
	return finish(c.re)
}

type collected struct{ re reply }

func (c *collected) text(s string) error {
	c.re.text.WriteString(s)
	return nil
}

func (c *collected) place(path []Step) error {
	c.re.places = append(c.re.places, Place{Offset: c.re.text.Len(), Path: path})
	return nil
}
