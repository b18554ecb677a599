/** Settings of the Finviz screener: what is read, how often, as whom and how politely. */
import { line, secretKind, token, wholeNumber, yesOrNo } from '../kind.ts'
import { webAddress } from '../network.ts'
import { given, optional } from '../setting.ts'

export const screenerSettings = {
  FINVIZ_URL: optional(webAddress, {
    doc: 'The screener whose order is the ranking, as copied from the browser. Also set in the web app.',
  }),
  FINVIZ_REFRESH_SEC: given(wholeNumber(1, 86_400), 10, {
    doc: 'Seconds between two looks at it.',
    aliases: ['DEFAULT_TICKER_REFRESH_SEC'],
  }),
  FINVIZ_CONFIG_FILE: given(line, 'finviz_config.json', {
    doc: 'File that keeps what was set at run time.',
  }),
  FINVIZ_UPDATE_TOKEN: optional(token, {
    doc: 'Bearer token of the calls that change the screener, 16 characters or more.',
    defaultShown: 'generated, sealed in DATA_DIR',
  }),
  FINVIZ_USE_ELITE: given(yesOrNo, false, {
    doc: 'Use a Finviz Elite account: FINVIZ_API_TOKEN, or FINVIZ_EMAIL and FINVIZ_PASSWORD.',
  }),
  FINVIZ_API_TOKEN: optional(secretKind(), {
    doc: 'Token of the Elite export; the surest way to use Elite.',
  }),
  FINVIZ_EMAIL: optional(line, { doc: 'Elite login.' }),
  FINVIZ_PASSWORD: optional(secretKind(), { doc: 'Elite password.' }),
  FINVIZ_LOGIN_URL: given(webAddress, 'https://finviz.com/login_submit.ashx', {
    doc: 'Where the Elite login is sent.',
  }),
  FINVIZ_TICKERS_PER_PAGE: optional(wholeNumber(1, 1_000), {
    doc: 'Tickers that one page of the screener holds.',
    defaultShown: '20, with Elite 100',
  }),
  MAX_REQ_PER_MIN: optional(wholeNumber(1, 10_000), {
    doc: 'Requests to Finviz in any minute, at most.',
    defaultShown: '59, with Elite 120',
  }),
} as const
