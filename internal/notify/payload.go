package notify

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// item is one notification of a call. Of a change it matters only where it was.
type item struct {
	Subscription string `json:"subscriptionId"`
	State        string `json:"clientState"`
	Resource     string `json:"resource"`
	Lifecycle    string `json:"lifecycleEvent"`
}

var (
	errManyItems = errors.New("too many notifications in one call")
	errNoItems   = errors.New("not a list of notifications")
)

// readItems reads a call's body, one item after the other, so that a long list
// of nothing takes no room.
func readItems(r io.Reader) ([]item, error) {
	d := json.NewDecoder(r)
	if err := expect(d, json.Delim('{')); err != nil {
		return nil, err
	}
	var items []item
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return nil, fmt.Errorf("read the notifications: %w", err)
		}
		if name == "value" {
			if items, err = readList(d, items); err != nil {
				return nil, err
			}
			continue
		}
		var other json.RawMessage
		if err := d.Decode(&other); err != nil {
			return nil, fmt.Errorf("read the notifications: %w", err)
		}
	}
	return items, expect(d, json.Delim('}'))
}

func readList(d *json.Decoder, items []item) ([]item, error) {
	if err := expect(d, json.Delim('[')); err != nil {
		return nil, err
	}
	for d.More() {
		if len(items) == maxItems {
			return nil, errManyItems
		}
		var it item
		err := d.Decode(&it)
		var odd *json.UnmarshalTypeError
		if errors.As(err, &odd) {
			it = item{} // one that is written wrong takes none along
		} else if err != nil {
			return nil, fmt.Errorf("read a notification: %w", err)
		}
		items = append(items, it)
	}
	return items, expect(d, json.Delim(']'))
}

func expect(d *json.Decoder, want json.Delim) error {
	got, err := d.Token()
	if err != nil {
		return fmt.Errorf("read the notifications: %w", err)
	}
	if got != want {
		return errNoItems
	}
	return nil
}
