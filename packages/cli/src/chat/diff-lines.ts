import type { Json } from '@longwire/protocol'
import { printable } from '../terminal/prose.ts'
import type { Style } from '../terminal/terminal.ts'

/** Lines that did not change, on each side of those that did. */
const AROUND = 3

/** The names under which tools say what a text was, and what it shall be. */
const PAIRS = [
  ['old_string', 'new_string'],
  ['oldText', 'newText'],
  ['old_text', 'new_text'],
  ['oldString', 'newString'],
  ['before', 'after'],
  ['old', 'new'],
  ['find', 'replace'],
] as const

export interface Diff {
  /** The fields of the input that it shows. */
  readonly of: readonly string[]
  readonly lines: readonly string[]
}

/** The change that an input holds: as a diff in a field of its own, or as the text before and after it. */
export function diffIn(input: { readonly [name: string]: Json }): Diff | undefined {
  const pair = PAIRS.find(([before, after]) => typeof input[before] === 'string' && typeof input[after] === 'string')
  if (pair) return { of: pair, lines: changed(input[pair[0]] as string, input[pair[1]] as string) }
  const named = Object.entries(input).find(([, value]) => typeof value === 'string' && isDiff(value))
  return named && { of: [named[0]], lines: linesOf(named[1] as string) }
}

export function styledDiffLine(line: string, style: Style): string {
  if (/^(\+\+\+|---) /.test(line)) return style.bold(line)
  if (line.startsWith('@@')) return style.cyan(line)
  if (line.startsWith('+')) return style.green(line)
  return line.startsWith('-') ? style.red(line) : style.dim(line)
}

function isDiff(text: string): boolean {
  return /^@@ .*@@/m.test(text) && /^[+-]/m.test(text)
}

/** What is the same at both ends stays; what stands between is taken out and put in. */
function changed(before: string, after: string): readonly string[] {
  const old = linesOf(before)
  const fresh = linesOf(after)
  const most = Math.min(old.length, fresh.length)
  let head = 0
  while (head < most && old[head] === fresh[head]) head += 1
  let tail = 0
  while (tail < most - head && old.at(-1 - tail) === fresh.at(-1 - tail)) tail += 1
  return [
    ...old.slice(Math.max(0, head - AROUND), head).map((line) => `  ${line}`),
    ...old.slice(head, old.length - tail).map((line) => `- ${line}`),
    ...fresh.slice(head, fresh.length - tail).map((line) => `+ ${line}`),
    ...old.slice(old.length - tail, old.length - tail + AROUND).map((line) => `  ${line}`),
  ]
}

function linesOf(text: string): readonly string[] {
  return text === '' ? [] : printable(text).replaceAll('\t', '    ').replace(/\n$/, '').split('\n')
}
