package extract

// digit takes one hexadecimal digit of an embedded object.
func (x *rtfReader) digit(c byte) {
	v := hexValue(c)
	if v < 0 {
		return
	}
	if x.nibble < 0 {
		x.nibble = v
		return
	}
	if x.inflated >= x.limits.Inflated || len(x.object) >= maxUnpacked {
		return
	}
	x.object = append(x.object, byte(x.nibble<<4|v))
	x.inflated++
	x.nibble = -1
}

// endObject reads the object whose digits have all been taken.
func (x *rtfReader) endObject() {
	raw := x.object
	x.object, x.nibble = nil, -1
	if x.err != nil || len(raw) == 0 {
		return
	}
	// It stands between the texts around it.
	if x.flushBody(); x.err != nil {
		return
	}
	x.err = x.readOLE1(raw, x.d.depth)
}
