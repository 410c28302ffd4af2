package graphsim_test

import (
	"bytes"
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
)

// csdl is what the published metadata of Graph says of its types.
type csdl struct {
	types map[string]*csdlType // by full name
	enums map[string]*csdlEnum
	sets  map[string]string // entity sets: the type of each
}

type csdlType struct {
	name, base string
	abstract   bool
	properties map[string]csdlProperty
}

type csdlProperty struct {
	kind     string // full name, without Collection()
	many     bool
	required bool // Nullable="false"
}

type csdlEnum struct {
	members []string
	flags   bool
}

type xmlProperty struct {
	Name     string `xml:"Name,attr"`
	Type     string `xml:"Type,attr"`
	Nullable string `xml:"Nullable,attr"`
}

type xmlType struct {
	Name       string        `xml:"Name,attr"`
	Base       string        `xml:"BaseType,attr"`
	Abstract   bool          `xml:"Abstract,attr"`
	Properties []xmlProperty `xml:"Property"`
	Navigation []xmlProperty `xml:"NavigationProperty"`
}

type xmlSchema struct {
	Namespace string    `xml:"Namespace,attr"`
	Alias     string    `xml:"Alias,attr"`
	Entities  []xmlType `xml:"EntityType"`
	Complexes []xmlType `xml:"ComplexType"`
	Enums     []struct {
		Name    string `xml:"Name,attr"`
		Flags   bool   `xml:"IsFlags,attr"`
		Members []struct {
			Name string `xml:"Name,attr"`
		} `xml:"Member"`
	} `xml:"EnumType"`
	Sets []struct {
		Name string `xml:"Name,attr"`
		Type string `xml:"EntityType,attr"`
	} `xml:"EntityContainer>EntitySet"`
}

// readCSDL parses the metadata document.
func readCSDL(doc []byte) (*csdl, error) {
	var x struct {
		Schemas []xmlSchema `xml:"DataServices>Schema"`
	}
	if err := xml.Unmarshal(bytes.TrimPrefix(doc, []byte("\ufeff")), &x); err != nil {
		return nil, err
	}
	c := &csdl{types: map[string]*csdlType{}, enums: map[string]*csdlEnum{}, sets: map[string]string{}}
	for _, s := range x.Schemas {
		full := func(name string) string {
			if rest, ok := strings.CutPrefix(name, s.Alias+"."); ok && s.Alias != "" {
				return s.Namespace + "." + rest
			}
			if rest, ok := strings.CutPrefix(name, "graph."); ok {
				return "microsoft.graph." + rest
			}
			return name
		}
		for _, t := range slices.Concat(s.Entities, s.Complexes) {
			c.types[s.Namespace+"."+t.Name] = newCSDLType(s.Namespace, t, full)
		}
		for _, e := range s.Enums {
			enum := &csdlEnum{flags: e.Flags}
			for _, m := range e.Members {
				enum.members = append(enum.members, m.Name)
			}
			c.enums[s.Namespace+"."+e.Name] = enum
		}
		for _, set := range s.Sets {
			c.sets[set.Name] = full(set.Type)
		}
	}
	return c, nil
}

func newCSDLType(namespace string, t xmlType, full func(string) string) *csdlType {
	out := &csdlType{name: namespace + "." + t.Name, base: full(t.Base), abstract: t.Abstract, properties: map[string]csdlProperty{}}
	for _, p := range slices.Concat(t.Properties, t.Navigation) {
		inner, many := strings.CutPrefix(p.Type, "Collection(")
		out.properties[p.Name] = csdlProperty{
			kind: full(strings.TrimSuffix(inner, ")")), many: many, required: p.Nullable == "false",
		}
	}
	return out
}

// property finds a property of a type or of one that it derives from.
func (c *csdl) property(t *csdlType, name string) (csdlProperty, bool) {
	for ; t != nil; t = c.types[t.base] {
		if p, ok := t.properties[name]; ok {
			return p, true
		}
	}
	return csdlProperty{}, false
}

