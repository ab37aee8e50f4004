/** The frame of the few pages that the server makes itself. They work without any script. */
import { readFileSync } from 'node:fs';
import type { RequestHandler, Response } from 'express';
import type { KeyHolder } from '../security/api-keys.ts';
import { type Html, html } from './html.ts';

const style = readFileSync(new URL('./style.css', import.meta.url), 'utf8');

export const serveStyle: RequestHandler = (_req, res) => {
  res.type('css').set('Cache-Control', 'no-cache').send(style);
};

export function sendPage(
  res: Response,
  status: number,
  page: { title: string; caller?: KeyHolder | null; body: Html },
): void {
  const { title, caller, body } = page;
  const document = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${title} · graph-sitter workflows</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/style.css">
</head>
<body>
<header>
<a class="brand" href="/">graph-sitter workflows</a>
<nav>${caller ? signedIn(caller) : html`<a href="/login">Log in</a>`}</nav>
</header>
<main>${body}</main>
</body>
</html>`;
  res.status(status).type('html').set('Cache-Control', 'no-store').send(document.html);
}

const signedIn = (caller: KeyHolder) => html`${caller.isOperator ? html`<a href="/queues">Queues</a>` : null}
<span class="quiet">${caller.organizationName} · ${caller.keyName}</span>
<form method="post" action="/logout"><button class="plain">Log out</button></form>`;
