package bleve

import "github.com/blevesearch/bleve/v2/index/scorch"

// Rest gives back memory that nothing needs while nobody searches.
func (e *Engine) Rest() error {
	return e.reading("give memory back", func(snapshot *scorch.IndexSnapshot) error {
		for _, s := range snapshot.Segments() {
			if r, ok := s.Segment().(interface{ Rest() error }); ok {
				if err := r.Rest(); err != nil {
					return err
				}
			}
		}
		return nil
	})
}
