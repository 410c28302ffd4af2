package graph

import (
	"strings"

	"mailquarry/internal/source"
)

// portal is where the tenant's administrators sign in.
func (x *examiner) portal() string {
	host := ""
	if x.s.authority != nil {
		host = x.s.authority.Host
	}
	switch {
	case strings.HasSuffix(host, ".us"):
		return "https://entra.microsoft.us"
	case strings.HasSuffix(host, ".cn"):
		return "https://entra.microsoftonline.cn"
	}
	return "https://entra.microsoft.com"
}

// doOpen are the clicks to the application's registration.
func (x *examiner) doOpen(role string) []string {
	which := "the application that you registered for Mailquarry"
	if isGUID(x.cfg.ClientID) {
		which += ", whose application (client) id is " + x.cfg.ClientID
	}
	return []string{
		"Open " + x.portal() + " and sign in with the role " + role + ".",
		"In the menu choose Entra ID (Identity, then Applications, in older portals), then App registrations, then the tab All applications.",
		"Open " + which + ".",
	}
}

const (
	roleApps    = "Application Administrator or Cloud Application Administrator"
	roleConsent = "Privileged Role Administrator or Global Administrator"
)

// doFind tells where an id stands.
func (x *examiner) doFind(variable, label string) []string {
	return append(x.doOpen("Application Administrator, or any that may see app registrations"),
		"On its Overview page copy "+label+".",
		"Set "+variable+" to it.")
}

// doSecret tells how to make a secret.
func (x *examiner) doSecret() []string {
	return append(x.doOpen(roleApps),
		"Choose Certificates & secrets, then the tab Client secrets, then New client secret; choose when it expires and choose Add.",
		"Copy the column Value at once (not Secret ID): it is shown this one time only.",
		"Set AZURE_CLIENT_SECRET to it, and note the date of expiry: no program can read that date with Mailquarry's permissions.")
}

// doCertificate tells how to renew a certificate.
func (x *examiner) doCertificate() []string {
	do := []string{"Make a new key and certificate, for instance: openssl req -x509 -newkey rsa:3072 -noenc -days 365 -subj /CN=mailquarry -keyout key.pem -out cert.pem"}
	do = append(do, x.doOpen(roleApps)...)
	return append(do,
		"Choose Certificates & secrets, then the tab Certificates, then Upload certificate; choose cert.pem (never the key) and choose Add.",
		"Put both into one file that only Mailquarry's user can read: cat cert.pem key.pem > app.pem",
		"Set AZURE_CLIENT_CERTIFICATE_PATH to that file, and remove the old certificate from the list once this check passes.")
}

// doConsent tells how to grant permissions.
func (x *examiner) doConsent(names []string) []string {
	return append(x.doOpen(roleConsent),
		"Choose API permissions, then Add a permission, then Microsoft Graph, then Application permissions (not Delegated permissions).",
		"Search for "+strings.Join(names, ", then ")+", tick the box, and choose Add permissions. What is in the list already needs no second entry.",
		"Choose Grant admin consent for (your organisation), then Yes: the column Status has to show a green tick for each.",
		"Wait a few minutes, and check again.")
}

// doLess tells how to take permissions away.
func (x *examiner) doLess(names []string) []string {
	return append(x.doOpen(roleConsent),
		"Choose API permissions, and at "+strings.Join(names, " and at ")+" choose the three dots, then Revoke admin consent, then Remove permission.",
		"See that Mail.Read and User.Read.All are still there with a green tick: Mailquarry only reads.")
}

// doPolicy tells where it is set which mailboxes an application may read.
func doPolicy() []string {
	return []string{
		"An Exchange policy leaves this mailbox out. In Exchange Online PowerShell run: Test-ApplicationAccessPolicy -AppId CLIENT_ID -Identity ADDRESS, and Test-ServicePrincipalAuthorization -Identity CLIENT_ID -Resource ADDRESS",
		"If the mailbox is to be searched, add it to the group that the policy names, or to the management scope of the role; a change takes up to two hours.",
		"If it is not, nothing is to be done: its state is shown as denied, and the others are synced.",
	}
}

