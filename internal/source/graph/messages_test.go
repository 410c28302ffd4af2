package graph

import "testing"

// A folder whose id happens to hold the word is listed to its end all the same.
func TestDeltaLinksAreToldByTheirLastElement(t *testing.T) {
	t.Parallel()
	const folder = "https://graph.microsoft.com/v1.0/users/u/mailFolders/AAMkDelta='/messages"
	for link, want := range map[string]bool{
		folder + "/delta?$skiptoken=x": true, folder + "/delta()?$deltatoken=x": true, folder + "/microsoft.graph.delta()?$skiptoken=x": true,
		folder + "?$deltatoken=x": true, folder + "?$skip=100": false, folder + "?$skip=100&$select=delta": false,
	} {
		if got := tracksChanges(link); got != want {
			t.Errorf("%s: %t, want %t", link, got, want)
		}
	}
}
