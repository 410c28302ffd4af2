package decode

import (
	"errors"

	"mailquarry/internal/mail"
)

func rfcMessage(*mail.Message, []byte) error          { return errors.New("not yet") }
func detachedSkeleton(payload []byte) ([]byte, error) { return nil, errors.New("not yet") }
