package extract

import (
	"math"

	"github.com/ledongthuc/pdf"
)

// matrix is [a b 0; c d 0; e f 1].
type matrix [6]float64

func identity() matrix { return matrix{1, 0, 0, 1, 0, 0} }

func (m matrix) mul(n matrix) matrix {
	return matrix{
		m[0]*n[0] + m[1]*n[2], m[0]*n[1] + m[1]*n[3],
		m[2]*n[0] + m[3]*n[2], m[2]*n[1] + m[3]*n[3],
		m[4]*n[0] + m[5]*n[2] + n[4], m[4]*n[1] + m[5]*n[3] + n[5],
	}
}

type graphics struct {
	ctm                        matrix
	font                       *pdfFont
	size, char, word           float64
	scale, leading, rise, mode float64
}

// interpreter runs content streams and hands their glyphs to a layout. It
// knows the operators that move or show text; the rest it passes over.
type interpreter struct {
	doc   *pdfDoc
	out   *layout
	g     graphics
	stack []graphics
	tm    matrix
	tlm   matrix
	buf   []glyph
	begun bool // a text object that has not ended
}

// The limits on one page.
const (
	maxFormDepth   = 8
	maxGraphics    = 256
	maxAnnotations = 2000
)

func (in *interpreter) run(content []byte, resources pdf.Value, depth int) {
	p := pdfProgram{lex: pdfLexer{b: content}}
	fonts := map[string]*pdfFont{}
	for !in.out.full {
		op, args := p.step()
		if op == "" {
			return
		}
		if !in.doc.spend(1) {
			return
		}
		switch op {
		case "Tf":
			if len(args) >= 2 {
				in.setFont(args[len(args)-2].str, args[len(args)-1].num, resources, fonts)
			}
		case "BI":
			in.doc.pictures++
		case "Do":
			if len(args) >= 1 {
				in.form(resources.Key("XObject").Key(args[len(args)-1].str), resources, depth)
			}
		default:
			in.operator(op, args)
		}
	}
}

func (in *interpreter) setFont(name string, size float64, resources pdf.Value, fonts map[string]*pdfFont) {
	f, ok := fonts[name]
	if !ok {
		if v := resources.Key("Font").Key(name); !v.IsNull() {
			f = in.doc.font(v)
		}
		fonts[name] = f
	}
	in.g.font, in.g.size = f, size
}

// form runs a form XObject, which has its own place and resources.
func (in *interpreter) form(x, resources pdf.Value, depth int) {
	if x.Kind() == pdf.Stream && x.Key("Subtype").Name() == "Image" {
		in.doc.pictures++
		return
	}
	if depth >= maxFormDepth || x.Kind() != pdf.Stream || x.Key("Subtype").Name() != "Form" || !in.doc.spend(1000) {
		return
	}
	saved, tm, tlm, height := in.g, in.tm, in.tlm, len(in.stack)
	in.g.ctm = pdfMatrix(x.Key("Matrix")).mul(in.g.ctm)
	if own := x.Key("Resources"); own.Kind() == pdf.Dict {
		resources = own
	}
	in.run(in.doc.stream(x), resources, depth+1)
	in.g, in.tm, in.tlm, in.stack = saved, tm, tlm, in.stack[:min(height, len(in.stack))]
}

func numbers(args []pdfOperand, n int) ([6]float64, bool) {
	var out [6]float64
	if len(args) < n {
		return out, false
	}
	for i, a := range args[len(args)-n:] {
		out[i] = a.num
	}
	return out, true
}

