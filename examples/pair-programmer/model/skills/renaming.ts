import type { Desk } from '../desk.ts'
import { asks, bullets, nothingToShow, plural, type Step, says } from '../skill.ts'
import { toldOf } from './testing.ts'

/** What is prose may say the word and mean another thing. */
const CODE = /\.[cm]?[jt]sx?$/

/** A name becomes another wherever it stands as a word, a file at a time; then the tests are run. */
export function rename(desk: Desk, from: string, to: string): Step {
  if (from === to) return says(`**Nothing to do**: it is called \`${to}\` already.`)
  const here = desk.ask('search', { text: from, word: true })
  const there = desk.ask('search', { text: to, word: true })
  if (desk.isWaiting) return asks(`I look where ${from} stands, and whether ${to} is taken.`)
  if (!here || !there) return nothingToShow(desk)
  if (here.hits.length === 0) return says(`**I renamed nothing**: \`${from}\` is nowhere in the folder.`)
  if (there.hits.length > 0)
    return says(
      `**I renamed nothing**: \`${to}\` is taken already, at \`${there.hits[0]!.path}:${there.hits[0]!.line}\`.`,
    )
  if (here.cut) return says(`**I renamed nothing**: \`${from}\` stands in more lines than I can see.`)
  const paths = [...new Set(here.hits.map(({ path }) => path))].filter((path) => CODE.test(path))
  if (paths.length === 0) return says(`**I renamed nothing**: \`${from}\` is in no file of code.`)
  const files = paths.map((path) => desk.ask('read_file', { path }))
  if (desk.isWaiting)
    return asks(
      `${from} stands in ${plural(here.hits.length, 'line')} of ${plural(paths.length, 'file')}. I read them before I change them.`,
    )
  if (files.some((file) => !file)) return nothingToShow(desk)
  const results = files.map((file) =>
    desk.ask('edit_file', { path: file!.path, edits: [renamed(file!.text, from, to)] }),
  )
  if (desk.isWaiting) return asks('Each file is a change of its own, for you to look at.')
  const done = results.flatMap((result) => (result?.applied ? [result.path] : []))
  const left = paths.filter((path) => !done.includes(path))
  const run = done.length > 0 ? desk.ask('run_tests', {}) : undefined
  if (desk.isWaiting) return asks('Now I see whether the tests still pass.')
  return says(
    done.length === 0
      ? `**I renamed nothing**: no change was approved.`
      : `**\`${from}\` is now \`${to}\` in ${plural(done.length, 'file')}:** ${done.map((path) => `\`${path}\``).join(', ')}.`,
    done.length > 0 &&
      left.length > 0 &&
      `Not changed, as you did not approve it:\n\n${bullets(left.map((path) => `\`${path}\``))}`,
    ...(run ? toldOf(run) : []),
  )
}

/** One change from the first line that holds the name to the last. */
function renamed(text: string, from: string, to: string) {
  const word = new RegExp(`(?<![\\w$])${from.replace(/\$/g, '\\$&')}(?![\\w$])`, 'g')
  const lines = text.split('\n')
  const holds = lines.map((line) => line.search(word) >= 0)
  const old = lines.slice(holds.indexOf(true), holds.lastIndexOf(true) + 1).join('\n')
  const unique = text.split(old).length === 2 ? old : text
  return { old: unique, new: unique.replace(word, () => to) }
}
