package mirror

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"mailquarry/internal/graphsim"
)

// Office fills a tenant with mailboxes and messages of ordinary shape: large
// mailboxes and small ones, most of the mail in inbox and sent items, some below
// folders of its own, every twentieth message with one or two attachments. Each
// message is found by a word of its own.
func Office(tenant *graphsim.Tenant, seed uint64, mailboxes, messages int) {
	rnd := rand.New(rand.NewPCG(seed, 1))
	shares := make([]float64, mailboxes)
	total := 0.0
	for i := range shares {
		shares[i] = 0.3 + rnd.ExpFloat64()
		total += shares[i]
	}
	left := messages
	for i, share := range shares {
		box := tenant.AddUser(graphsim.User{Address: fmt.Sprintf("person%d@contoso.example", i), DisplayName: fmt.Sprintf("Person %d", i)})
		n := min(left, int(share/total*float64(messages)))
		if i == mailboxes-1 {
			n = left
		}
		left -= n
		fill(rnd, box, i, n)
	}
}

// fill puts messages into a mailbox.
func fill(rnd *rand.Rand, box *graphsim.Mailbox, number, messages int) {
	work := box.AddFolder(nil, "Work")
	folders := []struct {
		*graphsim.Folder
		weight int
	}{
		{box.Folder("inbox"), 50},
		{box.Folder("sentitems"), 25},
		{box.Folder("archive"), 10},
		{box.AddFolder(work, "Quarry"), 8},
		{box.AddFolder(work, "Crusher"), 5},
		{box.Folder("deleteditems"), 2},
	}
	at := time.Date(2026, 11, 1, 8, 0, 0, 0, time.UTC)
	for i := range messages {
		roll := rnd.IntN(100)
		for _, f := range folders {
			if roll -= f.weight; roll < 0 {
				at = at.Add(-time.Duration(rnd.IntN(3600)) * time.Second)
				f.Add(officeMail(rnd, fmt.Sprintf("%s%dx%dqz", Mark, number, i), at))
				break
			}
		}
	}
}

func officeMail(rnd *rand.Rand, mark string, at time.Time) graphsim.Message {
	m := graphsim.Message{
		Subject: prose(rnd, 3+rnd.IntN(5)) + " " + mark, Text: prose(rnd, 40+rnd.IntN(160)), Received: at,
		From: person(rnd), To: []graphsim.Address{person(rnd)}, IsRead: rnd.IntN(5) > 0,
	}
	if rnd.IntN(20) == 0 {
		for i := range 1 + rnd.IntN(2) {
			m.Attachments = append(m.Attachments, graphsim.Attachment{
				Name: fmt.Sprintf("notes %d.txt", i), ContentType: "text/plain", Content: []byte(prose(rnd, 300)),
			})
		}
	}
	return m
}

func person(rnd *rand.Rand) graphsim.Address {
	n := rnd.IntN(500)
	return graphsim.Address{Name: fmt.Sprintf("Person %d", n), Address: fmt.Sprintf("person%d@contoso.example", n)}
}

// prose is made of words of which some are common and most are rare.
func prose(rnd *rand.Rand, words int) string {
	const syllables = "balecomadinoruteshivexa"
	var b strings.Builder
	for i := range words {
		if i > 0 {
			b.WriteByte(' ')
		}
		n := int(rnd.ExpFloat64() * 900)
		for k := 0; k < 2 || n > 0; k++ {
			s := 2 * (n % (len(syllables) / 2))
			b.WriteString(syllables[s : s+2])
			n /= len(syllables) / 2
		}
	}
	return b.String()
}
