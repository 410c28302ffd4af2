package graphsim

import (
	"crypto"
	"crypto/hmac"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// tokenLife is that of the real service's default answer.
const tokenLife = 3599 * time.Second

const graphAudience = "https://graph.microsoft.com"

// claims are what an access token says.
type claims struct {
	Audience string   `json:"aud"`
	Issuer   string   `json:"iss"`
	Issued   int64    `json:"iat"`
	NotBefor int64    `json:"nbf"`
	Expires  int64    `json:"exp"`
	App      string   `json:"appid"`
	Kind     string   `json:"idtyp"`
	Object   string   `json:"oid"`
	Roles    []string `json:"roles,omitempty"`
	Tenant   string   `json:"tid"`
	Version  string   `json:"ver"`
	Asked    string   `json:"xms_asked,omitempty"` // the claims parameter of the token request
	Epoch    int      `json:"xms_epoch,omitempty"`
}

// authority answers the requests of a sign-in library.
func (t *Tenant) authority(r *http.Request) answer {
	path := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
	switch {
	case len(path) == 3 && path[1] == "discovery" && path[2] == "instance":
		return t.discoverInstance(r)
	case len(path) == 4 && path[1] == "v2.0" && path[2] == ".well-known" && path[3] == "openid-configuration":
		return t.openIDConfiguration(r, path[0])
	case len(path) == 4 && path[1] == "oauth2" && path[2] == "v2.0" && path[3] == "token":
		return t.token(r, path[0])
	}
	return answer{status: http.StatusNotFound}
}

func (t *Tenant) discoverInstance(r *http.Request) answer {
	tenant := "common"
	if u, err := url.Parse(r.URL.Query().Get("authorization_endpoint")); err == nil {
		if p := strings.Split(strings.Trim(u.Path, "/"), "/"); p[0] != "" {
			tenant = p[0]
		}
	}
	return marshalAnswer(http.StatusOK, map[string]any{
		"tenant_discovery_endpoint": "https://" + r.Host + "/" + tenant + "/v2.0/.well-known/openid-configuration",
		"api-version":               "1.1",
		"metadata": []any{
			map[string]any{
				"preferred_network": "login.microsoftonline.com", "preferred_cache": "login.windows.net",
				"aliases": []string{"login.microsoftonline.com", "login.windows.net", "login.microsoft.com", "sts.windows.net"},
			},
			map[string]any{"preferred_network": r.Host, "preferred_cache": r.Host, "aliases": []string{r.Host}},
		},
	})
}

func (t *Tenant) openIDConfiguration(r *http.Request, tenant string) answer {
	if a, ok := t.checkTenant(tenant); !ok {
		return a
	}
	base := "https://" + r.Host + "/" + tenant
	return marshalAnswer(http.StatusOK, map[string]any{
		"token_endpoint":         base + "/oauth2/v2.0/token",
		"authorization_endpoint": base + "/oauth2/v2.0/authorize",
		"issuer":                 "https://" + r.Host + "/" + t.o.TenantID + "/v2.0",
		"jwks_uri":               base + "/discovery/v2.0/keys",
		"token_endpoint_auth_methods_supported": []string{
			"client_secret_post", "private_key_jwt", "client_secret_basic",
		},
	})
}

// isTenantName tells whether a tenant is named by a GUID or a domain.
func isTenantName(s string) bool {
	odd := func(r rune) bool {
		return !(r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r == '.' || r == '-')
	}
	return s != "" && strings.IndexFunc(s, odd) < 0 && (len(s) == 36 || strings.Contains(s, "."))
}

func (t *Tenant) checkTenant(tenant string) (answer, bool) {
	switch {
	case strings.EqualFold(tenant, t.o.TenantID), strings.EqualFold(tenant, t.o.TenantDomain):
		return answer{}, true
	case !isTenantName(tenant):
		return t.signInError(http.StatusBadRequest, "invalid_request", 900023,
			"AADSTS900023: Specified tenant identifier '"+tenant+"' is neither a valid DNS name, nor a valid external domain."), false
	}
	return t.signInError(http.StatusBadRequest, "invalid_request", 90002,
		"AADSTS90002: Tenant '"+tenant+"' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud."), false
}

// signInError is the token endpoint's own form of error.
func (t *Tenant) signInError(status int, code string, number int, text string) answer {
	stamp := t.o.Now().UTC().Format("2006-01-02 15:04:05Z")
	trace := t.requestID()
	return marshalAnswer(status, map[string]any{
		"error":             code,
		"error_description": text + " Trace ID: " + trace + " Correlation ID: " + trace + " Timestamp: " + stamp,
		"error_codes":       []int{number},
		"timestamp":         stamp, "trace_id": trace, "correlation_id": trace,
		"error_uri": "https://login.microsoftonline.com/error?code=" + strconv.Itoa(number),
	})
}

// token answers a client credentials request.
func (t *Tenant) token(r *http.Request, tenant string) answer {
	if a, ok := t.checkTenant(tenant); !ok {
		return a
	}
	body, err := readBody(r)
	if err != nil {
		return t.signInError(http.StatusBadRequest, "invalid_request", 900144, "AADSTS900144: The request body could not be read.")
	}
	form, err := url.ParseQuery(string(body))
	if err != nil || r.Method != http.MethodPost || form.Get("grant_type") != "client_credentials" {
		return t.signInError(http.StatusBadRequest, "unsupported_grant_type", 70003, "AADSTS70003: The app requested an unsupported grant type.")
	}
	if !strings.EqualFold(form.Get("client_id"), t.o.ClientID) {
		return t.signInError(http.StatusBadRequest, "unauthorized_client", 700016,
			"AADSTS700016: Application with identifier '"+form.Get("client_id")+"' was not found in the directory.")
	}
	if a, ok := t.checkCredential(r, form); !ok {
		return a
	}
	t.mu.RLock()
	disabled := t.disabled
	t.mu.RUnlock()
	if disabled != 0 {
		return t.signInError(disabled, "unauthorized_client", 7000112,
			"AADSTS7000112: Application '"+form.Get("client_id")+"' is disabled.")
	}
	if !slices.ContainsFunc(strings.Fields(form.Get("scope")), func(s string) bool { return strings.HasSuffix(s, "/.default") }) {
		return t.signInError(http.StatusBadRequest, "invalid_scope", 1002012,
			"AADSTS1002012: The provided value for scope is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier.")
	}
	return marshalAnswer(http.StatusOK, map[string]any{
		"token_type": "Bearer", "expires_in": int(tokenLife.Seconds()), "ext_expires_in": int(tokenLife.Seconds()),
		"access_token": t.issue(form.Get("claims")),
	})
}

func (t *Tenant) checkCredential(r *http.Request, form url.Values) (answer, bool) {
	bad := func(number int, text string) (answer, bool) {
		return t.signInError(http.StatusUnauthorized, "invalid_client", number, text), false
	}
	if assertion := form.Get("client_assertion"); assertion != "" {
		if form.Get("client_assertion_type") != "urn:ietf:params:oauth:client-assertion-type:jwt-bearer" ||
			!t.checkAssertion(assertion, "https://"+r.Host+r.URL.Path) {
			return bad(700027, "AADSTS700027: The certificate with identifier used to sign the client assertion is not registered on application.")
		}
		return answer{}, true
	}
	secret := form.Get("client_secret")
	if secret == "" {
		return bad(7000218, "AADSTS7000218: The request body must contain the following parameter: 'client_assertion' or 'client_secret'.")
	}
	if !hmac.Equal([]byte(secret), []byte(t.o.ClientSecret)) {
		return bad(7000215, "AADSTS7000215: Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID.")
	}
	t.mu.RLock()
	expired := t.secretExpired
	t.mu.RUnlock()
	if expired {
		return bad(7000222, "AADSTS7000222: The provided client secret keys for app are expired.")
	}
	return answer{}, true
}

// checkAssertion verifies a PS256 client assertion against the registered
// certificate.
func (t *Tenant) checkAssertion(jwt, endpoint string) bool {
	parts := strings.Split(jwt, ".")
	if t.o.Certificate == nil || len(parts) != 3 {
		return false
	}
	var head struct {
		Algorithm  string `json:"alg"`
		Thumbprint string `json:"x5t#S256"`
	}
	var body struct {
		Audience string  `json:"aud"`
		Issuer   string  `json:"iss"`
		Subject  string  `json:"sub"`
		Expires  float64 `json:"exp"`
	}
	if !decodePart(parts[0], &head) || !decodePart(parts[1], &body) {
		return false
	}
	print := sha256.Sum256(t.o.Certificate.Raw)
	want := base64.RawURLEncoding.EncodeToString(print[:])
	public, isRSA := t.o.Certificate.PublicKey.(*rsa.PublicKey)
	signature, err := base64.RawURLEncoding.DecodeString(parts[2])
	// The token library writes the thumbprint in the standard alphabet, RFC 7515
	// in that of URLs; the authority takes either.
	given := strings.NewReplacer("+", "-", "/", "_", "=", "").Replace(head.Thumbprint)
	if err != nil || !isRSA || head.Algorithm != "PS256" || given != want {
		return false
	}
	if body.Issuer != t.o.ClientID || body.Subject != t.o.ClientID ||
		!strings.EqualFold(body.Audience, endpoint) || int64(body.Expires) < t.o.Now().Unix() {
		return false
	}
	digest := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	return rsa.VerifyPSS(public, crypto.SHA256, digest[:], signature, nil) == nil
}

func decodePart(part string, v any) bool {
	b, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(part, "="))
	return err == nil && json.Unmarshal(b, v) == nil
}

