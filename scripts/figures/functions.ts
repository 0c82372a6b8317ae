import { resolve } from 'node:path';
import { type Node, type SourceFile, SyntaxKind } from 'typescript/unstable/ast';
import { API } from 'typescript/unstable/sync';
import type { Source } from './sources.ts';

/** A function of the source. */
export interface LongFunction {
  /** Its name, or of what it is assigned to; empty: it has none. */
  name: string;
  path: string;
  /** From its first line to its last. */
  lines: number;
  /** Conditions, loops, cases, catches, and logical operators in it, nested functions included. */
  branches: number;
}

const functions = new Set<SyntaxKind>([
  SyntaxKind.FunctionDeclaration,
  SyntaxKind.FunctionExpression,
  SyntaxKind.ArrowFunction,
  SyntaxKind.MethodDeclaration,
  SyntaxKind.Constructor,
  SyntaxKind.GetAccessor,
]);
const branching = new Set<SyntaxKind>([
  SyntaxKind.IfStatement,
  SyntaxKind.ConditionalExpression,
  SyntaxKind.ForStatement,
  SyntaxKind.ForOfStatement,
  SyntaxKind.ForInStatement,
  SyntaxKind.WhileStatement,
  SyntaxKind.DoStatement,
  SyntaxKind.CaseClause,
  SyntaxKind.CatchClause,
  SyntaxKind.AmpersandAmpersandToken,
  SyntaxKind.BarBarToken,
  SyntaxKind.QuestionQuestionToken,
]);

const projects = ['tsconfig.json', 'web/tsconfig.json'];

/** The functions of at least so many lines, longest first. */
export function longFunctions(
  root: string,
  sources: readonly Source[],
  least: number,
): LongFunction[] {
  const api = new API();
  try {
    const openProjects = projects.map((path) => resolve(root, path));
    const opened = api.updateSnapshot({ openProjects }).getProjects();
    return sources
      .flatMap(({ path }) => {
        const name = resolve(root, path);
        for (const { program } of opened) {
          const file = program.getSourceFile(name);
          if (file) return functionsOf(file, path);
        }
        throw new Error(`${path} is in no project`);
      })
      .filter(({ lines }) => lines >= least)
      .sort((a, b) => b.lines - a.lines);
  } finally {
    api.close();
  }
}

function functionsOf(file: SourceFile, path: string): LongFunction[] {
  const found: LongFunction[] = [];
  const visit = (node: Node, name: string): number => {
    let branches = branching.has(node.kind) ? 1 : 0;
    const own = nameOf(node) ?? name;
    node.forEachChild((child) => {
      branches += visit(child, functions.has(node.kind) ? '' : own);
    });
    if (functions.has(node.kind)) {
      const lines = file.text.slice(node.getStart(file), node.end).split('\n').length;
      found.push({ name: own, path, lines, branches });
    }
    return branches;
  };
  visit(file, '');
  return found;
}

const nameOf = (node: Node): string | undefined => {
  const { name } = node as { name?: { text?: string } };
  return name?.text;
};
