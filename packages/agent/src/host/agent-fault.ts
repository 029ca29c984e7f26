import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** What went wrong in an agent's code, or with its worker, for its author. */
export interface AgentFault {
  readonly file: string
  /** Milliseconds since 1970. */
  readonly at: number
  /** Where it came up: "turn t3 of agent echo". */
  readonly about: string
  readonly message: string
  /** The error as Node prints it, with its stack and causes. */
  readonly text: string
  /** The line of the author's own code that it came from, as far as that is known. */
  readonly source?: SourcePlace | undefined
}

export interface SourcePlace {
  readonly path: string
  readonly line: number
  /** That line and those around it. */
  readonly around: readonly { readonly line: number; readonly text: string }[]
}

/** Lines before and after the one that is meant. */
const AROUND = 3
const LONGEST_LINE = 400
const OURS = fileURLToPath(new URL('..', import.meta.url))

/** The first place in a stack that is the author's: neither Node, nor a package, nor this one. */
export function sourceOfStack(stack: string): SourcePlace | undefined {
  for (const [, where, line] of stack.matchAll(/(file:\/\/[^\s()]+?|\/[^\s():]+|[A-Za-z]:\\[^\s():]+):(\d+):\d+/g)) {
    const path = where!.startsWith('file:') ? fileURLToPath(where!) : where!
    if (!path.includes('node_modules') && !path.startsWith(OURS)) return sourceAt(path, Number(line))
  }
  return undefined
}

/** A line of a file and those around it; undefined where it cannot be read. */
export function sourceAt(path: string, line: number): SourcePlace | undefined {
  const lines = textOf(path)?.split('\n')
  if (lines?.[line - 1] === undefined) return undefined
  const first = Math.max(1, line - AROUND)
  const around = lines.slice(first - 1, line + AROUND).map((text, at) => ({
    line: first + at,
    text: text.trimEnd().slice(0, LONGEST_LINE),
  }))
  return { path, line, around }
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
