// The traveller as a server's worker loads it: what it does goes to a file, a line each, whole lines in any case.
import { appendFileSync } from 'node:fs'
import { traveller } from './traveller.ts'

const { TRAVELLER_NOTES: file, TRAVELLER_AHEAD_MS: ahead = '0' } = process.env

export default traveller((line) => appendFileSync(file!, `${line}\n`, { flag: 'a' }), 2, Number(ahead))
