//go:build tools

// Keeps the Dapr CLI in go.mod: it is built by its import path, not imported.
// The module's own go.mod has a replace that a dependent module does not see,
// so it is repeated in this one.
package tools

import _ "github.com/dapr/cli"
