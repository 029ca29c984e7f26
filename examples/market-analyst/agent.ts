// A financial research assistant over an invented market. Without a key it thinks with the offline model beside it; with
// LONGWIRE_MODEL=provider:model and that provider's key, the same agent runs on a real one.
import { defineAgent } from '@longwire/agent'
import { instructionsFor } from './instructions.ts'
import { Market } from './market/market.ts'
import { offlineModel, tokenMsFrom } from './model/offline-model.ts'
import { marketTools } from './tools/index.ts'

const market = new Market()
const tokenMs = tokenMsFrom(process.env.LONGWIRE_OFFLINE_TOKEN_MS)

export default defineAgent({
  name: 'market-analyst',
  description:
    'Answers questions about an invented market: four years of generated daily prices, and the notes on them.',
  model: process.env.LONGWIRE_MODEL || offlineModel(tokenMs === undefined ? {} : { tokenMs }),
  instructions: instructionsFor(market),
  tools: marketTools(market),
  examples: [
    'Analyze the latest market trends.',
    'How did semiconductors do last quarter, and why?',
    'Compare Novalith with Hanabi this year.',
    'Which sector did best in 2025?',
    'How volatile is crude oil?',
    'What do the notes say about interest rates?',
  ],
})
