import { marked, type Tokens } from 'marked';
import { reference } from './reference.ts';

const style = `
body { font: 15px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto;
  padding: 0 1rem; color: #1c2330 }
table { border-collapse: collapse; margin: .5rem 0 }
td, th { border: 1px solid #d5dae3; padding: .25rem .6rem; text-align: left; vertical-align: top }
code { background: #f0f2f6; padding: .1rem .3rem; border-radius: 3px }
h2 { margin-top: 2.5rem; border-bottom: 1px solid #d5dae3 }
h3 { margin-top: 1.8rem; font-family: ui-monospace, monospace }
nav { columns: 4 12rem; font-family: ui-monospace, monospace; font-size: 13px }
nav a { display: block; color: #1f5fbf; text-decoration: none }
`;

let page: string | undefined;

/** Returns the reference as an HTML page; built at the first request. */
export function docsPage(): string {
  page ??= render(reference());
  return page;
}

function render(markdown: string): string {
  const titles = [...markdown.matchAll(/^### (.+)$/gm)].map((match) => match[1] ?? '');
  const links = titles.map((title) => `<a href="#${title}">${title}</a>`).join('');
  marked.use({
    renderer: {
      heading: ({ text, depth }: Tokens.Heading) => `<h${depth} id="${text}">${text}</h${depth}>\n`,
    },
  });
  const body = marked.parse(markdown, { async: false });
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width">',
    `<title>hubchat reference</title><style>${style}</style></head>`,
    `<body><nav>${links}</nav>${body}</body></html>`,
  ].join('');
}
