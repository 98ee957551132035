// The stock daprd 1.18.2 plus SQLite name resolution, which the released
// binaries carry (tag allcomponents) and a build with stablecomponents leaves
// out. mDNS, the default, fails where multicast is filtered (VPNs, containers).
package main

import (
	"github.com/dapr/components-contrib/nameresolution/sqlite"
	"github.com/dapr/dapr/cmd/daprd/app"
	"github.com/dapr/dapr/pkg/components/nameresolution"
)

func main() {
	nameresolution.DefaultRegistry.RegisterComponent(sqlite.NewResolver, "sqlite")
	app.Run()
}