// derives tells whether a type is another one or derives from it.
func (c *csdl) derives(t *csdlType, from string) bool {
	for ; t != nil; t = c.types[t.base] {
		if t.name == from {
			return true
		}
	}
	return false
}

// target resolves the part of an @odata.context after the #: what an answer's
// body, or each item of its value, is.
func (c *csdl) target(context string) (p csdlProperty, err error) {
	context = strings.TrimSuffix(context, "/$entity")
	if inner, ok := strings.CutPrefix(context, "Collection("); ok {
		return csdlProperty{kind: "microsoft.graph." + strings.TrimSuffix(inner, ")"), many: true}, nil
	}
	for i, segment := range strings.Split(context, "/") {
		name, _, keyed := strings.Cut(segment, "(")
		switch {
		case i == 0:
			p = csdlProperty{kind: c.sets[name], many: true}
		case c.types[p.kind] == nil:
			return p, fmt.Errorf("%s has no properties", p.kind)
		default:
			next, ok := c.property(c.types[p.kind], name)
			if !ok {
				return p, fmt.Errorf("%s has no %s", p.kind, name)
			}
			p = next
		}
		if keyed {
			p.many = false
		}
	}
	if p.kind == "" {
		return p, fmt.Errorf("no entity set of that name")
	}
	return p, nil
}

// csdlCheck compares bodies with the metadata and gathers what differs.
type csdlCheck struct {
	*csdl
	found map[string]string // what differs, with an example
	seen  map[string]int    // objects, by type
}

func (c *csdlCheck) report(where, format string, args ...any) {
	what := fmt.Sprintf(format, args...)
	if _, ok := c.found[what]; !ok {
		c.found[what] = where
	}
}

// body checks a whole answer.
func (c *csdlCheck) body(where string, body map[string]any) {
	context, _ := body["@odata.context"].(string)
	_, fragment, ok := strings.Cut(context, "/v1.0/$metadata#")
	if !ok {
		c.report(where, "answer without @odata.context")
		return
	}
	p, err := c.target(fragment)
	if err != nil {
		c.report(where, "context %s: %v", fragment, err)
		return
	}
	entity := strings.HasSuffix(fragment, "/$entity")
	delete(body, "@odata.context")
	_, simple := c.types[p.kind]
	switch {
	case entity || simple && !p.many:
		p.many = false
		c.value(where, fragment, p, body)
		return
	case p.many:
		for name, v := range body {
			s, isText := v.(string)
			switch name {
			case "value":
			case "@odata.nextLink", "@odata.deltaLink":
				if !isText || !strings.HasPrefix(s, "https://") {
					c.report(where, "%s is no link", name)
				}
			case "@odata.count":
			default:
				c.report(where, "collection.%s: unknown", name)
			}
		}
	}
	list, ok := body["value"]
	if !ok {
		c.report(where, "answer without value")
		return
	}
	c.value(where, fragment, p, list)
}

// value checks a value against its declaration; name is for reports.
func (c *csdlCheck) value(where, name string, p csdlProperty, v any) {
	if p.many {
		list, ok := v.([]any)
		if !ok {
			c.report(where, "%s: %s where a collection is declared", name, jsonKind(v))
			return
		}
		for _, item := range list {
			if item == nil {
				c.report(where, "%s: null in a collection", name)
				continue
			}
			c.value(where, name, csdlProperty{kind: p.kind, required: true}, item)
		}
		return
	}
	if v == nil {
		if p.required {
			c.report(where, "%s: null is not allowed", name)
		}
		return
	}
	if enum := c.enums[p.kind]; enum != nil {
		c.enum(where, name, enum, v)
		return
	}
	if strings.HasPrefix(p.kind, "Edm.") {
		if !edmHolds(p.kind, v) {
			c.report(where, "%s: %s where %s is declared", name, jsonKind(v), p.kind)
		}
		return
	}
	object, ok := v.(map[string]any)
	if !ok {
		c.report(where, "%s: %s where %s is declared", name, jsonKind(v), p.kind)
		return
	}
	c.object(where, name, p.kind, object)
}

