# One image for the API and the workers; the command says which.
FROM node:24-bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends git ca-certificates && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev
COPY bin bin
COPY src src
COPY jobs jobs
COPY entities entities
COPY migrations migrations
COPY examples examples
RUN mkdir -p /data && chown node /data
USER node
ENV DATA_DIR=/data HOST=0.0.0.0 NODE_ENV=production
EXPOSE 3000
ENTRYPOINT ["node", "bin/gsw.js"]
CMD ["start", "--no-worker"]
