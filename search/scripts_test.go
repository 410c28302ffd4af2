package search_test

import (
	"slices"
	"strings"
	"testing"

	"mailquarry/search"
)

// TestScriptsWithoutSpaces promises of Chinese, Japanese and Korean that any run of letters
// finds the texts that have it somewhere, that phrases and NEAR ask for places, and that the
// letters which were asked for are marked.
func TestScriptsWithoutSpaces(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.mailbox(eva, "Eva", "Inbox=inbox")
	for key, text := range map[string]string{
		"f": "오늘 계약서를 검토했고 계약서의 검토는 끝났습니다. 구매 계약서를 확인", "g": "계약서로써리 검토", "a": "在北京召开的会议纪要已经发送。", "b": "議事録は東京都のデータベース設計書です。", "c": "회의록을 보내드립니다. 정기회의는 내일입니다.", "d": "会，议。", "e": "데이터베이스 ﾃﾞｰﾀ",
	} {
		w.store(letter{box: eva, folder: "Inbox", key: key, subject: "x", from: "김철수 <kim@contoso.example>", text: text})
	}
	w.index()
	for _, c := range []struct{ query, want, marked string }{
		{"会", "ad", "<mark>会</mark>"},
		{"会议", "ad", "<mark>会议</mark>纪要"},
		{"会议纪", "a", "<mark>会议纪</mark>要"},
		{"召开的会议纪要", "a", "<mark>召开的会议纪要</mark>"},
		{"议会", "", ""},
		{"北京 会议", "a", "<mark>北京</mark>召开的<mark>会议</mark>"},
		{`"会议纪要"`, "a", "<mark>会议纪要</mark>"},
		{"北京 NEAR/4 会议", "a", "<mark>北京</mark>召开的<mark>会议</mark>"},
		{"北京 NEAR/3 会议", "", ""},
		{"会议 ADJ/3 北京", "", ""},
		{"会议*", "ad", "<mark>会议</mark>纪要"},
		{"*议*", "ad", ""},
		{"会?纪", "a", ""},
		{"*会?纪*", "a", ""},
		{"北京*纪要", "a", ""},
		{"纪要*北京", "", ""},
		{"東京", "b", "<mark>東京</mark>都"},
		{"データ", "be", "<mark>データ</mark>ベース"},
		{"ベース", "b", "データ<mark>ベース</mark>"},
		{"デー*", "be", "<mark>デー</mark>タ"},
		{"회의록을", "c", "<mark>회의록을</mark>"},
		{"회의", "c", "<mark>회의록을</mark> 보내드립니다. <mark>정기회의는</mark>"},
		{"의", "cf", "<mark>회의록을</mark>"},
		{"베이스", "e", "<mark>데이터베이스</mark>"},
		{"회의*", "c", "<mark>회의록을</mark>"},
		{"+회의", "", ""},
		{"회의 NEAR/1 보내드립니다", "c", "<mark>회의록을</mark> <mark>보내드립니다</mark>"},
		{`"계약서 검토는"`, "f", "<mark>계약서의 검토는</mark>"},
		{`"구매 계약서"`, "f", "<mark>구매 계약서를</mark>"},
		{`body:"구매 계약서"`, "f", ""},
		{`"계약서로 검토"`, "", ""},
		{`"검토 계약서"`, "", ""},
		{`"구매"`, "f", ""},
		{"from:철수", "abcdefg", ""},
		{"to:철수", "", ""},
	} {
		res := w.find(search.Request{Text: c.query})
		got := strings.Fields(keysOf(res))
		slices.Sort(got)
		if strings.Join(got, "") != c.want {
			t.Errorf("%s finds %v, want %q", c.query, got, c.want)
		}
		if all := snippetsOf(res); !strings.Contains(all, c.marked) {
			t.Errorf("%s marks %s, want %s", c.query, all, c.marked)
		}
	}
}

func snippetsOf(res search.Results) string {
	var all []string
	for _, h := range res.Hits {
		all = append(all, h.Snippets.Body...)
	}
	return strings.Join(all, "\n")
}
