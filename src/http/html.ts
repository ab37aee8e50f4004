/** HTML with everything escaped that is put into it: html`<p>${text}</p>`. */

export type Html = { readonly html: string };

type Value = Html | string | number | null | undefined | readonly Html[];

export function html(strings: TemplateStringsArray, ...values: Value[]): Html {
  return { html: String.raw({ raw: strings }, ...values.map(rendered)) };
}

function rendered(value: Value): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'object') {
    return 'html' in value ? value.html : value.map((one) => one.html).join('');
  }
  return String(value).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
