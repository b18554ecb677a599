/** The face of the webhook sink. */
export { sendDelivery } from './send.ts'