func (in *interpreter) operator(op string, args []pdfOperand) {
	switch op {
	case "q":
		if len(in.stack) < maxGraphics {
			in.stack = append(in.stack, in.g)
		}
	case "Q":
		if n := len(in.stack); n > 0 {
			in.g, in.stack = in.stack[n-1], in.stack[:n-1]
		}
	case "cm":
		if v, ok := numbers(args, 6); ok {
			in.g.ctm = matrix(v).mul(in.g.ctm)
		}
	case "BT":
		in.tm, in.tlm, in.begun = identity(), identity(), true
	case "ET":
		in.begun = false
	case "Tm":
		if v, ok := numbers(args, 6); ok {
			in.tm, in.tlm = v, v
		}
	case "Td", "TD":
		if v, ok := numbers(args, 2); ok {
			if op == "TD" {
				in.g.leading = -v[1]
			}
			in.move(v[0], v[1])
		}
	case "T*":
		in.move(0, -in.g.leading)
	case "Tc", "Tw", "Tz", "TL", "Ts", "Tr":
		if v, ok := numbers(args, 1); ok {
			in.parameter(op, v[0])
		}
	default:
		in.showOperator(op, args)
	}
}

func (in *interpreter) parameter(op string, v float64) {
	switch op {
	case "Tc":
		in.g.char = v
	case "Tw":
		in.g.word = v
	case "Tz":
		in.g.scale = v / 100
	case "TL":
		in.g.leading = v
	case "Ts":
		in.g.rise = v
	case "Tr":
		in.g.mode = v
	}
}

func (in *interpreter) showOperator(op string, args []pdfOperand) {
	if len(args) == 0 {
		return
	}
	last := args[len(args)-1]
	switch op {
	case "Tj":
		in.show(last.str)
	case "'":
		in.move(0, -in.g.leading)
		in.show(last.str)
	case `"`:
		if v, ok := numbers(args, 3); ok {
			in.g.word, in.g.char = v[0], v[1]
		}
		in.move(0, -in.g.leading)
		in.show(last.str)
	case "TJ":
		for _, t := range last.array {
			switch t.kind {
			case pdfString:
				in.show(t.str)
			case pdfNumber:
				if in.g.font != nil && in.g.font.vertical {
					in.tm = matrix{1, 0, 0, 1, 0, -t.num / 1000 * in.g.size}.mul(in.tm)
					continue
				}
				in.advance(-t.num / 1000 * in.g.size * in.g.scale)
			}
		}
	}
}

func (in *interpreter) move(x, y float64) {
	in.tlm = matrix{1, 0, 0, 1, x, y}.mul(in.tlm)
	in.tm = in.tlm
}

func (in *interpreter) advance(x float64) { in.tm = matrix{1, 0, 0, 1, x, 0}.mul(in.tm) }

func (in *interpreter) show(s string) {
	if s == "" {
		return
	}
	if in.g.font == nil {
		in.doc.evidence.badFonts++
		return
	}
	in.buf = in.g.font.glyphs(s, in.buf[:0])
	in.doc.spend(len(in.buf))
	for _, g := range in.buf {
		m := matrix{in.g.size * in.g.scale, 0, 0, in.g.size, 0, in.g.rise}.mul(in.tm).mul(in.g.ctm)
		length := math.Hypot(m[0], m[1])
		height := math.Hypot(m[2], m[3])
		dx, dy := 1.0, 0.0
		if length > 0 {
			dx, dy = m[0]/length, m[1]/length
		}
		if in.g.font.vertical {
			in.showVertical(g, m)
			continue
		}
		step := g.width*in.g.size + in.g.char
		if g.blank {
			step += in.g.word
		}
		step *= in.g.scale
		// The layout sees the letter with the spacing of its font's text, so that
		// letters set wide apart stay one word, but not with word spacing.
		advance := g.width * length
		if in.g.size != 0 && math.Abs(in.g.char) < math.Abs(in.g.size) {
			advance += in.g.char / in.g.size * length
		}
		in.out.glyph(g.text, m[4], m[5], dx, dy, height, advance)
		in.advance(step)
	}
}

// showVertical shows a glyph of a font that writes from top to bottom.
func (in *interpreter) showVertical(g glyph, m matrix) {
	length, height := math.Hypot(m[0], m[1]), math.Hypot(m[2], m[3])
	dx, dy := 0.0, -1.0
	if height > 0 {
		dx, dy = -m[2]/height, -m[3]/height
	}
	in.out.glyph(g.text, m[4], m[5], dx, dy, length, height)
	in.tm = matrix{1, 0, 0, 1, 0, -(in.g.size + in.g.char)}.mul(in.tm)
}
