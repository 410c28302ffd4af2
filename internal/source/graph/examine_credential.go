package graph

import (
	"crypto/sha1" //nolint:gosec // Entra shows certificates by this fingerprint
	"crypto/x509"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"

	"mailquarry/internal/source/graph/wire"
)

// renewTime is how long before its end a certificate should be renewed.
const renewTime = 30 * 24 * time.Hour

// credential looks at the secret or certificate, without the network.
func (x *examiner) credential() bool {
	if x.cfg.CertificatePath != "" {
		return x.certificate()
	}
	const name = "secret"
	secret := strings.TrimSpace(x.cfg.ClientSecret)
	switch {
	case secret == "":
		return x.tell(Failed, "credential", "neither a certificate nor a secret is set", x.doSecret()...)
	case isGUID(secret):
		return x.tell(Failed, name, "AZURE_CLIENT_SECRET looks like a secret's id, not like its value", x.doSecret()...)
	}
	return x.tell(Passed, name, "set. Its expiry date cannot be read with the application's permissions: Entra shows it under Certificates & secrets, so note it; a certificate shows its own")
}

func (x *examiner) certificate() bool {
	const name = "certificate"
	data, err := os.ReadFile(x.cfg.CertificatePath)
	if err != nil {
		return x.tell(Failed, name, wire.OneLine(err.Error()),
			"Check the path in AZURE_CLIENT_CERTIFICATE_PATH, and that the user who runs mailquarry may read the file.")
	}
	certs, key, err := azidentity.ParseCertificates(data, []byte(x.cfg.CertificatePassword))
	if err == nil {
		// Here it shows whether the key is that of a certificate in the file.
		_, err = azidentity.NewClientCertificateCredential("tenant", "client", certs, key, &azidentity.ClientCertificateCredentialOptions{
			ClientOptions: azcore.ClientOptions{}, DisableInstanceDiscovery: true,
		})
	}
	if err != nil {
		return x.tell(Failed, name, x.cfg.CertificatePath+" cannot be used: "+wire.OneLine(err.Error()),
			"Put the certificate and its unencrypted private key into one PEM file, or use a PFX file and set AZURE_CLIENT_CERTIFICATE_PASSWORD to its password.",
			"Set AZURE_CLIENT_CERTIFICATE_PATH to that file.")
	}
	return x.validity(certs[0])
}

// validity judges a certificate by its dates.
func (x *examiner) validity(cert *x509.Certificate) bool {
	const name = "certificate"
	print := fmt.Sprintf("%X", sha1.Sum(cert.Raw)) //nolint:gosec // not for security
	until := cert.NotAfter.UTC().Format(time.DateOnly)
	left := cert.NotAfter.Sub(x.now)
	days := int(left.Hours() / 24)
	switch {
	case x.now.Before(cert.NotBefore):
		return x.tell(Failed, name, fmt.Sprintf("thumbprint %s is valid only from %s", print, cert.NotBefore.UTC().Format(time.DateTime)),
			"Check this machine's clock.", "If the clock is right, wait until then, or make a certificate that is valid now.")
	case left <= 0:
		return x.tell(Failed, name, fmt.Sprintf("thumbprint %s expired on %s, %s ago", print, until, daysOf(-days)), x.doCertificate()...)
	case left < renewTime:
		return x.tell(Warned, name, fmt.Sprintf("thumbprint %s expires on %s, in %s", print, until, daysOf(days)), x.doCertificate()...)
	}
	return x.tell(Passed, name, fmt.Sprintf("thumbprint %s is valid until %s, for %s", print, until, daysOf(days)))
}

func daysOf(n int) string {
	if n == 1 {
		return "1 day"
	}
	return fmt.Sprintf("%d days", n)
}
