// What a test run printed, read: the Test Anything Protocol as Node's runner writes it, with paths of the folder.

export type Failure = {
  name: string
  /** Where the test stands, and where it failed: "test/basket.test.js:10". */
  test: string | null
  at: string | null
  error: string
  expected: string | null
  actual: string | null
}

/** The names of the tests that passed. */
export function namesIn(tap: string): string[] {
  return [...tap.matchAll(/^ *ok \d+ - (.*?)(?: # .*)?$/gm)].map(([, name]) => name!)
}

export function failuresIn(tap: string): Failure[] {
  const lines = tap.split('\n')
  return lines.flatMap((line, i) => {
    const [, indent, name] = /^( *)not ok \d+ - (.*?)(?: # .*)?$/.exec(line) ?? []
    if (name === undefined) return []
    const block = blockAfter(lines, i + 1, `${indent}  `)
    return [
      {
        name,
        test: placeIn(fieldOf(block, 'location')),
        at: placeIn(fieldOf(block, 'stack')),
        error: fieldOf(block, 'error') ?? 'it failed',
        expected: fieldOf(block, 'expected') ?? null,
        actual: fieldOf(block, 'actual') ?? null,
      },
    ]
  })
}

/** The lines between `---` and `...`, without their indentation. */
function blockAfter(lines: readonly string[], from: number, indent: string): string[] {
  if (lines[from] !== `${indent}---`) return []
  const end = lines.indexOf(`${indent}...`, from)
  return lines.slice(from + 1, end < 0 ? undefined : end).map((line) => line.slice(indent.length))
}

function fieldOf(block: readonly string[], name: string): string | undefined {
  const at = block.findIndex((line) => line.startsWith(`${name}: `) || line === `${name}:`)
  if (at < 0) return undefined
  const first = block[at]!.slice(name.length + 1).trim()
  const more: string[] = []
  for (const line of block.slice(at + 1)) {
    if (line !== '' && !line.startsWith('  ')) break
    more.push(line.slice(2))
  }
  const text = /^[|>]-?$/.test(first) || first === '' ? more.join('\n') : unquoted(first)
  return text.trim()
}

function unquoted(text: string): string {
  return /^'.*'$/.test(text) ? text.slice(1, -1).replaceAll("''", "'") : text
}

/** The first place in the folder that a text names: "src/basket.js:5". */
function placeIn(text: string | undefined): string | null {
  return /(?<![\w:/.-])([\w-][\w./-]*\.[cm]?js:\d+)(?::\d+)?/.exec(text ?? '')?.[1] ?? null
}
