// Package graphsim is a simulated Microsoft 365 tenant: an HTTPS server that
// answers as Microsoft Graph and the Entra token endpoint do, with their
// quirks. The demo, the tests and the benchmarks sync from it through the
// product's own Graph client. It imports no other package of ours, so that it
// cannot share a mistake with the client.
//
// A Tenant holds users, each with a Mailbox of Folders and messages. Every
// change is written to a journal: one of the directory, one of each mailbox's
// folder tree, one of each folder's messages. A delta link holds where in a
// journal a client stands, and the options it began with, so the server keeps
// no state for its clients; what is shuffled is shuffled by a permutation that
// derives from the seed.
//
// Messages are kept in memory, except those of LoadEML, which stay in their
// files, and those of Folder.Generate, which are made from the seed: both are
// read or made again whenever they are served, which keeps a tenant of some
// hundred thousand messages small. Odd makes the strange messages that a reader
// has to survive.
package graphsim
