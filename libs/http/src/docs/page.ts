import type { DocsDocument } from './docs-routes.js';

export interface DocsPageOptions {
  readonly title: string;
  readonly documents: readonly DocsDocument[];
  /** Addresses. */
  readonly style: string;
  readonly scripts: readonly string[];
}

/** Writes the page. The links to the documents are what its script chooses from, and work without it. */
export function docsPage({ title, documents, style, scripts }: DocsPageOptions): string {
  const lines = (items: readonly string[], indent: string): string => items.join(`\n${indent}`);
  return `<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="color-scheme" content="light dark">
  <title>${escapeHtml(title)}</title>
  <link rel="icon" href="${icon}">
  <link rel="stylesheet" href="${escapeHtml(style)}">
</head>
<body>
  <header class="bar">
    <h1>${escapeHtml(title)}</h1>
    <nav aria-label="Versions">
      ${lines(documents.map(({ name, url }) => `<a href="?version=${encodeURIComponent(name)}" data-document="${escapeHtml(url)}">${escapeHtml(name)}</a>`), '      ')}
    </nav>
    <a class="raw" href="${escapeHtml(documents[0]!.url)}">OpenAPI document</a>
  </header>
  <main id="reference"><p class="note">Loading the reference. <noscript>It needs JavaScript; the OpenAPI document above does not.</noscript></p></main>
  ${lines(scripts.map((src) => `<script src="${escapeHtml(src)}" defer></script>`), '  ')}
</body>
</html>
`;
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (char) => entities[char]!);

const icon = `data:image/svg+xml,${encodeURIComponent('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#2f5bd7"/><path d="M12 9c-3 0-3 2-3 4s-.5 3-2 3c1.5 0 2 1 2 3s0 4 3 4M20 9c3 0 3 2 3 4s.5 3 2 3c-1.5 0-2 1-2 3s0 4-3 4" fill="none" stroke="#fff" stroke-width="2.2" stroke-linecap="round"/></svg>')}`;
