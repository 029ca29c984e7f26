// Writes market.sqlite anew: `npm run generate -w examples/market-analyst`. The result is committed, so that the analyst
// starts at once and never writes into the checkout; a test makes it again and compares every row.
import { rmSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { writeMarketFile } from './market-file.ts'

const path = fileURLToPath(new URL('./market.sqlite', import.meta.url))
rmSync(path, { force: true })
writeMarketFile(path)
process.stdout.write(`${path}: ${statSync(path).size} bytes\n`)