func (c *csdlCheck) enum(where, name string, enum *csdlEnum, v any) {
	s, ok := v.(string)
	if !ok {
		c.report(where, "%s: %s where an enumeration is declared", name, jsonKind(v))
		return
	}
	values := []string{s}
	if enum.flags {
		values = strings.Split(s, ",")
	}
	for _, one := range values {
		if !slices.Contains(enum.members, one) {
			c.report(where, "%s: no value %q", name, one)
		}
	}
}

// object checks the members of an object of the declared type, or of the
// derived one that it names.
func (c *csdlCheck) object(where, name, declared string, o map[string]any) {
	t := c.types[declared]
	if t == nil {
		c.report(where, "%s: no type %s", name, declared)
		return
	}
	if given, ok := o["@odata.type"].(string); ok {
		derived := c.types[strings.TrimPrefix(given, "#")]
		switch {
		case derived == nil:
			c.report(where, "%s: no type %s", shortType(declared), given)
		case !c.derives(derived, declared):
			c.report(where, "%s: %s is none", shortType(declared), given)
		default:
			t = derived
		}
	} else if t.abstract {
		c.report(where, "%s: abstract, and no @odata.type", shortType(declared))
	}
	short := shortType(t.name)
	c.seen[short]++
	if o["@removed"] != nil {
		c.removed(where, short, o)
		return
	}
	for member, v := range o {
		if strings.HasPrefix(member, "@") || strings.Contains(member, "@odata.") {
			if !slices.Contains([]string{"@odata.type", "@odata.etag", "@odata.mediaContentType"}, member) {
				c.report(where, "%s.%s: unknown annotation", short, member)
			}
			continue
		}
		p, ok := c.property(t, member)
		if !ok {
			c.report(where, "%s.%s: unknown", short, member)
			continue
		}
		c.value(where, short+"."+member, p, v)
	}
}

func (c *csdlCheck) removed(where, short string, o map[string]any) {
	why, _ := o["@removed"].(map[string]any)
	for member := range o {
		if member != "id" && member != "@removed" && member != "@odata.type" {
			c.report(where, "%s.%s: in a removal", short, member)
		}
	}
	if r := why["reason"]; r != "deleted" && r != "changed" || len(why) != 1 || o["id"] == nil {
		c.report(where, "%s: a malformed removal", short)
	}
}

func shortType(full string) string { return strings.TrimPrefix(full, "microsoft.graph.") }

func jsonKind(v any) string {
	switch v.(type) {
	case nil:
		return "null"
	case bool:
		return "a boolean"
	case float64:
		return "a number"
	case string:
		return "a string"
	case []any:
		return "an array"
	}
	return "an object"
}

// edmHolds tells whether a JSON value is one of a primitive type.
func edmHolds(kind string, v any) bool {
	s, isString := v.(string)
	n, isNumber := v.(float64)
	switch kind {
	case "Edm.String", "Edm.Guid", "Edm.Duration", "Edm.TimeOfDay", "Edm.Date":
		return isString
	case "Edm.Boolean":
		_, ok := v.(bool)
		return ok
	case "Edm.Int16", "Edm.Int32":
		return isNumber && n == math.Trunc(n) && math.Abs(n) <= math.MaxInt32
	case "Edm.Int64", "Edm.Double", "Edm.Single", "Edm.Decimal", "Edm.Byte":
		return isNumber
	case "Edm.DateTimeOffset":
		_, err := time.Parse(time.RFC3339, s)
		return isString && err == nil
	case "Edm.Binary", "Edm.Stream":
		_, standard := base64.StdEncoding.DecodeString(s)
		_, url := base64.URLEncoding.DecodeString(s)
		return isString && (standard == nil || url == nil)
	}
	return false
}
