package search

import (
	"context"

	"mailquarry/internal/access"
)

// Search finds messages that p may see. A query that is not understood in part
// is run as far as it is, with warnings. A RequestError, engine.ErrCursor or
// engine.ErrTooComplex tells that the request itself is at fault.
func (s *Service) Search(ctx context.Context, p access.Principal, r Request) (Results, error) {
	return Results{}, errSkeleton
}
