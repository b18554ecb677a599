/** The face of the sell desk. */
export { openSellDesk } from './sell-desk.ts'
export { sellRoutes } from './routes.ts'
