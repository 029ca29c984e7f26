import { defineAgent } from '@longwire/agent'

console.log('loaded')

/** Takes its worker down. */
export default defineAgent({ name: 'leaving', run: () => process.exit(3) })