// issue makes an access token with the roles that are granted now.
func (t *Tenant) issue(asked string) string {
	t.mu.RLock()
	roles, epoch := slices.Clone(t.roles), t.tokenEpoch
	t.mu.RUnlock()
	now := t.o.Now()
	return t.sign(claims{
		Audience: graphAudience, Issuer: "https://sts.windows.net/" + t.o.TenantID + "/",
		Issued: now.Unix(), NotBefor: now.Add(-5 * time.Minute).Unix(), Expires: now.Add(tokenLife).Unix(),
		App: t.o.ClientID, Kind: "app", Object: guid(t.seed, 5), Roles: roles, Tenant: t.o.TenantID, Version: "1.0",
		Asked: asked, Epoch: epoch,
	})
}

func (t *Tenant) sign(c claims) string {
	head := base64.RawURLEncoding.EncodeToString([]byte(`{"typ":"JWT","alg":"HS256","kid":"sim"}`))
	payload, err := json.Marshal(c)
	if err != nil {
		return ""
	}
	text := head + "." + base64.RawURLEncoding.EncodeToString(payload)
	return text + "." + base64.RawURLEncoding.EncodeToString(t.mac(text))
}

func (t *Tenant) mac(text string) []byte {
	h := hmac.New(sha256.New, t.key)
	h.Write([]byte(text))
	return h.Sum(nil)
}

