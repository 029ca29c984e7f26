import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build, type OutputChunk } from 'rolldown'
import { expect, test } from 'vitest'

const MOST = 12_000
/** What is loaded when it is asked for: another wire, state of one's own, tools, lists. */
const MOST_LATER = 3_000

test(`what a page loads for a client with all its sessions is less than ${MOST} bytes gzipped`, async () => {
  const { chunks, first } = await bundle()
  expect(first.map(({ code }) => code).join()).toContain('longwire.v1') // it is the client indeed
  expect(sizeOf(first)).toBeLessThan(MOST)
  for (const chunk of chunks) {
    expect(chunk.code).not.toMatch(/\bfrom\s*["']node:|\brequire\(|\bprocess\./)
    if (!first.includes(chunk)) expect(sizeOf([chunk]), chunk.fileName).toBeLessThan(MOST_LATER)
  }
})

/** A page that does something with the client. */
const PAGE = `
  import { connect, LongwireError } from ${JSON.stringify(join(import.meta.dirname, '../src/index.ts'))}
  connect(location.href)
    .open({ agent: 'guide' })
    .then((session) => document.body.append(session.view.status))
    .catch((error) => document.body.append(error instanceof LongwireError))
`

/** The client as a bundler cuts it: what is loaded at once, and what is loaded when it is asked for. */
async function bundle(): Promise<{ chunks: readonly OutputChunk[]; first: readonly OutputChunk[] }> {
  const { output } = await build({
    input: 'page',
    plugins: [
      { name: 'page', resolveId: (id) => (id === 'page' ? id : null), load: (id) => (id === 'page' ? PAGE : null) },
    ],
    // As for an application: what its first file needs is in its first chunk.
    preserveEntrySignatures: 'allow-extension',
    resolve: { conditionNames: ['longwire-source', 'import', 'default'] },
    output: { minify: true },
    platform: 'browser',
    write: false,
  })
  const chunks = output.filter((each): each is OutputChunk => each.type === 'chunk')
  const byName = new Map(chunks.map((chunk) => [chunk.fileName, chunk]))
  const first = new Set<OutputChunk>()
  const load = (chunk: OutputChunk) => {
    first.add(chunk)
    for (const name of chunk.imports) load(byName.get(name)!)
  }
  load(chunks.find(({ isEntry }) => isEntry)!)
  return { chunks, first: [...first] }
}

function sizeOf(chunks: readonly OutputChunk[]): number {
  return chunks.reduce((size, { code }) => size + gzipSync(code).length, 0)
}
