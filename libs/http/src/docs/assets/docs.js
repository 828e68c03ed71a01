/* global document, location, matchMedia, SwaggerUIBundle */
const links = [...document.querySelectorAll('[data-document]')];
const wanted = new URLSearchParams(location.search).get('version');
const chosen = links.find((link) => link.textContent === wanted) ?? links[0];
const url = chosen.dataset.document;
chosen.setAttribute('aria-current', 'page');
document.querySelector('.raw').href = url;

// The renderer's dark theme hangs on a class; ours follows the same one.
const dark = matchMedia('(prefers-color-scheme: dark)');
const theme = () => document.documentElement.classList.toggle('dark-mode', dark.matches);
dark.addEventListener('change', theme);
theme();

SwaggerUIBundle({
  url,
  dom_id: '#reference',
  deepLinking: true,
  defaultModelsExpandDepth: 0,
  defaultModelExpandDepth: 4,
  defaultModelRendering: 'example',
  displayRequestDuration: true,
  tryItOutEnabled: false,
  // A link to this page must not be able to show another document in its place, and nothing is sent elsewhere.
  queryConfigEnabled: false,
  validatorUrl: null,
  persistAuthorization: false,
  syntaxHighlight: { theme: 'nord' },
});
