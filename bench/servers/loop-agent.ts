import { defineAgent } from '@longwire/agent'

/** Never yields again. */
export default defineAgent({
  name: 'loop',
  run: () => {
    for (;;);
  },
})
