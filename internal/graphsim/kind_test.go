package graphsim_test

import (
	"testing"

	"mailquarry/internal/graphsim"
)

// What a request asks for is told from its path, in all spellings.
func TestKindOf(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]graphsim.Kind{
		"/tenant/oauth2/v2.0/token":                                                      graphsim.Tokens,
		"/tenant/v2.0/.well-known/openid-configuration?":                                 graphsim.Discovery,
		"/common/discovery/instance?api-version=1.1":                                     graphsim.Discovery,
		"/v1.0/users?$top=999":                                                           graphsim.Users,
		"/v1.0/users/delta()?$deltatoken=x":                                              graphsim.Users,
		"/v1.0/users/anna@contoso.example":                                               graphsim.Users,
		"users('u')":                                                                     graphsim.Users,
		"/v1.0/groups/g/transitiveMembers":                                               graphsim.Groups,
		"/v1.0/users/u/mailboxSettings":                                                  graphsim.Settings,
		"/users/u/mailboxSettings/userPurpose":                                           graphsim.Settings,
		"/v1.0/users/u/mailFolders":                                                      graphsim.Folders,
		"/v1.0/users/u/mailfolders/inbox?$select=id":                                     graphsim.Folders,
		"/v1.0/users/u/mailFolders/f/childFolders":                                       graphsim.Folders,
		"/v1.0/users/u/mailFolders/delta":                                                graphsim.FolderDelta,
		"/v1.0/users('u')/mailFolders/microsoft.graph.delta()":                           graphsim.FolderDelta,
		"/v1.0/users/u/mailFolders/AAMk%3D/messages/delta()?$select=id":                  graphsim.MessageDelta,
		"/v1.0/users('u')/mailFolders('f')/messages/delta?$skiptoken=x":                  graphsim.MessageDelta,
		"/v1.0/users('u')/mailFolders('f')/childFolders('g')/messages/delta?$deltatoken": graphsim.MessageDelta,
		"/v1.0/users/u/messages?$top=10":                                                 graphsim.MessageList,
		"/v1.0/users/u/mailFolders/f/messages":                                           graphsim.MessageList,
		"/v1.0/users/u/messages/m":                                                       graphsim.MessageGet,
		"/v1.0/users/u/messages/m/$value":                                                graphsim.MessageGet,
		"/v1.0/users/u/mailFolders/f/messages/m":                                         graphsim.MessageGet,
		"/v1.0/users/u/messages/m/attachments?$select=id":                                graphsim.AttachmentList,
		"/v1.0/users/u/messages/m/attachments/a":                                         graphsim.AttachmentBytes,
		"/v1.0/users/u/messages/m/attachments/a/$value":                                  graphsim.AttachmentBytes,
		"/v1.0/$batch":          graphsim.Batch,
		"/v1.0/subscriptions/s": graphsim.Subscriptions,
		"/v1.0/me":              graphsim.Other,
		"/v1.0/users/u/events":  graphsim.Other,
		"/v1.0":                 graphsim.Other,
		"/":                     graphsim.Other,
		"/%zz":                  graphsim.Other,
	} {
		if got := graphsim.KindOf("GET", path); got != want {
			t.Errorf("%s is %s, want %s", path, got, want)
		}
	}
	if match := graphsim.OfKind(graphsim.Users, graphsim.Batch); !match("GET", "/v1.0/users") || !match("POST", "/v1.0/$batch") || match("GET", "/v1.0/users/u/messages") {
		t.Error("OfKind")
	}
}
