// The stock daprd with the components that Fairpass's files name, and no other:
// all of Dapr's, with the SDK of every cloud, cost each of six sidecars at least
// 30 MB of memory and whoever builds it twice the disk. Releases of Dapr carry
// them all.
// With one that is not here daprd ends as it starts ("couldn't find message bus
// pubsub.kafka/v1"); its line is found in cmd/daprd/components of Dapr.
package main

import (
	"github.com/dapr/components-contrib/nameresolution/mdns"
	"github.com/dapr/components-contrib/nameresolution/sqlite"
	pubsubredis "github.com/dapr/components-contrib/pubsub/redis"
	stateredis "github.com/dapr/components-contrib/state/redis"
	"github.com/dapr/dapr/cmd/daprd/app"
	"github.com/dapr/dapr/pkg/components/nameresolution"
	"github.com/dapr/dapr/pkg/components/pubsub"
	"github.com/dapr/dapr/pkg/components/state"
)

func main() {
	pubsub.DefaultRegistry.RegisterComponent(pubsubredis.NewRedisStreams, "redis")
	state.DefaultRegistry.RegisterComponent(stateredis.NewRedisStateStore, "redis")
	// `bun run up` and the tests: multicast DNS fails where multicast is filtered (VPNs, containers).
	nameresolution.DefaultRegistry.RegisterComponent(sqlite.NewResolver, "sqlite")
	// `dapr run`, whose default it is.
	nameresolution.DefaultRegistry.RegisterComponent(mdns.NewResolver, "mdns")
	app.Run()
}
