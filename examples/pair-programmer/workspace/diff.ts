// What a person reads before they approve: the lines that go and come, with three lines around them.

const AROUND = 3
/** Middles of more lines than this are shown as wholly replaced. */
const MOST_COMPARED = 1_500

type Line = { readonly sign: ' ' | '-' | '+'; readonly text: string }

/** A unified diff of one file. Empty where the texts are the same. */
export function diffOf(path: string, before: string, after: string): string {
  if (before === after) return ''
  const lines = compared(before.split('\n'), after.split('\n'))
  const kept = lines.map((_, i) =>
    lines.slice(Math.max(0, i - AROUND), i + AROUND + 1).some(({ sign }) => sign !== ' '),
  )
  const hunks: string[] = []
  for (let i = 0; i < lines.length; ) {
    if (!kept[i]) {
      i++
      continue
    }
    let end = i
    while (end < lines.length && kept[end]) end++
    hunks.push(hunk(lines, i, end))
    i = end
  }
  return [`--- a/${path}`, `+++ b/${path}`, ...hunks].join('\n')
}

function hunk(lines: readonly Line[], start: number, end: number): string {
  const count = (part: readonly Line[], sign: '-' | '+') =>
    part.filter((line) => line.sign === ' ' || line.sign === sign).length
  const [before, here] = [lines.slice(0, start), lines.slice(start, end)]
  const range = (sign: '-' | '+') => `${sign}${count(before, sign) + 1},${count(here, sign)}`
  return [`@@ ${range('-')} ${range('+')} @@`, ...here.map(({ sign, text }) => `${sign}${text}`)].join('\n')
}

function compared(a: readonly string[], b: readonly string[]): Line[] {
  let head = 0
  while (head < a.length && head < b.length && a[head] === b[head]) head++
  let tail = 0
  while (tail < a.length - head && tail < b.length - head && a.at(-1 - tail) === b.at(-1 - tail)) tail++
  const same = (texts: readonly string[]): Line[] => texts.map((text) => ({ sign: ' ', text }))
  const middle = changed(a.slice(head, a.length - tail), b.slice(head, b.length - tail))
  return [...same(a.slice(0, head)), ...middle, ...same(a.slice(a.length - tail))]
}

/** By the longest common subsequence. */
function changed(a: readonly string[], b: readonly string[]): Line[] {
  const gone = (texts: readonly string[]): Line[] => texts.map((text) => ({ sign: '-', text }))
  const come = (texts: readonly string[]): Line[] => texts.map((text) => ({ sign: '+', text }))
  if (a.length > MOST_COMPARED || b.length > MOST_COMPARED) return [...gone(a), ...come(b)]
  const longest = Array.from({ length: a.length + 1 }, () => new Uint16Array(b.length + 1))
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      longest[i]![j] = a[i] === b[j] ? longest[i + 1]![j + 1]! + 1 : Math.max(longest[i + 1]![j]!, longest[i]![j + 1]!)
    }
  }
  const lines: Line[] = []
  let [i, j] = [0, 0]
  while (i < a.length && j < b.length) {
    if (a[i] === b[j]) {
      lines.push({ sign: ' ', text: a[i]! })
      i++
      j++
    } else if (longest[i + 1]![j]! >= longest[i]![j + 1]!) lines.push({ sign: '-', text: a[i++]! })
    else lines.push({ sign: '+', text: b[j++]! })
  }
  return [...lines, ...gone(a.slice(i)), ...come(b.slice(j))]
}
