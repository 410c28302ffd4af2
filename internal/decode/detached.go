package decode

import "errors"

func detachedSkeleton(payload []byte) ([]byte, error) { return nil, errors.New("not yet") }
