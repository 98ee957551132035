import { dirname, relative } from 'node:path'
import { type Program, parseSync, Visitor } from 'oxc-parser'

/** One TypeScript file of the repository, and what the rules of architecture.test.ts ask about it. */
export type Source = {
  readonly path: string
  readonly text: string
  readonly lines: number
  /** What it imports, as it is written there, types included. */
  readonly specifiers: readonly string[]
  /** Files of the repository that it imports, types included. */
  readonly imports: readonly string[]
  readonly longestFunction: number
  readonly interfaces: number
  /** Constants in SCREAMING_CASE. */
  readonly screaming: readonly string[]
  /** Every name that the code gives or uses, members that it reads of an object aside. */
  readonly identifiers: ReadonlySet<string>
  /** Those of them that are called. */
  readonly called: ReadonlySet<string>
}

export const root = new URL('../..', import.meta.url).pathname.replace(/\/$/, '')

const folders = ['dapr', 'k8s', 'sdk', 'services', 'test', 'tools', 'web']

export const isTest = (path: string) => /\.test\.tsx?$/.test(path)

/** All TypeScript of the repository; what is built or installed is not. */
export const readSources = async (): Promise<Source[]> => {
  const found = await Promise.all(
    folders.map((folder) => Array.fromAsync(new Bun.Glob(`${folder}/**/*.{ts,tsx}`).scan({ cwd: root }))),
  )
  const paths = found.flat().filter((path) => !/(^|\/)(node_modules|\.output|\.nitro|\.data)\//.test(path))
  return Promise.all(paths.sort().map(async (path) => measure(path, await Bun.file(`${root}/${path}`).text())))
}

const measure = (path: string, text: string): Source => {
  const { program, module } = parseSync(path, text)
  const lineAt = lineCounter(text)
  const { functions, modules, ...names } = walk(program)
  const specifiers = new Set([
    ...module.staticImports.map(({ moduleRequest }) => moduleRequest.value),
    ...module.staticExports.flatMap(({ entries }) =>
      entries.flatMap(({ moduleRequest }) => moduleRequest?.value ?? []),
    ),
    ...modules,
  ])
  return {
    path,
    text,
    lines: text.split('\n').length - 1,
    specifiers: [...specifiers],
    imports: [...specifiers].flatMap((specifier) => resolve(path, specifier)),
    longestFunction: Math.max(0, ...functions.map(({ start, end }) => lineAt(end) - lineAt(start) + 1)),
    ...names,
  }
}

const walk = (program: Program) => {
  const found = {
    functions: [] as { start: number; end: number }[],
    modules: [] as string[],
    interfaces: 0,
    screaming: [] as string[],
    identifiers: new Set<string>(),
    called: new Set<string>(),
  }
  const members = new Set<unknown>()
  const onFunction = (node: { start: number; end: number }) => void found.functions.push(node)
  const onModule = (source: { type: string; value?: unknown }) => {
    if (typeof source.value === 'string') found.modules.push(source.value)
  }
  new Visitor({
    FunctionDeclaration: onFunction,
    FunctionExpression: onFunction,
    ArrowFunctionExpression: onFunction,
    ImportExpression: ({ source }) => onModule(source),
    TSImportType: ({ source }) => onModule(source),
    TSInterfaceDeclaration: () => void found.interfaces++,
    VariableDeclarator: ({ id }) => {
      if (id.type === 'Identifier' && /^[A-Z][A-Z0-9]+(_[A-Z0-9]+)*$/.test(id.name)) found.screaming.push(id.name)
    },
    MemberExpression: ({ property, computed }) => {
      if (!computed) members.add(property)
    },
    CallExpression: ({ callee }) => {
      if (callee.type === 'Identifier') found.called.add(callee.name)
    },
    Identifier: (identifier) => {
      if (!members.has(identifier)) found.identifiers.add(identifier.name)
    },
  }).visit(program)
  return found
}

/** The file that an import means; none where it means a package from elsewhere. */
const resolve = (from: string, specifier: string): string[] => {
  if (!/^[.]|^@fairpass\/|^~\//.test(specifier)) return []
  try {
    const path = relative(
      root,
      Bun.resolveSync(specifier.replace(/^~\//, `${root}/web/src/`), dirname(`${root}/${from}`)),
    )
    return /\.tsx?$/.test(path) ? [path] : []
  } catch {
    return []
  }
}

const lineCounter = (text: string) => {
  const starts = [0, ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1)]
  return (offset: number) => {
    let [low, high] = [0, starts.length]
    while (low + 1 < high) {
      const middle = (low + high) >> 1
      if ((starts[middle] ?? 0) <= offset) low = middle
      else high = middle
    }
    return low
  }
}
