import { posix } from 'node:path'

// What can be told of JavaScript from its text alone, as far as finding a cause needs it.

export interface Import {
  readonly names: readonly string[]
  readonly path: string
}

/** The named imports from files of the folder. */
export function importsOf(path: string, text: string): Import[] {
  return [...text.matchAll(/^import\s*\{([^}]*)\}\s*from\s*['"](\.[^'"]+)['"]/gm)].map(([, names, from]) => ({
    names: names!
      .split(',')
      .map(
        (name) =>
          name
            .trim()
            .split(/\s+as\s+/)
            .at(-1)!,
      )
      .filter((name) => name !== ''),
    path: posix.normalize(posix.join(posix.dirname(path), from!)),
  }))
}

/** The lines, counted from 0, of the block that begins at this line: to the line that closes it at the same depth. */
export function blockAt(text: string, line: number): readonly [number, number] {
  const lines = text.split('\n')
  const indent = /^\s*/.exec(lines[line] ?? '')![0]
  const end = lines.findIndex((each, i) => i > line && each.startsWith(`${indent}}`))
  return [line, end < 0 ? lines.length - 1 : end]
}

/** Where a function is defined, its whole block. */
export function functionIn(text: string, name: string): readonly [number, number] | undefined {
  const escaped = name.replace(/\$/g, '\\$&')
  const head = new RegExp(
    `^\\s*(?:export\\s+)?(?:async\\s+)?(?:function\\s+${escaped}\\b|(?:const|let)\\s+${escaped}\\s*=)`,
  )
  const line = text.split('\n').findIndex((each) => head.test(each))
  return line < 0 ? undefined : blockAt(text, line)
}

export function linesOf(text: string, [from, to]: readonly [number, number]): string {
  return text
    .split('\n')
    .slice(from, to + 1)
    .join('\n')
}

/** Which of these names a piece of code uses. */
export function used(names: readonly string[], code: string): string[] {
  return names.filter((name) => new RegExp(`(?<![\\w$.])${name.replace(/\$/g, '\\$&')}(?![\\w$])`).test(code))
}
