package extract_test

import (
	"strings"
	"testing"

	"mailquarry/extract"
)

// TestLargeTags promises the text around a tag that no page has, and all of a tag
// that is large for what stands in it.
func TestLargeTags(t *testing.T) {
	t.Parallel()
	many := strings.Repeat(" a=b", 400_000)
	picture := `<img alt="walnut" src="data:image/png;base64,` + strings.Repeat("QUJD", 1<<20) + `">`
	for in, want := range map[string]string{
		"before<p" + many + ">after":                    "before\n\nafter",
		"before<p" + many:                               "before",
		"before" + picture + "after":                    "before walnut after",
		"<script>if (a<b) " + many + "</script>visible": "visible",
		"1 < 2" + many:                                  "1 < 2" + many,
	} {
		if got := extract.HTML(in); got != want {
			t.Errorf("%.20q...: %d bytes %.40q, want %.40q", in, len(got), got, want)
		}
	}
}
