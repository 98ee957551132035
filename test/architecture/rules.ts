import { dirname } from 'node:path'
import { findCycles } from './cycles.ts'
import { isTest, type Source } from './sources.ts'
import { replacedFunctions, replacedNames } from './vocabulary.ts'

const maxFileLines = 250
const maxFunctionLines = 50
const maxFolderFiles = 15

/** What breaks a rule: how far, by file or folder. */
type Measured = Record<string, number>
type Rule = { readonly says: string; readonly measure: (sources: readonly Source[]) => Measured }

const above = (limit: number, entries: readonly (readonly [string, number])[]): Measured =>
  Object.fromEntries(entries.filter(([, value]) => value > limit))

const product = (sources: readonly Source[]) => sources.filter(({ path }) => !isTest(path))

const inFolders = (sources: readonly Source[]) => {
  const counts = new Map<string, number>()
  for (const { path } of sources) counts.set(dirname(path), (counts.get(dirname(path)) ?? 0) + 1)
  return [...counts]
}

const replaced = ({ identifiers, called }: Source) => [
  ...Object.keys(replacedNames).filter((name) => identifiers.has(name)),
  ...Object.keys(replacedFunctions).filter((name) => called.has(name)),
]

const serviceOf = (path: string) => /^services\/(\w+)\//.exec(path)?.[1]

/** What a service takes from another one, the type of its internal routes aside. */
const foreign = ({ path, text, specifiers }: Source) => {
  const own = serviceOf(path)
  const ofInternalRoutes = new Set(
    [...text.matchAll(/^import type \{[^}]*\} from '(@fairpass\/\w+\/internal)'$/gm)].map(([, specifier]) => specifier),
  )
  return specifiers.filter((specifier) => {
    const other = /^@fairpass\/(auth|tickets|orders|expiration|payments)\b/.exec(specifier)?.[1]
    return other && other !== own && !ofInternalRoutes.has(specifier)
  })
}

/** Texts in each language, looked up by key. */
const isList = (path: string) => /^web\/src\/i18n\/(de|en)\b/.test(path)

/** Each rule measures what breaks it; none has an exception. */
export const rules = {
  cycles: {
    says: 'no file imports itself in a circle, types included',
    measure: (sources) =>
      Object.fromEntries(findCycles(sources).flatMap((circle) => circle.map((path) => [path, circle.length]))),
  },
  servicesApart: {
    says: 'a service takes nothing from another one but the type of its internal routes',
    measure: (sources) =>
      above(
        0,
        sources.flatMap((source) => (serviceOf(source.path) ? [[source.path, foreign(source).length] as const] : [])),
      ),
  },
  folderFiles: {
    says: `no folder has more than ${maxFolderFiles} source files beside their tests`,
    measure: (sources) => above(maxFolderFiles, inFolders(product(sources))),
  },
  fileLines: {
    says: `no file has more than ${maxFileLines} lines`,
    measure: (sources) =>
      above(
        maxFileLines,
        product(sources).flatMap(({ path, lines }) => (isList(path) ? [] : [[path, lines] as const])),
      ),
  },
  functionLines: {
    says: `no function has more than ${maxFunctionLines} lines`,
    measure: (sources) =>
      above(
        maxFunctionLines,
        product(sources).map(({ path, longestFunction }) => [path, longestFunction]),
      ),
  },
  interfaces: {
    // A library's interface is added to by one of the same name alone, which a declaration file does.
    says: 'a type is a `type`, not an `interface`',
    measure: (sources) =>
      above(
        0,
        sources.flatMap(({ path, interfaces }) => (path.endsWith('.d.ts') ? [] : [[path, interfaces] as const])),
      ),
  },
  screamingConstants: {
    says: 'a constant is written in camelCase',
    measure: (sources) =>
      above(
        0,
        sources.map(({ path, screaming }) => [path, screaming.length]),
      ),
  },
  vocabulary: {
    says: "names are the field's words (vocabulary.ts has what to write instead)",
    measure: (sources) =>
      above(
        0,
        sources.flatMap((source) =>
          source.path.endsWith('/vocabulary.ts') ? [] : [[source.path, replaced(source).length] as const],
        ),
      ),
  },
} satisfies Record<string, Rule>

export const ruleNames = Object.keys(rules) as (keyof typeof rules)[]
