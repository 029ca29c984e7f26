import type { Desk } from '../desk.ts'
import { asks, bullets, fenced, nothingToShow, plural, type Step, says } from '../skill.ts'

// What needs looking only.

export function listTheFiles(desk: Desk): Step {
  const files = desk.ask('list_files', {})?.files
  if (desk.isWaiting) return asks('I look what is in the folder.')
  return files
    ? says(`**The folder holds ${plural(files.length, 'file')}:**`, bullets(files.map((file) => `\`${file}\``)))
    : nothingToShow(desk)
}

export function showFile(desk: Desk, path: string): Step {
  const file = desk.ask('read_file', { path })
  if (desk.isWaiting) return asks(`I read ${path}.`)
  return file ? says(`**\`${file.path}\`**`, fenced(file.text, /\.m?js$/.test(path) ? 'js' : '')) : nothingToShow(desk)
}

export function searchFor(desk: Desk, text: string): Step {
  const found = desk.ask('search', { text })
  if (desk.isWaiting) return asks(`I look for ${text} in all files.`)
  if (!found) return nothingToShow(desk)
  if (found.hits.length === 0) return says(`**Nothing holds \`${text}\`.** Capitals count.`)
  return says(
    `**${plural(found.hits.length, 'line')}${found.cut ? ' and more' : ''} hold \`${text}\`:**`,
    bullets(found.hits.map(({ path, line, text }) => `\`${path}:${line}\` ${text.trim()}`)),
  )
}

/** Only what the files say of themselves. */
export function describeTheProject(desk: Desk): Step {
  const files = desk.ask('list_files', {})?.files
  if (desk.isWaiting) return asks('First I look what is there.')
  if (!files) return nothingToShow(desk)
  const manifest = files.includes('package.json') ? desk.ask('read_file', { path: 'package.json' }) : undefined
  const readme = files.includes('README.md') ? desk.ask('read_file', { path: 'README.md' }) : undefined
  const functions = desk.ask('search', { text: 'export function ' })
  if (desk.isWaiting)
    return asks('The manifest and the README say what it is for; the exported functions say what it does.')
  const { name, description } = fieldsOf(manifest?.text)
  const own = readme?.text
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .join('\n')
    .trim()
  return says(
    `**${name ? `\`${name}\`` : 'This project'}${description ? `: ${description}` : ' says nothing of itself in package.json.'}**`,
    own,
    functions &&
      functions.hits.length > 0 &&
      `It exports ${plural(functions.hits.length, 'function')}:\n\n${bullets(functions.hits.map(({ path, line, text }) => `\`${signatureIn(text)}\` (${path}:${line})`))}`,
    `${plural(files.length, 'file')}: ${files.map((file) => `\`${file}\``).join(', ')}.`,
  )
}

function signatureIn(line: string): string {
  return /function\s+([\w$]+\([^)]*\))/.exec(line)?.[1] ?? line.trim()
}

function fieldsOf(json: string | undefined): { readonly name?: string; readonly description?: string } {
  try {
    const { name, description } = JSON.parse(json ?? '{}') as { name?: unknown; description?: unknown }
    return {
      ...(typeof name === 'string' ? { name } : {}),
      ...(typeof description === 'string' ? { description } : {}),
    }
  } catch {
    return {}
  }
}
