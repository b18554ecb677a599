/** The face of rankings. */
export { DEFAULT_RANKING, startRankings, type Rankings } from './role.ts'
export { viewOfRanking } from './contract.ts'
export { rankingRoutes } from './routes.ts'
export { renderScreenerPage } from './simulated-page.ts'