// doReach tells what keeps a host from being reached.
func doReach(host string, distrust bool) []string {
	if distrust {
		return []string{
			"See who issued the certificate: openssl s_client -connect " + withPort(host) + " -showcerts",
			"If a proxy of your organisation looks into TLS, get its authority's certificate as a PEM file and set SSL_CERT_FILE to it, together with the system's.",
			"If the certificate is nobody's that you know, somebody may stand in between: do not go on.",
		}
	}
	name, _, _ := strings.Cut(host, ":")
	return []string{
		"See whether the name is known here: nslookup " + name,
		"See whether the firewall lets this machine reach " + withPort(host) + " (TCP): curl -v https://" + host + "/",
		"If there is a proxy, set HTTPS_PROXY to it, such as http://proxy.contoso.com:3128, for the user that runs Mailquarry.",
		"If this is the wrong cloud, check AZURE_AUTHORITY_HOST and MAILQUARRY_GRAPH_URL.",
	}
}

func withPort(host string) string {
	if strings.Contains(host, ":") {
		return host
	}
	return host + ":443"
}

// doToken tells what to do about a token that was not given.
func (x *examiner) doToken(err error) []string {
	e := asSource(err)
	if e == nil {
		return nil
	}
	switch strings.TrimPrefix(e.Code, "AADSTS") {
	case "7000215", "7000222", "7000218":
		return x.doSecret()
	case "700027":
		do := x.doOpen(roleApps)
		return append(do,
			"Choose Certificates & secrets, then the tab Certificates: the thumbprint shown above has to be in the list, and not expired.",
			"If it is not, choose Upload certificate, choose the certificate of AZURE_CLIENT_CERTIFICATE_PATH without its key, and choose Add.")
	case "700016":
		return append(x.doFind("AZURE_CLIENT_ID", "Application (client) ID"),
			"If the application is not in the list, AZURE_TENANT_ID names another tenant than the one it was registered in: an application of another tenant has to be consented to in this one first.")
	case "90002", "900023":
		return []string{
			"Open " + x.portal() + " and sign in to the tenant that has the mailboxes.",
			"In the menu choose Entra ID, then Overview, and copy Tenant ID.",
			"Set AZURE_TENANT_ID to it. For a national cloud set AZURE_AUTHORITY_HOST and MAILQUARRY_GRAPH_URL as well.",
		}
	case "7000112":
		return []string{
			"Open " + x.portal() + " and sign in with the role " + roleApps + ".",
			"In the menu choose Entra ID, then Enterprise apps (Enterprise applications), clear the filter on the type, and open the application with the id " + x.cfg.ClientID + ".",
			"Choose Properties, set Enabled for users to sign-in to Yes, and choose Save.",
		}
	case "53003":
		return []string{
			"Open " + x.portal() + " and sign in with the role Conditional Access Administrator.",
			"In the menu choose Entra ID, then Monitoring & health, then Sign-in logs, then the tab Service principal sign-ins: the failed one names the policy.",
			"Choose Conditional Access, then Policies, open that policy, and under Workload identities leave the application out, or allow this machine's address.",
		}
	case "700024":
		return []string{"Set this machine's clock, and keep it right by NTP."}
	case "1002012", "500011":
		return []string{"Check AZURE_AUTHORITY_HOST and MAILQUARRY_GRAPH_URL: they have to belong to the same cloud."}
	}
	switch e.Class {
	case source.Unreachable:
		return doReach(x.s.authority.Host, e.Err != nil && hopeless(e.Err))
	case source.Transient, source.Throttled:
		return []string{"Microsoft's sign-in has a disturbance: check again in a few minutes, and see https://status.cloud.microsoft"}
	}
	return []string{
		"Search for the code in the message at https://login.microsoftonline.com/error",
		"See the failed sign-in: open " + x.portal() + ", choose Entra ID, then Monitoring & health, then Sign-in logs, then the tab Service principal sign-ins.",
	}
}

// doUsers tells what to do about a list of users that was not given.
func (x *examiner) doUsers(err error) []string {
	e := asSource(err)
	switch {
	case e == nil:
		return nil
	case e.Class == source.Forbidden, e.Class == source.Denied:
		return x.doConsent([]string{"User.Read.All"})
	case e.Class == source.Unreachable:
		return doReach(x.s.base.Host, e.Err != nil && hopeless(e.Err))
	case e.Class == source.Unauthenticated:
		return []string{"Check AZURE_AUTHORITY_HOST and MAILQUARRY_GRAPH_URL: they have to belong to the same cloud."}
	}
	return []string{"Microsoft Graph has a disturbance: check again in a few minutes, and see https://status.cloud.microsoft"}
}
