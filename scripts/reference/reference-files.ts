import { protocolPage } from './protocol-page.ts'
import { protocolSchema } from './protocol-schema.ts'

/** The generated files of the repository: their path from its root, and what has to be in them. */
export function referenceFiles(): { readonly [path: string]: string } {
  const schema = protocolSchema()
  return {
    'docs/reference/protocol.schema.json': `${JSON.stringify(schema, undefined, 2)}\n`,
    'docs/reference/protocol.md': protocolPage(schema),
  }
}
