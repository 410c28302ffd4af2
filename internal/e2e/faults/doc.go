// Package faults lets every fault that Graph is known for hit every kind of
// request, and asks each time that the mail ends up complete.
package faults
