#   docker build -f k8s/images/web.Dockerfile -t fairpass/web:local .

FROM oven/bun:1.4.5-slim AS build
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
RUN bun install --frozen-lockfile --ignore-scripts
COPY tsconfig.json ./
COPY sdk sdk
COPY web web
RUN cd web && NODE_ENV=production bun --bun vite build

FROM oven/bun:1.4.5-distroless AS final
LABEL org.opencontainers.image.vendor="Fairpass" org.opencontainers.image.licenses="UNLICENSED"
WORKDIR /app
# The build carries all that it needs; no package is left outside it.
COPY --from=build /src/web/.output /app
ENV NODE_ENV=production
USER 65532:65532
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
  CMD ["/usr/local/bin/bun", "-e", "process.exit((await fetch(`http://127.0.0.1:${process.env.PORT ?? 3000}/healthz`)).ok ? 0 : 1)"]
ENTRYPOINT ["/usr/local/bin/bun", "/app/server/index.mjs"]
