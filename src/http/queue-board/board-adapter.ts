/** Bull Board on Express, with its page made fit for a policy that lets nothing in from outside. */
import { ExpressAdapter } from '@bull-board/express';

type EntryRoute = Parameters<ExpressAdapter['setEntryRoute']>[0];

export class BoardAdapter extends ExpressAdapter {
  override setEntryRoute({ method, route, handler }: EntryRoute): ExpressAdapter {
    this.app[method](route, (_req, res, next) => {
      const { name, params } = handler({ basePath: this.basePath, uiConfig: this.uiConfig });
      res.render(name, params, (error, page) => {
        if (error) return next(error);
        res.set('Cache-Control', 'no-store').send(withOwnMeans(page));
      });
    });
    return this;
  }
}

/** With a style of ours, without the fonts from Google, and without styles inside the page, which is shown for a moment while scripts load. */
function withOwnMeans(page: string): string {
  return page
    .replaceAll(/<link[^>]+href="https?:[^>]*>/g, '')
    .replaceAll(/<style>.*?<\/style>/gs, '')
    .replaceAll(/ style="[^"]*"/g, '')
    .replace('</head>', '<link rel="stylesheet" href="board.css"></head>');
}
