package graphsim

import "time"

// User is a directory user to create. Empty fields get plausible values.
type User struct {
	ID          string // GUID; derived from the seed when empty
	Address     string // mail and userPrincipalName
	DisplayName string
	Aliases     []string
	Purpose     string // userPurpose: user, shared, room, ...; "user" when empty
	Locale      string // such as de-AT; names the well-known folders; en-US when empty
	UserType    string // Member when empty, or Guest
	Disabled    bool
	// NoMailbox is the Graph error code with which mail endpoints answer
	// (MailboxNotEnabledForRESTAPI, ResourceNotFound, ErrorInvalidUser), ""
	// for a user with a mailbox.
	NoMailbox string
}

// Address is a recipient.
type Address struct{ Name, Address string }

// Message is a message to put into a folder. Type, when not empty, is its
// @odata.type without the leading "#microsoft.graph." (eventMessageRequest...).
type Message struct {
	Subject           string
	From              Address
	To, Cc, Bcc       []Address
	Received, Sent    time.Time // Sent defaults to Received
	Text              string    // body when HTML is empty
	HTML              string
	InternetMessageID string // derived when empty
	InReplyTo         string // joins the conversation of that InternetMessageID
	ConversationID    string
	Categories        []string
	Importance        string
	IsRead            bool
	IsDraft           bool
	Flagged           bool
	Headers           [][2]string
	Type              string
	Attachments       []Attachment
	// Extra fields are added to the JSON object as they are, over generated ones.
	Extra map[string]any
	// Path is the file a message was loaded from, within LoadEML's tree. It is
	// never served: tests map immutable ids back to files with it.
	Path string
}

// Attachment is one attachment. Item makes it an item attachment (a forwarded
// mail); Reference a cloud link; otherwise it is a file with Content.
type Attachment struct {
	Name        string
	ContentType string
	ContentID   string
	Inline      bool
	Content     []byte
	Item        *Message
	Reference   bool
	// Broken, when not empty, is the error code with which the attachment's
	// content is refused, always; it is still listed.
	Broken string
}
