/** `/openapi.json`, and `/reference`, the page that shows it: Swagger UI, from our own host. */
import { createRequire } from 'node:module';
import path from 'node:path';
import { Router } from 'express';
import { documentApi } from './document-api.ts';
import { boardHeaders } from './security-headers.ts';

const assets = path.dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));

const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>API · graph-sitter workflows</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/reference/swagger-ui.css">
</head>
<body>
<div id="swagger-ui"></div>
<script src="/reference/swagger-ui-bundle.js"></script>
<script src="/reference/start.js"></script>
</body>
</html>
`;

const start = `SwaggerUIBundle({ url: '/openapi.json', dom_id: '#swagger-ui', deepLinking: true, validatorUrl: null });
`;

export function referenceRoutes(): Router {
  const router = Router();
  // made when somebody asks for it: most processes are never asked
  let document: Promise<string> | undefined;

  router.get('/openapi.json', async (_req, res) => {
    document ??= documentApi();
    res
      .type('json')
      .set('Cache-Control', 'no-cache')
      .send(await document);
  });
  router.use('/reference', boardHeaders);
  router.get('/reference', (_req, res) => void res.type('html').set('Cache-Control', 'no-cache').send(page));
  router.get('/reference/start.js', (_req, res) => void res.type('js').send(start));
  for (const file of ['swagger-ui.css', 'swagger-ui-bundle.js']) {
    router.get(`/reference/${file}`, (_req, res) => res.sendFile(file, { root: assets, maxAge: '1d' }));
  }
  return router;
}
