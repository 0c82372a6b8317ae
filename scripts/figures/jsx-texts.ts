import { resolve } from 'node:path';
import { type Node, type SourceFile, SyntaxKind } from 'typescript/unstable/ast';
import { createVirtualFileSystem } from 'typescript/unstable/fs';
import { API } from 'typescript/unstable/sync';

/** The attributes of elements whose values are read or spoken. */
const shownAttributes = new Set(
  ['alt', 'label', 'placeholder', 'title'].concat(
    ...['label', 'description', 'valuetext', 'placeholder'].map((name) => `aria-${name}`),
  ),
);

const hasWords = (text: string): boolean => /\p{L}{2}/u.test(text);

/** Returns the texts in the JSX of the page that are not from its catalogs, with their files. */
export function literalTexts(root: string): string[] {
  const api = new API();
  try {
    const snapshot = api.updateSnapshot({ openProject: resolve(root, 'web/tsconfig.json') });
    const program = snapshot.getProjects()[0]?.program;
    const names = (program?.getSourceFileNames() ?? []).filter((name) => name.endsWith('.tsx'));
    if (names.length === 0) throw new Error('web/ has no components');
    return names.flatMap((name) => {
      const file = program?.getSourceFile(name);
      return file ? textsOf(file).map((text) => `${name.slice(root.length)}: ${text}`) : [];
    });
  } finally {
    api.close();
  }
}

/** The same of one source. */
export function literalTextsOf(source: string): string[] {
  const files = {
    '/tsconfig.json': JSON.stringify({ compilerOptions: { jsx: 'preserve', noLib: true } }),
    '/a.tsx': source,
  };
  const api = new API({ fs: createVirtualFileSystem(files) });
  try {
    const snapshot = api.updateSnapshot({ openProject: '/tsconfig.json' });
    const file = snapshot.getProjects()[0]?.program.getSourceFile('/a.tsx');
    if (!file) throw new Error('the source cannot be parsed');
    return textsOf(file);
  } finally {
    api.close();
  }
}

function textsOf(file: SourceFile): string[] {
  const found: string[] = [];
  const visit = (node: Node, isShown: boolean): void => {
    const { text = '' } = node as { text?: string };
    const isText =
      node.kind === SyntaxKind.JsxText || (isShown && node.kind === SyntaxKind.StringLiteral);
    if (isText && hasWords(text)) found.push(text.trim());
    node.forEachChild((child) => visit(child, isShownIn(node, child, isShown)));
  };
  visit(file, false);
  return found;
}

/** Whether a string at this place would be shown: it is a child of an element, or an attribute. */
function isShownIn(node: Node, child: Node, isShown: boolean): boolean {
  if (node.kind === SyntaxKind.JsxAttribute)
    return shownAttributes.has((node as { name?: { text?: string } }).name?.text ?? '');
  if (node.kind === SyntaxKind.JsxElement || node.kind === SyntaxKind.JsxFragment)
    return child.kind === SyntaxKind.JsxExpression;
  if (node.kind === SyntaxKind.ConditionalExpression)
    return isShown && child !== (node as unknown as { condition: Node }).condition;
  return isShown && node.kind === SyntaxKind.JsxExpression;
}
