package graphsim

// MIME gives the message as the tenant serves it as an attachment of another
// one, so that a test can compare bytes.
func (m *Message) MIME() []byte { return m.mime() }