// appOf gives the application that a valid token in the headers stands for.
func (t *Tenant) appOf(h http.Header) string {
	c, err := t.authenticate(h)
	if err != nil {
		return ""
	}
	return c.App
}

// authenticate checks the bearer token.
func (t *Tenant) authenticate(h http.Header) (*claims, *apiError) {
	auth := h.Get("Authorization")
	kind, token, _ := strings.Cut(auth, " ")
	if auth == "" || !strings.EqualFold(kind, "Bearer") || token == "" {
		return nil, errToken("Access token is empty.")
	}
	parts := strings.Split(token, ".")
	var c claims
	if len(parts) != 3 || !decodePart(parts[1], &c) {
		return nil, errToken("IDX14100: JWT is not well formed, there are no dots (.).")
	}
	signature, err := base64.RawURLEncoding.DecodeString(parts[2])
	if err != nil || !hmac.Equal(signature, t.mac(parts[0]+"."+parts[1])) {
		return nil, errToken("Access token validation failure. Invalid signature.")
	}
	switch {
	case c.Audience != graphAudience:
		return nil, errToken("Access token validation failure. Invalid audience.")
	case !strings.EqualFold(c.Tenant, t.o.TenantID):
		return nil, errToken("Access token validation failure. Invalid issuer.")
	case c.Expires <= t.o.Now().Unix():
		return nil, errToken("Lifetime validation failed, the token is expired.")
	}
	return &c, t.challenge(&c)
}

// challenge asks for a new token when claims are required that this one was
// not asked for with.
func (t *Tenant) challenge(c *claims) *apiError {
	t.mu.RLock()
	want, epoch := t.claims, t.tokenEpoch
	t.mu.RUnlock()
	if c.Epoch < epoch {
		return errRevoked(`{"access_token":{"nbf":{"essential":true,"value":"` + strconv.FormatInt(t.o.Now().Unix(), 10) + `"}}}`)
	}
	if want == "" || includesClaims(c.Asked, want) {
		return nil
	}
	return errRevoked(want)
}

// includesClaims tells whether a token request's claims contain the wanted
// ones, whatever else the client merged in.
func includesClaims(asked, want string) bool {
	var a, w map[string]any
	if json.Unmarshal([]byte(asked), &a) != nil || json.Unmarshal([]byte(want), &w) != nil {
		return asked == want
	}
	return includesAll(a, w)
}

func includesAll(have, want map[string]any) bool {
	for k, v := range want {
		sub, nested := v.(map[string]any)
		h, ok := have[k]
		if !ok {
			return false
		}
		if !nested {
			continue
		}
		hm, isMap := h.(map[string]any)
		if !isMap || !includesAll(hm, sub) {
			return false
		}
	}
	return true
}
