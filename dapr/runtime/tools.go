//go:build tools

// Keeps the two control-plane programs in go.mod: they are built by their
// import path, not imported.
package tools

import (
	_ "github.com/dapr/dapr/cmd/placement"
	_ "github.com/dapr/dapr/cmd/scheduler"
)
