//go:build tools

// Keeps stripe-mock in go.mod: it is built by its import path, not imported.
package tools

import _ "github.com/stripe/stripe-mock"
