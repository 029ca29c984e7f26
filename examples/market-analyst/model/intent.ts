// What a text wants, from the words it uses. The first that fits, top to bottom.

/** Something that is told to be done: nothing but courtesies goes before it. */
function told(what: string): RegExp {
  const courtesy =
    "(?:please|now|then|and|also|ok(?:ay)?|yes|hi|hello|hey|great|just|go ahead and|(?:can|could) you(?: please)?|i(?:'d| would) like to|i want to|let's|let us)"
  return new RegExp(`^\\s*(?:${courtesy}[,.!:]*\\s+)*${what}`, 'i')
}

export const INTENTS = [
  'sql',
  'backtest',
  'cancelling',
  'advice',
  'trade',
  'book',
  'help',
  'greeting',
  'thanks',
  'correlation',
  'why',
  'forecast',
  'definition',
  'notes',
  'fundamentals',
  'months',
  'averages',
  'risk',
  'moves',
  'movers',
  'list',
  'price',
  'comparison',
  'profile',
  'overview',
  'performance',
] as const
export type Intent = (typeof INTENTS)[number]

const PATTERNS: Readonly<Record<Intent, RegExp>> = {
  sql: /^\s*(?:(?:please )?(?:run|execute|query)\b[^a-z]*(?:this |the )?(?:sql|query)?[\s:`]*)?(?:sql[\s:`]*)?(?:select\b[\s\S]+\bfrom\b|with\b[\s\S]+\bselect\b)/i,
  backtest: /\bback-?\s?test(?:s|ed|ing)?\b/i,
  cancelling: told('(?:cancel|withdraw|revoke|take back)\\b.{0,30}\\borders?\\b'),
  // Only what is told, not what is wondered about: "what if I buy 100?" orders nothing.
  trade: told(
    '(?:(?:place|submit|enter|make|execute)\\b.{0,20}\\b(?:order|trade)s?\\b|(?:buy|sell|short|purchase|dump)\\b(?!-?\\s?off\\b))',
  ),
  book: /\bmy (?:positions?|holdings?|book|portfolio|cash|orders?|account|balance|shares|trades)\b|\bwhat (?:do|did|have) i (?:own|hold|have|buy|sell|bought|sold)\b|\b(?:show|open)(?: me)?(?: the)? (?:book|positions|portfolio|orders)\b|\bhow much (?:cash|money)\b|\bopen orders\b|\bpaper[- ](?:trading|book)\b/i,
  advice:
    /^\s*(?:buy|sell)\b(?:(?![.!]\s)[^?])*\?\s*$|\bwould you (?:buy|sell)\b|\bbuy or sell\b|\bshould (?:i|we|one)\b|\b(?:recommend|advise|advice)\b|\bworth buying\b|\bgood (?:time|idea|buy|investment)\b|\bwhat (?:to|do i) (?:buy|sell)\b|\b(?:which|what) .{0,30}\b(?:to buy|to sell|i buy|i sell)\b|\binvest in\b|\b(?:best|good) .{0,20}to (?:buy|invest)/i,
  help: /^\s*(?:please )?help\b|\bwhat (?:can|could) (?:you|i)\b|\bwhat (?:do|are) you\b(?! (?:cover|know about|have on))|\bwho (?:are|made) you\b|\bhow (?:do|can) (?:i|you) (?:use|work|ask)|\bwhat (?:kind of )?questions\b|\byour (?:tools|abilities|capabilities|data|source)|\bwhat data\b|\bis (?:this|the|your) data real\b|\b(?:is|are) (?:this|these|it|they|the prices|the data) real\b/i,
  greeting:
    /^\s*(?:hi|hello|hey|hiya|greetings|good (?:morning|afternoon|evening|day))\b[^a-z]*(?:there|you|again|everyone)?[^a-z]*$/i,
  thanks:
    /^\s*(?:ok(?:ay)?,? )?(?:thanks?|thank you|thx|cheers|great|perfect|nice|bye|goodbye|cool|awesome)\b.{0,30}$/i,
  correlation: /\bcorrelat|\b(?:move|moves|moved|moving) (?:together|with|alongside|in step)\b|\bdiversif/i,
  why: /\bwhy\b|\bhow come\b|\bwhat (?:\S+ ){0,3}?(?:caused|drove|drives|driving|is behind|was behind|lies behind|happened|explains)\b|\breasons?\b|\bbecause of what\b|\bexplain\b/i,
  forecast:
    /\b(?:forecasts?|predict\w*|tomorrow|crystal ball)\b|\bnext (?:day|week|month|quarter|year|few|\d+)\b|\b(?:will|shall|gonna|going to)\b(?! you\b).{0,60}\b(?:be|do|go|rise|fall|gain|lose|perform|reach|crash|recover|happen|hit|move|drop|grow|continue)\b|\bin the future\b|\bprice target\b/i,
  notes:
    /\bnotes?\b|\bnews\b|\bheadlines?\b|\bresearch (?:on|about|says?)\b|\bwritten\b|\bcommentar|\boutlook\b|\bdesks?\b|\bsa(?:y|id|ys) about\b|\bread about\b|\breports?\b/i,
  definition:
    /\b(?:what (?:is|are|does|do|'s)|what's|define|meaning of) (?:an? |the )?(?:annuali[sz]ed )?(?:volatility|drawdowns?|correlations?|moving averages?|golden cross|death cross|averages?|returns?)(?: mean)?\W*$|\bhow (?:do you|is|are) .{0,40}\b(?:comput|calculat|measur|defin)\w*/i,
  fundamentals:
    /\bp\/?e\b|\bmarket cap|\bdividends?\b|\beps\b|\bearnings\b|\brevenues?\b|\bprofits?\b|\bbalance sheet\b|\bvaluations?\b|\bemployees\b|\bceo\b|\bdebt\b|\bbook value\b/i,
  months:
    /\b(?:best|worst|strongest|weakest) (?:month|week)s?\b|\b(?:month by month|week by week)\b|\b(?:each|every|per) (?:month|week)\b|\b(?:monthly|weekly) (?:returns?|changes?|performance)\b/i,
  averages:
    /\bmoving[- ]averages?\b|\bsma\b|\b(?:golden|death) cross|\btechnicals?\b|\bmomentum\b|\b(?:up|down)trends?\b|\b(?:50|200)[- ](?:day|session)s?\b|\bcrossed\b/i,
  risk: /\brisk|\bvolatil|\bdrawdowns?\b|\bsafe(?:st|r)?\b|\bcalm(?:est)?\b|\bstable|\bsteadiest\b|\bswings?\b|\bquietest\b|\bvar\b|\bsharpe\b/i,
  moves:
    /\b(?:one|single)[- ]day\b|\b(?:worst|best|biggest|largest) (?:\d+ )?(?:trading )?(?:days?|sessions?)\b|\b(?:biggest|largest|sharpest|steepest|worst) (?:\w+ )?(?:daily )?(?:moves?|drops?|falls?|jumps?|swings?|crash(?:es)?)\b|\bcrash(?:ed|es)?\b|\bdaily (?:moves?|changes?)\b/i,
  movers:
    /\bhow many\b.*\b(?:rose|fell|gained|lost|up|down|rising|falling)\b|\btop\b|\bbest\b|\bworst\b|\bbottom\b|\bbiggest\b|\blargest\b|\bleaders?\b|\bleading\b|\blaggards?\b|\blagging\b|\b(?:winners?|losers?|gainers?|decliners?|movers?|performers?)\b|\bstrongest\b|\bweakest\b|\b(?:most|least)\b|\boutperform|\bunderperform|\brank|\bwhich\b.{0,40}\b(?:rose|fell|gained|lost|up|down|did (?:well|badly))\b/i,
  list: /\blist\b|\b(?:which|what) (?:\S+ ){0,3}?(?:instruments?|shares?|stocks?|companies|tickers?|sectors?|regions?|indices|indexes|commodities|currencies|markets?)\b.{0,12}\b(?:are there|there are|do you|can i|exist|available|are (?:in|covered|listed))\b|\bhow many\b(?!.*\b(?:rose|fell|gained|lost|up|down|rising|falling)\b)|\b(?:show|give)(?: me)? (?:all|every)\b|\ball (?:the )?(?:instruments|tickers|shares|companies)\b|\bdo you (?:cover|know|have)\b/i,
  price:
    /\b(?:price|prices|priced|quote|quotes|clos(?:e|ed|ing)|level|worth|cost|trad(?:e|es|ed|ing) at|stand at|stood at)\b|\bhow much (?:is|was|does)\b|\b(?:highest|lowest|all[- ]time (?:high|low)|high(?:s)? and low(?:s)?|record)\b|\b52[- ]week\b|\b(?:plot|chart|graph|draw)\b|\bvolumes?\b/i,
  comparison:
    /\bcompar|\bversus\b|\bvs\b|\bagainst\b|\bbetter than\b|\bworse than\b|\bdifferences? between\b|\brelative to\b|\bdid better\b|\bdoing better\b|\bbetter or worse\b/i,
  profile:
    /\bwhat(?:'s| is| does| are)\b.{0,60}\b(?:do|make|sell|company)\b|^\s*(?:so )?(?:what|who)(?:'s| is| are) (?!the (?:trend|market|latest|change|return))|\btell me (?:more )?about\b|\bdescribe\b|\bprofile\b|\bmore (?:about|on)\b|\binfo(?:rmation)? (?:on|about)\b/i,
  overview:
    /\btrends?\b|\boverview\b|\bmarkets?\b|\bsummar(?:y|i[sz]e)\b|\bgoing on\b|\bhappening\b|\banaly(?:s|z)e\b|\banalysis\b|\brotation\b|\bstate of\b|\bwhat's (?:new|hot|up)\b|\bhot right now\b|\bupdate\b|\beverything\b/i,
  performance:
    /\bperform|\breturns?\b|\bgain|\blos[st]|\bloss|\bdoing\b|\bdid\b|\bdo\b|\bdone\b|\bchanged?\b|\bris(?:e|en|ing)\b|\brose\b|\bf[ae]ll|\bup\b|\bdown\b|\bfar(?:e|ed|ing)\b|\bgrow|\bgrew\b|\bhow (?:is|are|was|were|has|have|did|does)\b|\bmoved?\b/i,
}

/** Undefined when no word of the text says what it wants. */
export function intentOf(text: string): Intent | undefined {
  return INTENTS.find((intent) => PATTERNS[intent].test(text))
}
