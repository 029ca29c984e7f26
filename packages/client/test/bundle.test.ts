import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'rolldown'
import { expect, test } from 'vitest'

const MOST = 12_000

test(`the whole client, as a page gets it, is less than ${MOST} bytes gzipped`, async () => {
  const { output } = await build({
    input: join(import.meta.dirname, '../src/index.ts'),
    resolve: { conditionNames: ['longwire-source', 'import', 'default'] },
    output: { minify: true, codeSplitting: false },
    platform: 'browser',
    write: false,
  })
  expect(output.map(({ type }) => type)).toEqual(['chunk'])
  const [{ code, imports }] = output
  expect(imports).toEqual([])
  expect(code).toContain('longwire.v1') // it is the client indeed
  expect(gzipSync(code).length).toBeLessThan(MOST)
})
