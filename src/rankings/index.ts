/** The face of rankings. */
export { DEFAULT_RANKING, startRankings, type Rankings } from './role.ts'
export { rankingRoutes, viewOfRanking } from './routes.ts'
export { renderScreenerPage } from './simulated-page.ts'
