# One for all five services (and the double of Stripe, the mailbox, and replica-set):
#   docker build -f k8s/images/app.Dockerfile --build-arg ENTRY=services/orders/src/main.ts -t fairpass/orders:local .
# `bun run images` builds all of them. With `--build-arg RUNTIME=deno` the same program runs on Deno.
ARG RUNTIME=bun

FROM oven/bun:1.4.5-slim AS packages
WORKDIR /src
COPY package.json bun.lock bunfig.toml ./
COPY sdk/package.json sdk/
COPY sdk/patches sdk/patches
COPY services/auth/package.json services/auth/
COPY services/tickets/package.json services/tickets/
COPY services/orders/package.json services/orders/
COPY services/expiration/package.json services/expiration/
COPY services/payments/package.json services/payments/
COPY web/package.json web/
COPY tools/dead-letters/package.json tools/dead-letters/
COPY tools/backup/package.json tools/backup/
COPY tools/demo/package.json tools/demo/
COPY tools/mailbox/package.json tools/mailbox/
COPY tools/servers/package.json tools/servers/
COPY tools/stripe-double/package.json tools/stripe-double/
COPY tools/up/package.json tools/up/
COPY k8s/package.json k8s/
COPY test/package.json test/
# The tools of development stay outside; the lockfile decides every version.
RUN bun install --frozen-lockfile --production --ignore-scripts

FROM packages AS sources
COPY sdk sdk
COPY services services
COPY tools/mailbox tools/mailbox
COPY tools/stripe-double tools/stripe-double
COPY k8s/replica-set k8s/replica-set

# `skaffold dev` runs this one: changed sources are copied into it, and Bun starts the program again.
FROM sources AS dev
ARG ENTRY
ENV ENTRY=${ENTRY} NODE_ENV=development
RUN chown -R 65532:65532 sdk services
USER 65532:65532
ENTRYPOINT ["/bin/sh", "-c", "exec bun --watch --no-clear-screen $ENTRY"]

FROM sources AS build
ARG ENTRY
# With its default again: skaffold takes a bare one for an empty name of the stage below.
ARG RUNTIME=bun
# The worker that the program starts, beside it and by the name by which it does.
ARG WORKER=
# What Bun bundles for Node runs on Deno.
RUN set -e; target=bun; [ "$RUNTIME" = bun ] || target=node; \
  bundle() { bun build "$1" --target="$target" --production --sourcemap=linked --outdir /app --entry-naming "$2"; }; \
  bundle "$ENTRY" main.js; \
  [ -z "$WORKER" ] || bundle "$WORKER" "${WORKER##*/}"

# Kubernetes asks by its own probes; health is for a Docker alone. A program without a port of health counts as healthy.
FROM oven/bun:1.4.5-distroless AS on-bun
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
  CMD ["/usr/local/bin/bun", "-e", "const p = process.env.HEALTH_PORT ?? process.env.APP_PORT; if (p) process.exit((await fetch(`http://127.0.0.1:${p}/healthz`)).ok ? 0 : 1)"]
ENTRYPOINT ["/usr/local/bin/bun", "/app/main.js"]

# It writes nothing, runs nothing and reads its own folder alone; whom it may reach, the network policies say.
FROM denoland/deno:distroless-2.9.6 AS on-deno
ENV DENO_DIR=/tmp/deno
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
  CMD ["/bin/deno", "eval", "const p = process.env.HEALTH_PORT ?? process.env.APP_PORT; if (p) process.exit((await fetch(`http://127.0.0.1:${p}/healthz`)).ok ? 0 : 1)"]
ENTRYPOINT ["/bin/deno", "run", "--no-prompt", "--unstable-raw-imports", "--unstable-no-legacy-abort", "--allow-net", "--allow-env", "--allow-sys=hostname,osRelease", "--allow-read=/app", "/app/main.js"]

FROM on-${RUNTIME} AS final
LABEL org.opencontainers.image.vendor="Fairpass" org.opencontainers.image.licenses="UNLICENSED"
WORKDIR /app
COPY --from=build /app /app
ENV NODE_ENV=production
USER 65532:65532
