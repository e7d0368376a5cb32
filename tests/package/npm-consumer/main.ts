// What somebody who uses the npm package writes, in strict TypeScript.
import { canonical, evaluate, type Answer } from '@metrofax/consent/node'

const answer: Answer = evaluate({
  op: 'decide',
  id: 'package',
  subject: { now: 1790000000 },
  request: { kind: 'web.request', url: 'https://www.google-analytics.com/g/collect', page: 'https://www.metrofax.com/' },
})
console.log(canonical(answer))
