// A program: unpacks the Chromium that npm brought into the folder for temporary files, which is where its package puts
// things. Whoever runs it says which folder that is.
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { inflate } from '@sparticuz/chromium'

const bin = fileURLToPath(new URL('../bin', import.meta.resolve('@sparticuz/chromium')))
const parts = ['chromium.br', 'al2023.tar.br', 'fonts.tar.br', 'swiftshader.tar.br']
await Promise.all(parts.map((part) => inflate(join(bin, part))))
