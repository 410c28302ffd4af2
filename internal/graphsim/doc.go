// Package graphsim is a simulated Microsoft 365 tenant: an HTTPS server that
// answers as Microsoft Graph and the Entra token endpoint do, with their
// quirks. The demo, the tests and the benchmarks sync from it through the
// product's own Graph client. It imports only package mail's floor, so that it
// cannot share a mistake with the client.
package graphsim
